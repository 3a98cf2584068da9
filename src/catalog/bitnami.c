/* Reads what Bitnami's images tell of their components: SPDX documents called .spdx-NAME.spdx,
 * whose packages have purls of the type bitnami. Source: bitnami/vulndb's README; SPDX 2.3, JSON.
 * Other packages in them are the libraries of the component, which are there themselves. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"
#include "io/json_doc.h"

/* The purl of a package, empty where it has none of this kind. */
static struct str bitnami_purl(const json_t *package)
{
    size_t index;
    json_t *reference;
    json_array_foreach(json_list(package, "externalRefs"), index, reference)
    {
        struct str purl = json_text(reference, "referenceLocator");
        if (str_is(json_text(reference, "referenceType"), "purl") &&
            str_starts(purl, STR("pkg:bitnami/")))
            return purl;
    }
    return STR_NONE;
}

static int bitnami_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    (void)companion;
    AUTO_JSON *root = NULL;
    size_t index;
    json_t *item;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    json_array_foreach(json_list(root, "packages"), index, item)
    {
        struct str purl = bitnami_purl(item), license = json_text(item, "licenseConcluded");
        struct str rest = str_from(purl, 12), qualifiers = STR_NONE;
        size_t question = str_index(rest, '?');
        if (question != SIZE_MAX)
            qualifiers = str_from(rest, question + 1);
        rest = str_first(rest, question);
        size_t at = str_index(rest, '@');
        struct package package = {
            .type = PACKAGE_BITNAMI,
            .name = str_first(rest, at),
            .version = json_text(item, "versionInfo"),
            .qualifiers = qualifiers,
            .licenses = &license,
            .license_count = license.len && !str_is(license, "NOASSERTION"),
        };
        if (package.name.len && package.version.len)
            catalog_add_package(sink, &package);
    }
    return 0;
}

const struct cataloger cataloger_bitnami = {
    .name = "bitnami",
    .help = N_("components of Bitnami images"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/.spdx-*.spdx", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = bitnami_read,
};
