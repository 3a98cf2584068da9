/* The statements of a CSAF document. Several products of one package (architectures, repositories)
 * become one statement for each namespace. What is mended for some architectures only counts for
 * all: the highest of the fixed versions decides, so that no package is called clean because
 * another architecture's is. */
#include "feed/csaf.h"

#include <stdlib.h>

#include "feed/head.h"
#include "feed/rpm_lines.h"
#include "feed/words.h"

bool csaf_recognise(struct str head, const char *word)
{
    return head_has_member(head, 2, "csaf_version") && str_find(head, str_of(word)) != SIZE_MAX;
}

/* What one status list says of one package. */
struct said {
    struct csaf_package package;
    enum advisory_status status;
    bool fixed;
    enum severity severity;
    struct str reason;
};

struct csaf {
    struct feed_import *import;
    const struct feed_document *document;
    const struct csaf_publisher *publisher;
    struct csaf_products products;
    struct arena arena;
    uint32_t unit;
    struct str advisory, cve, modified;
    enum severity severity;
    VEC(struct said) said;
};

/* Red Hat's words, and CSAF's categories. */
static void read_remedy(struct said *said, struct str remedy)
{
    static const struct {
        const char *word;
        enum advisory_status status;
        const char *reason;
    } table[] = {
        {"Will not fix", ADVISORY_WONT_FIX, "will-not-fix"},
        {"Out of support scope", ADVISORY_END_OF_LIFE, "out-of-support-scope"},
        {"Fix deferred", ADVISORY_DEFERRED, "fix-deferred"},
        {"Under investigation", ADVISORY_UNDER_INVESTIGATION, "under-investigation"},
        {"Affected", ADVISORY_AFFECTED, ""},
        {"no_fix_planned", ADVISORY_WONT_FIX, "will-not-fix"},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_starts(remedy, str_of(table[i].word))) {
            said->status = table[i].status;
            said->reason = str_of(table[i].reason);
            return;
        }
}

static void read_status(struct csaf *csaf, const json_t *list, bool fixed,
                        enum advisory_status status)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        struct str id = str_make(json_string_value(item), json_string_length(item));
        const struct csaf_product *product = csaf_product_find(&csaf->products, id);
        /* A hint for plain names: these have a version. */
        struct said said = {
            .package.version = fixed ? STR("1") : STR_NONE, .status = status, .fixed = fixed};
        if (!product || !csaf_package_of(&csaf->products, csaf->publisher, &csaf->arena, product,
                                         &said.package))
            continue;
        /* Mended binary packages are all listed by themselves. */
        if (fixed && (said.package.source || !said.package.version.len))
            continue;
        said.severity = product->severity != SEVERITY_UNKNOWN ? product->severity : csaf->severity;
        if (!fixed && status == ADVISORY_AFFECTED)
            read_remedy(&said, product->remedy);
        *VEC_ADD(&csaf->said) = said;
    }
}

/* Severities and remedies are told by product. */
static void mark_products(struct csaf *csaf, const json_t *vulnerability)
{
    size_t i, k;
    json_t *item, *id;
    json_array_foreach(json_list(vulnerability, "threats"), i, item)
    {
        enum severity severity = words_severity(json_text(item, "details"));
        if (!str_is(json_text(item, "category"), "impact"))
            continue;
        if (!json_list(item, "product_ids"))
            csaf->severity = severity;
        json_array_foreach(json_list(item, "product_ids"), k, id)
        {
            struct csaf_product *product = csaf_product_find(
                &csaf->products, str_make(json_string_value(id), json_string_length(id)));
            if (product)
                product->severity = severity;
        }
    }
    json_array_foreach(json_list(vulnerability, "remediations"), i, item)
    {
        struct str category = json_text(item, "category"), details = json_text(item, "details");
        bool none = str_is(category, "none_available"), never = str_is(category, "no_fix_planned");
        if (!none && !never)
            continue;
        struct said known = {.status = ADVISORY_NOT_AFFECTED};
        read_remedy(&known, details);
        if (never && known.status == ADVISORY_NOT_AFFECTED)
            details = category;
        json_array_foreach(json_list(item, "product_ids"), k, id)
        {
            struct csaf_product *product = csaf_product_find(
                &csaf->products, str_make(json_string_value(id), json_string_length(id)));
            if (product)
                product->remedy = details;
        }
    }
}

static int by_package(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    int order = str_compare(x->package.name_space, y->package.name_space);
    if (!order)
        order = str_compare(x->package.name, y->package.name);
    if (!order)
        order = (int)x->package.source - (int)y->package.source;
    if (!order)
        order = str_compare(x->package.module, y->package.module);
    if (!order)
        order = (int)y->fixed - (int)x->fixed;
    if (!order)
        order = (int)x->status - (int)y->status;
    return order ? order : str_compare(x->package.version, y->package.version);
}

static bool same_statement(const struct said *x, const struct said *y)
{
    return str_equal(x->package.name_space, y->package.name_space) &&
           str_equal(x->package.name, y->package.name) && x->package.source == y->package.source &&
           str_equal(x->package.module, y->package.module) && x->fixed == y->fixed &&
           x->status == y->status;
}

static void add_statement(struct csaf *csaf, const struct said *said, size_t count)
{
    struct pl_err err;
    struct advisory_range all = {.introduced = STR("")};
    struct vulndb_statement statement = {
        .feed = csaf->publisher->feed,
        .advisory = csaf->advisory,
        .ids = &csaf->cve,
        .id_count = 1,
        .status = said->status,
        .severity = said->severity,
        .reason = said->reason,
        .module = said->package.module,
        .ranges = &all,
        .range_count = said->status == ADVISORY_NOT_AFFECTED ? 0 : 1,
    };
    statement.modular = statement.module.len != 0;
    if (said->fixed) {
        struct str *fixes = ARENA_ARRAY(&csaf->arena, struct str, count);
        for (size_t i = 0; i < count; i++) {
            fixes[i] = said[i].package.version;
            if (str_find(fixes[i], STR(".module")) != SIZE_MAX)
                statement.modular = true;
        }
        statement.ranges = rpm_lines_ranges(&csaf->arena, fixes, count, &statement.range_count);
    }
    struct str name = said->package.name, names[2] = {name, STR_NONE};
    if (said->package.source || said->package.no_arch)
        names[said->package.source ? 0 : 1] = arena_printf(&csaf->arena, "%.*s/src", STR_ARG(name));
    for (size_t i = 0; i < 2; i++)
        if (names[i].len &&
            builder_statement(csaf->import->builder, csaf->unit, said->package.name_space, names[i],
                              &statement, &err) < 0)
            feed_tell(csaf->import, csaf->document, csaf->advisory, &err);
}

static void add_scores(struct csaf *csaf, const json_t *vulnerability, struct vulndb_facet *facet)
{
    static const char *const kinds[] = {"cvss_v4", "cvss_v3", "cvss_v2"};
    size_t index;
    json_t *item;
    json_array_foreach(json_list(vulnerability, "scores"), index,
                       item) for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
    {
        struct str vector = json_text(json_member(item, kinds[i]), "vectorString");
        if (vector.len && !words_cvss(facet, vector, str_of(csaf->publisher->source)))
            csaf->import->bad_scores++;
    }
}

static void add_facet(struct csaf *csaf, const json_t *vulnerability)
{
    struct pl_err err;
    struct str cwe = json_text(json_member(vulnerability, "cwe"), "id");
    struct str title = json_text(vulnerability, "title");
    bool is_own = str_equal(csaf->cve, csaf->advisory);
    struct vulndb_facet facet = {
        .advisory = is_own ? STR_NONE : csaf->advisory,
        .title = str_equal(title, csaf->cve) ? STR_NONE : words_title(&csaf->arena, title),
        .published = words_date(&csaf->arena, json_text(vulnerability, "release_date")),
        .modified = is_own ? csaf->modified : STR_NONE,
        .cwes = &cwe,
        .cwe_count = str_starts(cwe, STR("CWE-")) && cwe.len < 16 ? 1 : 0,
    };
    add_scores(csaf, vulnerability, &facet);
    if (builder_facet(csaf->import->builder, csaf->unit, csaf->cve, &facet, &err) < 0)
        feed_tell(csaf->import, csaf->document, csaf->advisory, &err);
}

static void read_vulnerability(struct csaf *csaf, const json_t *vulnerability)
{
    static const struct {
        const char *list;
        bool fixed;
        enum advisory_status status;
    } lists[] = {
        {"fixed", true, ADVISORY_AFFECTED},
        {"first_fixed", true, ADVISORY_AFFECTED},
        {"recommended", true, ADVISORY_AFFECTED}, /* SUSE's word for fixed */
        {"known_affected", false, ADVISORY_AFFECTED},
        {"known_not_affected", false, ADVISORY_NOT_AFFECTED},
        {"under_investigation", false, ADVISORY_UNDER_INVESTIGATION},
    };
    const json_t *status = json_member(vulnerability, "product_status");
    if (!words_cve(&csaf->arena, json_text(vulnerability, "cve"), &csaf->cve))
        csaf->cve = csaf->advisory;
    csaf->said.count = 0;
    mark_products(csaf, vulnerability);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        read_status(csaf, json_list(status, lists[i].list), lists[i].fixed, lists[i].status);
    if (csaf->said.count)
        qsort(csaf->said.items, csaf->said.count, sizeof(csaf->said.items[0]), by_package);
    for (size_t i = 0; i < csaf->said.count;) {
        size_t end = i + 1;
        while (end < csaf->said.count &&
               same_statement(&csaf->said.items[i], &csaf->said.items[end]))
            end++;
        add_statement(csaf, &csaf->said.items[i], end - i);
        i = end;
    }
    add_facet(csaf, vulnerability);
}

static void read_document(struct feed_import *import, const struct feed_document *document,
                          const struct str *names, const json_t *json, void *context)
{
    struct csaf csaf = {.import = import, .document = document, .publisher = context};
    const json_t *head = json_member(json, "document");
    const json_t *tracking = json_member(head, "tracking");
    bool is_vex = str_is(json_text(head, "category"), "csaf_vex");
    struct pl_err err;
    size_t index;
    json_t *item;
    (void)names;
    csaf.advisory = json_text(tracking, "id");
    if (!csaf.advisory.len) {
        err_set(&err, PL_E_FORMAT, "the document has no id");
        feed_tell(import, document, STR_NONE, &err);
        return;
    }
    csaf.unit = builder_unit(import->builder, csaf.publisher->feed,
                             str_of(feed_id_name(csaf.publisher->feed)),
                             is_vex ? STR("vex") : STR("advisories"));
    csaf.modified = words_date(&csaf.arena, json_text(tracking, "current_release_date"));
    builder_advisory(import->builder, csaf.unit, csaf.advisory);
    builder_updated(import->builder, csaf.unit, csaf.modified);
    if (document->in_archive)
        feed_brings_whole(import, csaf.unit);
    csaf_products_read(&csaf.products, json_member(json, "product_tree"));
    json_array_foreach(json_list(json, "vulnerabilities"), index, item)
    {
        csaf.severity = words_severity(json_text(json_member(head, "aggregate_severity"), "text"));
        read_vulnerability(&csaf, item);
    }
    csaf_products_free(&csaf.products);
    VEC_FREE(&csaf.said);
    arena_free(&csaf.arena);
}

int csaf_import(struct feed_import *import, struct feed_document *document,
                const struct csaf_publisher *publisher, struct pl_err *err)
{
    static const char *const path[] = {NULL};
    return feed_read_entries(import, document, path, read_document, NULL,
                             (void *)(uintptr_t)publisher, err);
}
