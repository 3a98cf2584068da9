/* Reads vcpkg's list of installed packages, installed/vcpkg/status: stanzas with Package, Version,
 * Port-Version, Architecture and Status, the latest of one package last (vcpkg,
 * statusparagraph.cpp). Stanzas of single features repeat their package and are passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static int vcpkg_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct arena arena = {0};
    struct str text = input->whole;
    while (text.len) {
        size_t end = str_find(text, STR("\n\n"));
        struct str stanza = str_first(text, end), port = text_field(stanza, "Port-Version");
        text = end == SIZE_MAX ? STR_NONE : str_from(text, end + 2);
        struct str license = text_field(stanza, "License");
        struct package package = {
            .type = PACKAGE_VCPKG,
            .name = text_field(stanza, "Package"),
            .version = text_field(stanza, "Version"),
            .arch = text_field(stanza, "Architecture"),
            .licenses = &license,
            .license_count = license.len != 0,
        };
        if (port.len && !str_is(port, "0"))
            package.version =
                arena_printf(&arena, "%.*s#%.*s", STR_ARG(package.version), STR_ARG(port));
        if (package.name.len && !text_field(stanza, "Feature").len &&
            str_is(text_field(stanza, "Status"), "install ok installed"))
            catalog_add_package(sink, &package);
    }
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_vcpkg = {
    .name = "vcpkg",
    .help = N_("installed vcpkg packages"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/vcpkg/status", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = vcpkg_read,
};
