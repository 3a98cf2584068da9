/* CISA's catalogue of known exploited vulnerabilities, JSON. */
#include "base/i18n.h"
#include "feed/feed.h"
#include "feed/head.h"
#include "feed/words.h"

static bool kev_recognise(struct str head)
{
    return head_has_member(head, 1, "catalogVersion") ||
           (head_has_member(head, 1, "vulnerabilities") && head_has_member(head, 3, "cveID"));
}

struct kev {
    uint32_t unit;
    struct feed_import *import;
};

static void read_vulnerability(struct feed_import *import, const struct feed_document *document,
                               const struct str *names, const json_t *json, void *context)
{
    const struct kev *kev = context;
    struct pl_err err;
    struct arena arena = {0};
    struct str id = json_text(json, "cveID"), cwes[8];
    struct vulndb_facet facet = {
        .title = words_title(&arena, json_text(json, "vulnerabilityName")),
        .kev_added = str_first(json_text(json, "dateAdded"), 10),
        .kev_ransomware = str_is(json_text(json, "knownRansomwareCampaignUse"), "Known"),
        .cwes = cwes,
    };
    size_t index;
    json_t *item;
    (void)names;
    json_array_foreach(json_list(json, "cwes"), index,
                       item) if (json_string_length(item) &&
                                 facet.cwe_count < sizeof(cwes) / sizeof(cwes[0]))
        cwes[facet.cwe_count++] = str_make(json_string_value(item), json_string_length(item));
    int r = 0;
    if (!id.len || !facet.kev_added.len)
        r = err_set(&err, PL_E_FORMAT, "the entry has no id or no date");
    else
        r = builder_facet(import->builder, kev->unit, id, &facet, &err);
    if (r < 0)
        feed_tell(import, document, id, &err);
    arena_free(&arena);
}

static int take_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    const struct kev *kev = context;
    struct arena arena = {0};
    (void)err;
    if (str_is(name, "dateReleased"))
        builder_updated(kev->import->builder, kev->unit, words_date(&arena, text));
    arena_free(&arena);
    return 0;
}

static int kev_read(struct feed_import *import, struct feed_document *document, struct pl_err *err)
{
    static const char *const path[] = {"vulnerabilities", "[]", NULL};
    struct kev kev = {builder_unit(import->builder, FEED_KEV, STR("kev"), STR("")), import};
    feed_brings_whole(import, kev.unit);
    return feed_read_entries(import, document, path, read_vulnerability, take_scalar, &kev, err);
}

static const struct feed_address addresses[] = {
    {"https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
     "KEV catalogue", NULL},
    {NULL, NULL, NULL},
};

const struct feed feed_kev = {
    .name = "kev",
    .help = N_("CISA's catalogue of known exploited vulnerabilities (JSON)"),
    .id = FEED_KEV,
    .recognise = kev_recognise,
    .read = kev_read,
    .addresses = addresses,
};
