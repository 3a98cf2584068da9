/* Reads Gradle's lock files. Source: Gradle, "Locking dependency versions": gradle.lockfile (one a
 * project, "group:artifact:version=configuration,configuration"), buildscript-gradle.lockfile (the
 * build's own plugins), and before Gradle 7 gradle/dependency-locks/CONFIGURATION.lockfile.
 *
 * Development: only in configurations for tests, or of the build script itself. */
#include "base/i18n.h"
#include "base/path.h"
#include "catalog/cataloger.h"

static bool is_test(struct str configuration)
{
    return str_starts(configuration, STR("test")) ||
           str_find(configuration, STR("Test")) != SIZE_MAX;
}

/* True when all of them are for tests; without any, false. */
static bool only_tests(struct str configurations)
{
    struct str word;
    bool any = false;
    while (str_cut(&configurations, ',', &word)) {
        word = str_trim(word);
        if (word.len && !is_test(word))
            return false;
        any |= word.len != 0;
    }
    return any;
}

static bool add(struct catalog_sink *sink, struct str line, bool development)
{
    struct str coordinates = str_first(line, str_index(line, '='));
    size_t colon = str_last_index(coordinates, ':');
    if (colon == SIZE_MAX)
        return false;
    size_t equals = coordinates.len + 1;
    struct package package = {
        .type = PACKAGE_MAVEN,
        .origin = PACKAGE_LOCKED,
        .development = development || only_tests(str_from(line, equals)),
        .name = str_trim(str_first(coordinates, colon)),
        .version = str_trim(str_from(coordinates, colon + 1)),
    };
    size_t first = str_index(package.name, ':');
    if (!package.version.len || first == 0 || first == SIZE_MAX || first + 1 >= package.name.len ||
        str_last_index(package.name, ':') != first)
        return false;
    catalog_add_package(sink, &package);
    return true;
}

static bool is_lock(struct str path, bool *ret_development)
{
    struct str base = path_base(path), folder = path_dir(path);
    *ret_development = str_is(base, "buildscript-gradle.lockfile");
    if (*ret_development || str_is(base, "gradle.lockfile"))
        return true;
    *ret_development = is_test(base) || str_starts(base, STR("buildscript"));
    return str_is(path_base(folder), "dependency-locks");
}

static int gradle_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    struct line_reader lines;
    struct str line;
    struct pl_err problem;
    bool development;
    int r;
    (void)companion;
    if (!is_lock(input->path, &development))
        return 0;
    lines_init(&lines, input);
    while ((r = lines_next(&lines, &line, err)) > 0) {
        line = str_trim(line);
        if (!line.len || line.data[0] == '#' || str_starts(line, STR("empty=")) ||
            add(sink, line, development) || !catalog_wants_problem(sink))
            continue;
        err_set(&problem, PL_E_FORMAT, "line %llu: this is no entry of a lock file",
                (unsigned long long)lines.line);
        catalog_add_problem(sink, &problem);
    }
    lines_free(&lines);
    return r;
}

const struct cataloger cataloger_gradle_lock = {
    .name = "gradle-lock",
    .help = N_("Gradle's lock files"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/*.lockfile", NULL},
    .mode = CATALOG_STREAM,
    .read = gradle_read,
};
