/* Reads yarn.lock. Version 1 has a form of its own (Yarn Classic's documentation, "yarn.lock"):
 *     "a@^1.0.0", a@^1.2.0:
 *       version "1.2.3"
 * since Yarn 2 it is YAML (Yarn's documentation, "Lexicon": descriptor, locator, protocol), where
 * each entry's "resolution" is the locator.
 *
 * Decisions: an alias ("npm:real@1") is told under the name it stands for. Workspaces, links and
 * portals are the project itself; so are files that were not packed. What was taken from a
 * repository or an address has the version of its own package.json. A patched package is told as
 * what was patched. Which ones are for development only, the file does not say. */
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "catalog/locked_index.h"
#include "catalog/text.h"
#include "io/yaml.h"

/* For details the file is read once more before: `targets` are the patterns that entries stand
 * for. */
struct reader {
    struct catalog_sink *sink;
    bool is_indexing;
    struct locked_index targets;
    struct details details;
};

struct entry {
    struct reader *reader;
    struct catalog_sink *sink;
    struct str name, version, patterns;
    uint64_t line;
    bool is_local, has_version;
    bool in_needs; /* below "dependencies:" */
};

static uint64_t hash_of(struct str name, struct str range)
{
    return hash_with(hash_str(name), hash_str(range));
}

/* A pattern stands for one entry: of several that claim it, the first. */
static bool add_need(struct reader *reader, struct str name, struct str range)
{
    const struct locked_target *found = locked_index_find(&reader->targets, hash_of(name, range));
    if (found)
        relations_add_version(&reader->details.needs, found->name, found->version);
    return found != NULL;
}

/* `"a@^1.0.0", b@npm:^1.2.0:` and, of newer ones, "a@npm:^1.0.0, a@npm:^1.2.0". */
static void add_targets(struct reader *reader, struct str patterns, struct str name,
                        struct str version)
{
    struct str pattern, alias, range;
    if (str_ends(patterns, STR(":")))
        patterns.len--;
    while (str_cut(&patterns, ',', &pattern) && !locked_index_is_full(&reader->targets))
        if (locked_split_at(text_unquoted(str_trim(pattern), '"'), &alias, &range))
            locked_index_add(&reader->targets, hash_of(alias, range), name, version);
}

/* "a@^1.0.0" or "alias@npm:a@^1.0.0": the first of a line that begins an entry. */
static void begin_entry(struct entry *entry, struct str line)
{
    struct str pattern, range = STR_NONE, name, rest;
    if (line.data[0] == '"')
        pattern = text_between(line, "\"", "\"");
    else
        pattern = str_first(line, str_find(line, STR(",")));
    if (pattern.len && pattern.data[pattern.len - 1] == ':')
        pattern.len--;
    entry->name = entry->version = STR_NONE;
    entry->patterns = line;
    if (locked_split_at(pattern, &name, &range))
        entry->name = name;
    if (str_starts(range, STR("npm:")) && locked_split_at(str_from(range, 4), &name, &rest))
        entry->name = name;
    bool is_packed = str_ends(range, STR(".tgz")) || str_ends(range, STR(".tar.gz"));
    entry->is_local =
        str_starts(range, STR("link:")) || (str_starts(range, STR("file:")) && !is_packed);
}

static void tell_line(struct entry *entry, uint64_t line)
{
    struct pl_err problem;
    if (entry->reader->is_indexing || !catalog_wants_problem(entry->sink))
        return;
    err_set(&problem, PL_E_FORMAT, "line %llu: this is no entry of a lock file",
            (unsigned long long)line);
    catalog_add_problem(entry->sink, &problem);
}

static void end_entry(struct entry *entry)
{
    struct reader *reader = entry->reader;
    if (entry->line && !entry->has_version)
        tell_line(entry, entry->line);
    if (entry->line && entry->has_version && reader->is_indexing) {
        add_targets(reader, entry->patterns, entry->name, entry->version);
    } else if (entry->line && entry->has_version && !entry->is_local) {
        struct package package = {
            .type = PACKAGE_NPM, .name = entry->name, .version = entry->version};
        details_put(&reader->details, &package);
        locked_add_package(entry->sink, &package);
    }
    entry->line = 0;
    details_start(&reader->details, entry->sink);
}

/* Below an entry, not its version: `    b "^1.0.0"` below "dependencies:", and "integrity". */
static void take_detail(struct entry *entry, struct str line)
{
    struct reader *reader = entry->reader;
    struct str rest = str_trim(line), name;
    if (str_starts(line, STR("    "))) {
        size_t space = rest.data[0] == '"' ? str_find(rest, STR("\" ")) : str_index(rest, ' ');
        if (!entry->in_needs || space == SIZE_MAX)
            return;
        space += rest.data[0] == '"';
        name = text_unquoted(str_first(rest, space), '"');
        rest = text_unquoted(str_trim(str_from(rest, space)), '"');
        add_need(reader, name, rest);
        return;
    }
    entry->in_needs = str_is(rest, "dependencies:") || str_is(rest, "optionalDependencies:");
    if (str_starts(rest, STR("integrity ")))
        details_integrity(&reader->details, str_from(rest, 10));
}

static int read_classic(struct reader *reader, struct input *input, struct pl_err *err)
{
    struct line_reader lines;
    struct entry entry = {.reader = reader, .sink = reader->sink};
    bool wanted = catalog_wants_details(reader->sink) && !reader->is_indexing;
    struct str line;
    int r;
    lines_init(&lines, input);
    while ((r = lines_next(&lines, &line, err)) > 0) {
        if (str_ends(line, STR("\r")))
            line.len--;
        if (!str_trim(line).len || line.data[0] == '#')
            continue;
        if (line.data[0] != ' ') {
            end_entry(&entry);
            if (line.data[line.len - 1] != ':' || !str_index(line, ':')) {
                tell_line(&entry, lines.line);
                continue;
            }
            begin_entry(&entry, line);
            entry.line = lines.line;
            entry.has_version = entry.in_needs = false;
        } else if (entry.line && str_starts(line, STR("  version "))) {
            entry.has_version = true;
            entry.version = text_unquoted(str_trim(str_from(line, 10)), '"');
        } else if (entry.line && wanted) {
            take_detail(&entry, line);
        }
    }
    end_entry(&entry);
    lines_free(&lines);
    return r;
}

/* "name@protocol:…" */
static bool is_local(struct str reference)
{
    static const char *const protocols[] = {"workspace:", "link:", "portal:", "virtual:"};
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (str_starts(reference, str_of(protocols[i])))
            return true;
    return str_starts(reference, STR("file:")) && str_find(reference, STR(".tgz")) == SIZE_MAX &&
           str_find(reference, STR(".tar.gz")) == SIZE_MAX;
}

/* Since Yarn 4 what is needed is written with its protocol, before without "npm:". */
static void take_needs(struct reader *reader, const json_t *needs)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)needs, name, value)
    {
        AUTO_BUF range = {0};
        struct str text = json_text(needs, name);
        if (add_need(reader, str_of(name), text))
            continue;
        buf_puts(&range, "npm:");
        buf_add(&range, text);
        add_need(reader, str_of(name), buf_str(&range));
    }
}

static void add_entry(struct reader *reader, struct str patterns, struct str name,
                      const json_t *value)
{
    struct arena *arena = &reader->targets.arena;
    struct package package = {
        .type = PACKAGE_NPM, .name = name, .version = json_text(value, "version")};
    if (reader->is_indexing) {
        add_targets(reader, patterns, arena_str(arena, name), arena_str(arena, package.version));
        return;
    }
    if (details_start(&reader->details, reader->sink))
        take_needs(reader, json_member(value, "dependencies"));
    details_put(&reader->details, &package);
    locked_add_package(reader->sink, &package);
}

static int take_entry(void *context, const struct str *keys, const json_t *value, size_t line,
                      struct pl_err *err)
{
    struct reader *reader = context;
    struct catalog_sink *sink = reader->sink;
    struct str name, reference;
    struct pl_err problem;
    (void)err;
    if (str_is(keys[0], "__metadata") || str_is(json_text(value, "linkType"), "soft"))
        return 0;
    if (!locked_split_at(json_text(value, "resolution"), &name, &reference)) {
        if (!reader->is_indexing && catalog_wants_problem(sink)) {
            err_set(&problem, PL_E_FORMAT, "line %zu: the entry has no resolution", line);
            catalog_add_problem(sink, &problem);
        }
    } else if (!is_local(reference)) {
        add_entry(reader, keys[0], name, value);
    }
    return 0;
}

static int read_either(struct reader *reader, struct input *input, struct pl_err *err)
{
    static const char *const path[] = {YAML_ANY_KEY, NULL};
    struct str text = input->whole;
    bool is_yaml =
        str_starts(text, STR("__metadata:")) || str_find(text, STR("\n__metadata:")) != SIZE_MAX;
    if (!is_yaml)
        return read_classic(reader, input, err);
    struct yaml_cutter cutter = {
        .text = text, .path = path, .entry = take_entry, .context = reader};
    return yaml_cut(&cutter, err);
}

static int yarn_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    struct reader reader = {.sink = sink};
    struct pl_err ignored;
    (void)companion;
    if (locked_is_of_installed(input->path))
        return 0;
    if (catalog_wants_details(sink)) {
        reader.is_indexing = true;
        read_either(&reader, input, &ignored); /* what is wrong is told below */
        locked_index_sort(&reader.targets);
        reader.is_indexing = false;
    }
    int r = read_either(&reader, input, err);
    locked_index_free(&reader.targets);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_yarn_lock = {
    .name = "yarn-lock",
    .help = N_("npm packages of yarn.lock (classic, and Yarn 2 and later)"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/yarn.lock", NULL},
    .mode = CATALOG_WHOLE,
    .read = yarn_read,
};
