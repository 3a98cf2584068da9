/* Reads the packages of an opam switch, whose folders are called NAME.VERSION, and *.opam.locked,
 * whose depends are "name" {= "1.2.3"}. Source: opam's manual, "Common file format"; file layout of
 * .opam-switch. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static void add(struct catalog_sink *sink, struct str name, struct str version,
                enum package_origin origin)
{
    struct package package = {
        .type = PACKAGE_OPAM, .origin = origin, .name = name, .version = version};
    if (name.len && version.len)
        catalog_add_package(sink, &package);
}

static void read_locked(struct catalog_sink *sink, struct str text)
{
    struct str line;
    text = text_between(text, "depends: [", "\n]");
    while (str_cut(&text, '\n', &line)) {
        size_t open = str_index(line, '{');
        struct str filter = open == SIZE_MAX ? STR_NONE : str_from(line, open);
        struct str version = text_between(filter, "{= \"", "\"");
        add(sink, text_unquoted(str_trim(str_first(line, open)), '"'), version, PACKAGE_LOCKED);
    }
}

static int opam_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    (void)companion;
    (void)err;
    if (str_ends(input->path, STR(".locked"))) {
        read_locked(sink, input->whole);
        return 0;
    }
    struct str folder = path_base(path_dir(input->path));
    size_t dot = str_index(folder, '.');
    if (dot != SIZE_MAX)
        add(sink, str_first(folder, dot), str_from(folder, dot + 1), PACKAGE_INSTALLED);
    return 0;
}

const struct cataloger cataloger_opam = {
    .name = "opam",
    .help = N_("OCaml packages of opam switches and *.opam.locked"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/.opam-switch/packages/*/opam", "**/*.locked", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = opam_read,
};
