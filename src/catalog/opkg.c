/* Reads opkg's database of installed packages (OpenWrt, Yocto): stanzas as dpkg writes them.
 * Source: opkg's documentation; its file lists stand beside it as info/NAME.list, a path a line. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/relations.h"
#include "catalog/sink.h"
#include "catalog/text.h"

static void add(struct catalog_sink *sink, struct str stanza, struct package *package)
{
    struct relations needs = {0}, provides = {0};
    if (catalog_wants_details(sink)) {
        relations_debian(&needs, text_field(stanza, "Pre-Depends"));
        relations_debian(&needs, text_field(stanza, "Depends"));
        relations_debian(&provides, text_field(stanza, "Provides"));
    }
    relations_put(&needs, &provides, package);
    catalog_add_package(sink, package);
    relations_free(&needs);
    relations_free(&provides);
}

static void read_status(struct catalog_sink *sink, struct str text)
{
    while (text.len) {
        size_t end = str_find(text, STR("\n\n"));
        struct str stanza = str_first(text, end), license = text_field(stanza, "License");
        text = end == SIZE_MAX ? STR_NONE : str_from(text, end + 2);
        struct str status = text_field(stanza, "Status");
        if (!str_trim(stanza).len || (status.len && !str_ends(status, STR(" installed"))))
            continue;
        struct package package = {
            .type = PACKAGE_OPKG,
            .name = text_field(stanza, "Package"),
            .version = text_field(stanza, "Version"),
            .arch = text_field(stanza, "Architecture"),
            .source_name = text_field(stanza, "Source"),
            .licenses = &license,
            .license_count = license.len != 0,
        };
        add(sink, stanza, &package);
    }
}

static void read_list(struct catalog_sink *sink, struct str path, struct str text)
{
    struct str owner = path_base(path), line;
    owner = str_first(owner, str_last_index(owner, '.'));
    while (str_cut(&text, '\n', &line))
        catalog_add_owned(sink, PACKAGE_OPKG, owner, str_first(line, str_index(line, '\t')),
                          CHECKSUM_UNKNOWN);
}

static int opkg_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    (void)companion;
    (void)err;
    if (str_ends(input->path, STR(".list")))
        read_list(sink, input->path, input->whole);
    else
        read_status(sink, input->whole);
    return 0;
}

const struct cataloger cataloger_opkg = {
    .name = "opkg",
    .help = N_("installed opkg packages (OpenWrt, Yocto)"),
    .group = "os",
    .version = 2,
    .wants = (const char *const[]){"usr/lib/opkg/status", "var/lib/opkg/status",
                                   "opt/lib/opkg/status", "usr/lib/opkg/info/*.list",
                                   "var/lib/opkg/info/*.list", "opt/lib/opkg/info/*.list", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = opkg_read,
};
