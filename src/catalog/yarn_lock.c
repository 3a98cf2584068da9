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
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "catalog/text.h"
#include "io/yaml.h"

struct entry {
    struct catalog_sink *sink;
    struct str name;
    uint64_t line;
    bool is_local, has_version;
};

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
    entry->name = STR_NONE;
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
    if (!catalog_wants_problem(entry->sink))
        return;
    err_set(&problem, PL_E_FORMAT, "line %llu: this is no entry of a lock file",
            (unsigned long long)line);
    catalog_add_problem(entry->sink, &problem);
}

static void end_entry(struct entry *entry)
{
    if (entry->line && !entry->has_version)
        tell_line(entry, entry->line);
    entry->line = 0;
}

static int read_classic(struct catalog_sink *sink, struct input *input, struct pl_err *err)
{
    struct line_reader lines;
    struct entry entry = {.sink = sink};
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
            entry.has_version = false;
        } else if (entry.line && str_starts(line, STR("  version "))) {
            entry.has_version = true;
            struct str version = text_unquoted(str_trim(str_from(line, 10)), '"');
            if (!entry.is_local)
                locked_add(sink, PACKAGE_NPM, entry.name, version, false);
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

static int take_entry(void *context, const struct str *keys, const json_t *value, size_t line,
                      struct pl_err *err)
{
    struct catalog_sink *sink = context;
    struct str name, reference;
    struct pl_err problem;
    (void)err;
    if (str_is(keys[0], "__metadata") || str_is(json_text(value, "linkType"), "soft"))
        return 0;
    if (!locked_split_at(json_text(value, "resolution"), &name, &reference)) {
        if (catalog_wants_problem(sink)) {
            err_set(&problem, PL_E_FORMAT, "line %zu: the entry has no resolution", line);
            catalog_add_problem(sink, &problem);
        }
    } else if (!is_local(reference)) {
        locked_add(sink, PACKAGE_NPM, name, json_text(value, "version"), false);
    }
    return 0;
}

static int yarn_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    static const char *const path[] = {YAML_ANY_KEY, NULL};
    struct str text = input->whole;
    (void)companion;
    if (locked_is_of_installed(input->path))
        return 0;
    bool is_yaml =
        str_starts(text, STR("__metadata:")) || str_find(text, STR("\n__metadata:")) != SIZE_MAX;
    if (!is_yaml)
        return read_classic(sink, input, err);
    struct yaml_cutter cutter = {.text = text, .path = path, .entry = take_entry, .context = sink};
    return yaml_cut(&cutter, err);
}

const struct cataloger cataloger_yarn_lock = {
    .name = "yarn-lock",
    .help = N_("npm packages of yarn.lock (classic, and Yarn 2 and later)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/yarn.lock", NULL},
    .mode = CATALOG_WHOLE,
    .read = yarn_read,
};
