/* Rocky Linux errata as its API has them, https://errata.rockylinux.org/api/v3/advisories: pages of
 * advisories with the packages of every architecture. */
#include "base/i18n.h"
#include "base/vec.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/words.h"

static bool rocky_recognise(struct str head)
{
    return head_has_member(head, 1, "advisories") && head_has_member(head, 3, "synopsis") &&
           str_find(head, STR("RL")) != SIZE_MAX;
}

struct rocky {
    uint32_t unit;
    struct arena arena; /* of one advisory */
    VEC(struct str) cves;
};

/* "delve-0:1.25.2-1.el10_1.aarch64.rpm" */
static bool split_nevra(struct str nevra, struct str *ret_name, struct str *ret_version,
                        struct str *ret_arch)
{
    if (str_ends(nevra, STR(".rpm")))
        nevra.len -= 4;
    size_t dot = str_last_index(nevra, '.');
    if (dot == SIZE_MAX)
        return false;
    *ret_arch = str_from(nevra, dot + 1);
    nevra = str_first(nevra, dot);
    size_t release = str_last_index(nevra, '-');
    if (release == SIZE_MAX)
        return false;
    size_t version = str_last_index(str_first(nevra, release), '-');
    if (version == SIZE_MAX || version == 0)
        return false;
    *ret_name = str_first(nevra, version);
    *ret_version = str_from(nevra, version + 1);
    return true;
}

/* "Rocky Linux 10 aarch64": a rebuild for one release. */
static struct str namespace_of(struct arena *arena, struct str product)
{
    if (!str_starts(product, STR("Rocky Linux ")))
        return STR_NONE;
    struct str rest = str_from(product, 12);
    struct str release = str_first(rest, str_index(rest, ' '));
    release = str_first(release, str_index(release, '.'));
    return release.len ? arena_printf(arena, "Rocky Linux:%.*s", STR_ARG(release)) : STR_NONE;
}

static void read_cves(struct feed_import *import, const struct feed_document *document,
                      struct rocky *rocky, const json_t *json, struct str id)
{
    size_t index;
    json_t *item;
    rocky->cves.count = 0;
    json_array_foreach(json_list(json, "cves"), index, item)
    {
        struct pl_err err;
        struct str cve, cwe = json_text(item, "cwe");
        struct str vector = json_text(item, "cvss3_scoring_vector");
        if (!words_cve(&rocky->arena, json_text(item, "cve"), &cve))
            continue;
        *VEC_ADD(&rocky->cves) = cve;
        struct vulndb_facet facet = {.advisory = id,
                                     .cwes = &cwe,
                                     .cwe_count =
                                         str_starts(cwe, STR("CWE-")) && cwe.len < 16 ? 1 : 0};
        if (str_starts(vector, STR("CVSS")) && !words_cvss(&facet, vector, STR("rocky")))
            import->bad_scores++;
        if (builder_facet(import->builder, rocky->unit, cve, &facet, &err) < 0)
            feed_tell(import, document, id, &err);
    }
    if (!rocky->cves.count && str_is(json_text(json, "kind"), "Security"))
        *VEC_ADD(&rocky->cves) = id;
}

static int read_package(struct feed_import *import, struct rocky *rocky, const json_t *json,
                        const json_t *package, struct str id, struct pl_err *err)
{
    struct str name, version, arch, nevra = json_text(package, "nevra");
    struct str module = json_text(package, "module_name");
    struct str stream = json_text(package, "module_stream");
    struct str space = namespace_of(&rocky->arena, json_text(package, "product_name"));
    if (!split_nevra(nevra, &name, &version, &arch))
        return err_set(err, PL_E_FORMAT, "the package \"%.*s\" has no name or version",
                       STR_ARG(str_first(nevra, 80)));
    if (!space.len || str_is(arch, "src"))
        return 0;
    struct advisory_range range = {.introduced = STR(""), .fixed = version};
    struct vulndb_statement statement = {.feed = FEED_ROCKY,
                                         .advisory = id,
                                         .ids = rocky->cves.items,
                                         .id_count = rocky->cves.count,
                                         .status = ADVISORY_AFFECTED,
                                         .severity = words_severity(json_text(json, "severity")),
                                         .ranges = &range,
                                         .range_count = 1};
    if (module.len && stream.len)
        statement.module =
            arena_printf(&rocky->arena, "%.*s:%.*s", STR_ARG(module), STR_ARG(stream));
    statement.modular = statement.module.len || str_find(version, STR(".module")) != SIZE_MAX;
    return builder_statement(import->builder, rocky->unit, space, name, &statement, err);
}

static void read_advisory(struct feed_import *import, const struct feed_document *document,
                          const struct str *names, const json_t *json, void *context)
{
    struct rocky *rocky = context;
    struct str id = json_text(json, "name");
    struct pl_err err;
    size_t index;
    json_t *item;
    (void)names;
    if (!id.len) {
        err_set(&err, PL_E_FORMAT, "the advisory has no name");
        feed_tell(import, document, STR_NONE, &err);
        return;
    }
    builder_advisory(import->builder, rocky->unit, id);
    builder_updated(import->builder, rocky->unit,
                    words_date(&rocky->arena, json_text(json, "updated_at")));
    read_cves(import, document, rocky, json, id);
    if (rocky->cves.count)
        json_array_foreach(json_list(json, "packages"), index,
                           item) if (read_package(import, rocky, json, item, id, &err) < 0)
            feed_tell(import, document, id, &err);
    arena_free(&rocky->arena);
}

static int rocky_read(struct feed_import *import, struct feed_document *document,
                      struct pl_err *err)
{
    static const char *const path[] = {"advisories", "[]", NULL};
    struct rocky rocky = {.unit = builder_unit(import->builder, FEED_ROCKY, STR("rocky"), STR(""))};
    int r = feed_read_entries(import, document, path, read_advisory, NULL, &rocky, err);
    VEC_FREE(&rocky.cves);
    return r;
}

const struct feed feed_rocky = {
    .name = "rocky",
    .help = N_("Rocky Linux errata (pages of its API, JSON)"),
    .id = FEED_ROCKY,
    .recognise = rocky_recognise,
    .read = rocky_read,
};
