/* Reads Bundler's lock file, Gemfile.lock (gems.locked): Bundler's documentation, and
 * Bundler::LockfileParser for its form. Sections are words at the beginning of a line; below GEM
 * and GIT the gems stand four blanks deep as "name (version)" or "name (version-platform)", what
 * each needs stands six deep.
 *
 * Decisions: gems below PATH are the project itself. Of gems that stand there for several
 * platforms, those for other systems than Linux are left out. Groups are not in the file. A lock
 * file in an installed gem is passed over. */
#include "base/hash.h"
#include "base/hash_set.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "catalog/locked_index.h"
#include "catalog/text.h"

/* "x86_64-darwin-22", "arm64-darwin", "x64-mingw32", "java": not for Linux. */
static bool is_foreign(struct str platform)
{
    static const char *const systems[] = {"darwin", "mingw", "mswin", "java", "freebsd", "windows"};
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
        if (str_find(platform, str_of(systems[i])) != SIZE_MAX)
            return true;
    return false;
}

/* The gem in hand: it is added when what it needs was seen. */
struct gem {
    struct catalog_sink *sink;
    struct str name, version;
    struct details details;
    struct locked_index checksums; /* by the gem's line: in `version`, "sha256=…" */
};

static uint64_t hash_of(struct str name, struct str version)
{
    return hash_with(hash_str(name), hash_str(version));
}

/* "name (version)": false where it is of another form. */
static bool split(struct str entry, struct str *ret_name, struct str *ret_version)
{
    size_t open = str_find(entry, STR(" ("));
    if (open == SIZE_MAX || !str_ends(entry, STR(")")))
        return false;
    *ret_name = str_first(entry, open);
    *ret_version = str_first(str_from(entry, open + 2), entry.len - open - 3);
    return true;
}

/* Section CHECKSUMS, which stands behind the gems: "  rake (13.0.6) sha256=0123". */
static void read_checksums(struct gem *gem, struct str text)
{
    struct str line, name, version;
    size_t at = str_find(text, STR("\nCHECKSUMS"));
    if (at == SIZE_MAX)
        return;
    text = str_from(text, at + 1);
    str_cut(&text, '\n', &line);
    while (str_cut(&text, '\n', &line) && str_starts(line, STR("  "))) {
        line = str_trim(line);
        size_t close = str_find(line, STR(") "));
        if (close != SIZE_MAX && split(str_first(line, close + 1), &name, &version))
            locked_index_add(&gem->checksums, hash_of(name, version), name,
                             str_from(line, close + 2));
    }
    locked_index_sort(&gem->checksums);
}

static void take_checksum(struct gem *gem)
{
    const struct locked_target *found =
        locked_index_find(&gem->checksums, hash_of(gem->name, gem->version));
    if (found && str_starts(found->version, STR("sha256=")))
        details_hash(&gem->details, "sha256", str_first(str_from(found->version, 7), SHA256_HEX));
}

static void add(struct gem *gem)
{
    struct str name = gem->name, version = gem->version;
    struct arena arena = {0};
    gem->name = STR_NONE;
    if (!name.len)
        return;
    size_t dash = str_index(version, '-');
    struct str platform = dash == SIZE_MAX ? STR_NONE : str_from(version, dash + 1);
    struct package package = {.type = PACKAGE_GEM,
                              .origin = PACKAGE_LOCKED,
                              .name = name,
                              .version = str_first(version, dash)};
    if (platform.len && locked_is_version(platform))
        package.qualifiers = arena_printf(&arena, "platform=%.*s", STR_ARG(platform));
    details_put(&gem->details, &package);
    if (locked_is_version(package.version) && !is_foreign(platform))
        catalog_add_package(gem->sink, &package);
    arena_free(&arena);
}

/* A line of a gem; or, two blanks deeper, of what it needs: "rake (>= 1.0)". */
static bool take_gem(struct gem *gem, struct str entry)
{
    struct str name, version;
    if (entry.data[0] == ' ') {
        struct str needed = str_trim(entry);
        needed = str_first(needed, str_index(needed, ' '));
        if (str_ends(needed, STR("!")))
            needed.len--;
        if (gem->name.len && catalog_wants_details(gem->sink))
            relations_add(&gem->details.needs, needed);
        return true;
    }
    add(gem);
    if (!split(entry, &name, &version))
        return false;
    gem->name = name;
    gem->version = version;
    if (details_start(&gem->details, gem->sink))
        take_checksum(gem);
    return true;
}

static void tell_line(struct catalog_sink *sink, uint64_t line)
{
    struct pl_err problem;
    if (!catalog_wants_problem(sink))
        return;
    err_set(&problem, PL_E_FORMAT, "line %llu: this is no entry of a lock file",
            (unsigned long long)line);
    catalog_add_problem(sink, &problem);
}

/* Below gems/NAME-VERSION: what an installed gem's authors develop it with. */
static bool is_of_installed(struct str path)
{
    struct str part, last = STR_NONE;
    while (str_cut(&path, '/', &part)) {
        size_t dash = str_last_index(part, '-');
        if (str_is(last, "gems") && dash != SIZE_MAX && text_is_version(str_from(part, dash + 1)))
            return true;
        last = part;
    }
    return false;
}

static int gem_lock_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    struct line_reader lines;
    struct str line;
    bool in_gems = false;
    struct gem gem = {.sink = sink};
    int r;
    (void)companion;
    if (is_of_installed(input->path))
        return 0;
    if (catalog_wants_details(sink))
        read_checksums(&gem, input->whole);
    lines_init(&lines, input);
    while ((r = lines_next(&lines, &line, err)) > 0) {
        if (str_ends(line, STR("\r")))
            line.len--;
        if (!line.len)
            continue;
        if (line.data[0] != ' ') {
            if (strchr("<=>|", line.data[0])) /* of a merge that went wrong */
                tell_line(sink, lines.line);
            else
                in_gems =
                    str_is(line, "GEM") || str_is(line, "GIT") || str_is(line, "PLUGIN SOURCE");
            continue;
        }
        if (!in_gems || !str_starts(line, STR("    ")) || line.len < 6)
            continue;
        if (!take_gem(&gem, str_from(line, 4)))
            tell_line(sink, lines.line);
    }
    add(&gem);
    lines_free(&lines);
    details_free(&gem.details);
    locked_index_free(&gem.checksums);
    return r;
}

const struct cataloger cataloger_gem_lock = {
    .name = "gem-lock",
    .help = N_("Ruby gems of Gemfile.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/Gemfile.lock", "**/gems.locked", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = gem_lock_read,
};
