/* NIST's NVD, API 2.0 and its yearly files: scores, weaknesses and affected versions of CVEs. A
 * page replaces the CVEs that stand on it. */
#include "base/i18n.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/nvd_cpe.h"
#include "feed/words.h"

static bool nvd_recognise(struct str head)
{
    return head_has_member(head, 1, "resultsPerPage") ||
           (head_has_member(head, 1, "vulnerabilities") &&
            head_has_member(head, 4, "sourceIdentifier"));
}

struct nvd {
    uint32_t unit;
};

static struct str english(const json_t *json, const char *list)
{
    size_t index;
    json_t *item;
    json_array_foreach(json_list(json, list), index,
                       item) if (str_is(json_text(item, "lang"), "en")) return json_text(item,
                                                                                         "value");
    return STR_NONE;
}

/* NVD's own scores first: "Primary". */
static void read_scores(struct feed_import *import, const json_t *cve, struct vulndb_facet *facet)
{
    static const char *const kinds[] = {"cvssMetricV40", "cvssMetricV31", "cvssMetricV30",
                                        "cvssMetricV2"};
    const json_t *metrics = json_member(cve, "metrics");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        for (int primary = 1; primary >= 0; primary--) {
            size_t index;
            json_t *item;
            json_array_foreach(json_list(metrics, kinds[i]), index, item)
            {
                struct str vector = json_text(json_member(item, "cvssData"), "vectorString");
                if (str_is(json_text(item, "type"), "Primary") != (primary == 1))
                    continue;
                if (!words_cvss(facet, vector, json_text(item, "source")))
                    import->bad_scores++;
            }
        }
}

static void read_weaknesses(const json_t *cve, struct vulndb_facet *facet, struct str *cwes,
                            size_t room)
{
    size_t i, j;
    json_t *weakness, *text;
    facet->cwes = cwes;
    json_array_foreach(json_list(cve, "weaknesses"), i, weakness)
        json_array_foreach(json_list(weakness, "description"), j, text)
    {
        struct str cwe = json_text(text, "value");
        bool known = !str_starts(cwe, STR("CWE-")); /* else "NVD-CWE-noinfo" */
        for (size_t k = 0; k < facet->cwe_count && !known; k++)
            known = str_equal(cwes[k], cwe);
        if (!known && facet->cwe_count < room)
            cwes[facet->cwe_count++] = cwe;
    }
}

static void read_cve(struct feed_import *import, const struct feed_document *document,
                     const struct str *names, const json_t *json, void *context)
{
    const struct nvd *nvd = context;
    const json_t *cve = json_member(json, "cve");
    struct str id = json_text(cve, "id"), cwes[8];
    struct arena arena = {0};
    struct pl_err err;
    (void)names;
    struct vulndb_facet facet = {
        .title = words_title(&arena, english(cve, "descriptions")),
        .published = words_date(&arena, json_text(cve, "published")),
        .modified = words_date(&arena, json_text(cve, "lastModified")),
        .withdrawn = str_is(json_text(cve, "vulnStatus"), "Rejected"),
    };
    int r = 0;
    if (!id.len) {
        r = err_set(&err, PL_E_FORMAT, "the entry has no id");
    } else {
        builder_advisory(import->builder, nvd->unit, id);
        builder_updated(import->builder, nvd->unit, facet.modified);
        read_scores(import, cve, &facet);
        read_weaknesses(cve, &facet, cwes, sizeof(cwes) / sizeof(cwes[0]));
        r = builder_facet(import->builder, nvd->unit, id, &facet, &err);
        if (r == 0 && !facet.withdrawn)
            r = nvd_cpe_read(import, nvd->unit, id, cve, &err);
    }
    if (r < 0)
        feed_tell(import, document, id, &err);
    arena_free(&arena);
}

static int nvd_read(struct feed_import *import, struct feed_document *document, struct pl_err *err)
{
    static const char *const path[] = {"vulnerabilities", "[]", NULL};
    struct nvd nvd = {builder_unit(import->builder, FEED_NVD, STR("nvd"), STR(""))};
    return feed_read_entries(import, document, path, read_cve, NULL, &nvd, err);
}

/* The whole, a file a year of the ids, then what changed in the last days. */
#define YEAR(year)                                                                                 \
    {                                                                                              \
        "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-" year ".json.gz", "NVD " year,        \
            "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-" year ".meta"                     \
    }
static const struct feed_address addresses[] = {
    YEAR("2002"), YEAR("2003"),     YEAR("2004"),       YEAR("2005"), YEAR("2006"), YEAR("2007"),
    YEAR("2008"), YEAR("2009"),     YEAR("2010"),       YEAR("2011"), YEAR("2012"), YEAR("2013"),
    YEAR("2014"), YEAR("2015"),     YEAR("2016"),       YEAR("2017"), YEAR("2018"), YEAR("2019"),
    YEAR("2020"), YEAR("2021"),     YEAR("2022"),       YEAR("2023"), YEAR("2024"), YEAR("2025"),
    YEAR("2026"), YEAR("modified"), {NULL, NULL, NULL},
};

const struct feed feed_nvd = {
    .name = "nvd",
    .help = N_("NIST's national vulnerability database (API 2.0, JSON)"),
    .id = FEED_NVD,
    .recognise = nvd_recognise,
    .read = nvd_read,
    .large_addresses = addresses,
};
