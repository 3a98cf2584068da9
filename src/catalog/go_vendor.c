/* Reads vendor/modules.txt: The Go Modules Reference, "Vendoring". A line "# path version" begins a
 * module; below it stand its packages that were copied. "=>" tells of a replacement.
 *
 * Decisions: a module of which no package was copied is not there; one that a folder replaces is
 * the project itself. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"

struct module {
    struct str path, version;
};

/* "# path version", "# path version => path version", "# path version => ./folder" */
static struct module module_of(struct str line)
{
    struct str words[5] = {{0}}, word;
    size_t count = 0;
    line = str_from(line, 2);
    while (count < 5 && str_cut(&line, ' ', &word))
        words[count++] = word;
    if (count < 3)
        return (struct module){words[0], words[1]};
    if (count == 5 && str_is(words[2], "=>"))
        return (struct module){words[3], words[4]};
    return (struct module){0};
}

static int vendor_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    struct str text = input->whole, line;
    struct module module = {0};
    (void)companion;
    (void)err;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("# "))) {
            module = module_of(line);
        } else if (line.len && line.data[0] != '#' && module.path.len) {
            struct package package = {.type = PACKAGE_GOLANG,
                                      .origin = PACKAGE_VENDORED,
                                      .name = module.path,
                                      .version = module.version};
            if (locked_is_version(module.version))
                catalog_add_package(sink, &package);
            module.path = STR_NONE;
        }
    }
    return 0;
}

const struct cataloger cataloger_go_vendor = {
    .name = "go-vendor",
    .help = N_("Go modules that were copied into vendor (modules.txt)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/vendor/modules.txt", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 16 * MIB,
    .read = vendor_read,
};
