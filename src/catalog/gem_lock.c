/* Reads Bundler's lock file, Gemfile.lock (gems.locked): Bundler's documentation, and
 * Bundler::LockfileParser for its form. Sections are words at the beginning of a line; below GEM
 * and GIT the gems stand four blanks deep as "name (version)" or "name (version-platform)", what
 * each needs stands six deep.
 *
 * Decisions: gems below PATH are the project itself. Of gems that stand there for several
 * platforms, those for other systems than Linux are left out. Groups are not in the file. A lock
 * file in an installed gem is passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
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

static void add(struct catalog_sink *sink, struct str name, struct str version)
{
    struct arena arena = {0};
    size_t dash = str_index(version, '-');
    struct str platform = dash == SIZE_MAX ? STR_NONE : str_from(version, dash + 1);
    struct package package = {.type = PACKAGE_GEM,
                              .origin = PACKAGE_LOCKED,
                              .name = name,
                              .version = str_first(version, dash)};
    if (platform.len && locked_is_version(platform))
        package.qualifiers = arena_printf(&arena, "platform=%.*s", STR_ARG(platform));
    if (name.len && locked_is_version(package.version) && !is_foreign(platform))
        catalog_add_package(sink, &package);
    arena_free(&arena);
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
    int r;
    (void)companion;
    if (is_of_installed(input->path))
        return 0;
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
        if (!in_gems || !str_starts(line, STR("    ")) || line.len < 6 || line.data[4] == ' ')
            continue;
        struct str entry = str_from(line, 4);
        size_t open = str_find(entry, STR(" ("));
        if (open == SIZE_MAX || !str_ends(entry, STR(")")))
            tell_line(sink, lines.line);
        else
            add(sink, str_first(entry, open),
                str_first(str_from(entry, open + 2), entry.len - open - 3));
    }
    lines_free(&lines);
    return r;
}

const struct cataloger cataloger_gem_lock = {
    .name = "gem-lock",
    .help = N_("Ruby gems of Gemfile.lock"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/Gemfile.lock", "**/gems.locked", NULL},
    .mode = CATALOG_STREAM,
    .read = gem_lock_read,
};
