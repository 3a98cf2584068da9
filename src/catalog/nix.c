/* Reads what a Nix store holds from the names of its folders: HASH-NAME-VERSION[-OUTPUT], where
 * HASH is 32 letters of base 32 and the version begins with the first part that starts with a
 * digit. Source: Nix manual, "Store path", and builtins.parseDrvName. Outputs of one package
 * ("-dev",
 * "-lib") are one package. Sources, scripts and wrappers have no version and are none. */
#include "base/i18n.h"
#include "base/path.h"
#include "catalog/cataloger.h"

enum { HASH = 32 };

static bool is_store_name(struct str name)
{
    if (name.len < HASH + 2 || name.data[HASH] != '-')
        return false;
    for (size_t i = 0; i < HASH; i++)
        if (!strchr("0123456789abcdfghijklmnpqrsvwxyz", name.data[i]))
            return false;
    return true;
}

/* parseDrvName: at the first '-' that no letter follows. */
static bool split(struct str text, struct package *package)
{
    static const char *const outputs[] = {
        "-bin",    "-dev",  "-lib",    "-out", "-man",      "-doc",    "-info", "-debug",
        "-static", "-data", "-devdoc", "-py",  "-terminfo", "-getent", "-dist", "-env"};
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] != '-' || text.data[i + 1] < '0' || text.data[i + 1] > '9')
            continue;
        package->name = str_first(text, i);
        package->version = str_from(text, i + 1);
        for (size_t k = 0; k < ARRAY_LEN(outputs); k++)
            if (str_ends(package->version, str_of(outputs[k])))
                package->version.len -= strlen(outputs[k]);
        return i > 0;
    }
    return false;
}

static bool is_archive(struct str name)
{
    static const char *const ends[] = {".drv", ".tar.gz", ".tar.xz", ".tar.bz2", ".patch",
                                       ".zip", ".diff",   ".crate",  ".tgz"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(name, str_of(ends[i])))
            return true;
    return false;
}

static int nix_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    struct str name = path_base(input->path);
    struct package package = {.type = PACKAGE_NIX};
    (void)companion;
    (void)err;
    if (is_store_name(name) && !is_archive(name) && split(str_from(name, HASH + 1), &package))
        catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_nix = {
    .name = "nix",
    .help = N_("packages of a Nix store, by the names of its folders"),
    .group = "os",
    .version = 1,
    .wants = (const char *const[]){"**/nix/store/*/", NULL},
    .mode = CATALOG_STREAM,
    .read = nix_read,
};
