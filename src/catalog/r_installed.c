/* Reads the DESCRIPTION of installed R packages: Writing R Extensions, 1.1.1. One that has been
 * installed has a Built field; a package's source has none and is passed over. R's own packages
 * (Priority: base) are R itself, in its version. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/relations.h"
#include "catalog/sink.h"
#include "catalog/text.h"

/* The field with its continued lines; "R (>= 4.0), methods" as Debian writes it. */
static void take_needs(struct relations *needs, struct str text, const char *name)
{
    struct str line;
    AUTO_BUF value = {0};
    bool inside = false;
    while (str_cut(&text, '\n', &line)) {
        bool continued = line.len && (line.data[0] == ' ' || line.data[0] == '\t');
        size_t colon = str_index(line, ':');
        if (!continued)
            inside = colon != SIZE_MAX && str_is(str_first(line, colon), name);
        if (!inside)
            continue;
        buf_add(&value, continued ? line : str_from(line, colon + 1));
        buf_putc(&value, ' ');
    }
    relations_debian(needs, buf_str(&value));
}

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
    static const char *const fields[] = {"Depends", "Imports", "LinkingTo"};
    struct relations needs = {0}, provides = {0};
    for (size_t i = 0; i < ARRAY_LEN(fields) && catalog_wants_details(sink); i++)
        take_needs(&needs, text, fields[i]);
    relations_put(&needs, &provides, &package);
    if (package.name.len && text_field(text, "Built").len)
        catalog_add_package(sink, &package);
    relations_free(&needs);
    return 0;
}

const struct cataloger cataloger_r_installed = {
    .name = "r-installed",
    .help = N_("installed R packages (DESCRIPTION)"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/DESCRIPTION", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = r_read,
};
