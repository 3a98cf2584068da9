/* Reads the DESCRIPTION of installed R packages: Writing R Extensions, 1.1.1. One that has been
 * installed has a Built field; a package's source has none and is passed over. R's own packages
 * (Priority: base) are R itself, in its version. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static int r_read(struct catalog_sink *sink, struct input *input, struct str companion,
                  struct pl_err *err)
{
    struct str text = input->whole, license = text_field(text, "License");
    struct package package = {
        .type = PACKAGE_CRAN,
        .name = text_field(text, "Package"),
        .version = text_field(text, "Version"),
        .licenses = &license,
        .license_count = license.len != 0,
    };
    (void)companion;
    (void)err;
    if (package.name.len && text_field(text, "Built").len)
        catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_r_installed = {
    .name = "r-installed",
    .help = N_("installed R packages (DESCRIPTION)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/DESCRIPTION", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = r_read,
};
