/* Reads the description of installed snaps, meta/snap.yaml: name and version at the top level.
 * Source: snapcraft.io, "snap.yaml". */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static struct str scalar(struct str text, const char *name)
{
    struct str value = text_field(text, name);
    return text_unquoted(text_unquoted(value, '\''), '"');
}

static int snap_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct str license = scalar(input->whole, "license");
    struct package package = {
        .type = PACKAGE_SNAP,
        .name = scalar(input->whole, "name"),
        .version = scalar(input->whole, "version"),
        .licenses = &license,
        .license_count = license.len != 0,
    };
    if (package.name.len && package.version.len)
        catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_snap = {
    .name = "snap",
    .help = N_("installed snaps"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/meta/snap.yaml", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = snap_read,
};
