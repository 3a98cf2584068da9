/* Programs that no package manager installed: which they are and in which version, by their bytes
 * or their path, as data/programs/programs.toml says. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/program_table.h"

static bool fits(const struct program *program, struct str path)
{
    for (const char *const *glob = program->files; glob && *glob; glob++)
        if (str_glob(str_of(*glob), path))
            return true;
    return false;
}

static void add(struct catalog_sink *sink, const struct program *program, const char *version)
{
    struct str cpes[PROGRAM_CPES];
    struct package package = {
        .type = PACKAGE_GENERIC,
        .name = str_of(program->name),
        .version = str_of(version),
    };
    program_add_cpes(program, &package, cpes);
    catalog_add_package(sink, &package);
}

static int programs_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    struct program_found found[PROGRAM_CANDIDATES];
    char version[PROGRAM_VERSION];
    size_t count = 0;
    (void)companion;
    for (const struct program *program = programs; program->name; program++) {
        if (!fits(program, input->path))
            continue;
        if (program->path && program_match_text(program->path, input->path, version))
            add(sink, program, version);
        if (program->patterns && count < PROGRAM_CANDIDATES)
            found[count++] = (struct program_found){.program = program};
    }
    if (count == 0 || input->content->size == 0)
        return 0;
    int r = program_scan(input->content, found, count, err);
    bool known = false;
    for (size_t i = 0; i < count && r == 0; i++)
        if (found[i].version[0]) {
            known = true;
            add(sink, found[i].program, found[i].version);
        }
    if (r == 0 && !known && input->content->size > LIMIT_PROGRAM_SCAN)
        return err_limit(err, LIMIT_NAME(LIMIT_PROGRAM_SCAN),
                         "no version is in the first LIMIT_PROGRAM_SCAN bytes (%llu); the rest was "
                         "not searched",
                         LIMIT_PROGRAM_SCAN);
    return r;
}

const struct cataloger cataloger_programs = {
    .name = "programs",
    .help =
        N_("programs that no package manager installed, by their bytes (plimsoll list programs)"),
    .group = "binary",
    .version = 1,
    .wants = program_globs,
    .mode = CATALOG_RANDOM,
    .read = programs_read,
};
