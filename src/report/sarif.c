/* SARIF 2.1.0 (OASIS Standard, 27 March 2020), within the limits that GitHub's code scanning has
 * for uploads (docs.github.com, "SARIF support for code scanning"): one run; 25,000 results and
 * rules a run, 1,000 locations a result (here: one), 20 tags a rule, 10 MB compressed by gzip. The
 * most severe come first. */
#include <stdio.h>
#include <stdlib.h>

#include "io/json_writer.h"
#include "report/parts.h"
#include "report/text.h"

enum {
    SARIF_RESULTS = 25000,
    SARIF_TAGS = 20,
    SARIF_TEXT = 1024, /* of a rule's short description */
    /* Of what differs from one finding to the next and may not compress at all. All else is the
     * same words again and again, which gzip makes some 60 bytes a finding: 1.5 MB at the most. */
    SARIF_BYTES = 8 * 1000 * 1000,
};

/* How many of the findings fit. */
static size_t count_shown(const struct report *report, const struct finding *const *findings,
                          size_t count)
{
    size_t bytes = 0, shown = 0;
    for (; shown < count && shown < SARIF_RESULTS; shown++) {
        const struct finding *finding = findings[shown];
        const struct package *package = part_package(report, finding);
        bytes += 2 * finding->id.len + text_fit(finding->title, SARIF_TEXT).len +
                 finding->path.len + finding->installed.len + finding->fixed.len +
                 finding->fingerprint.len + finding->detail.len + 2 * finding->excerpt.len +
                 (package ? package->purl.len + package->name.len : 0);
        if (bytes > SARIF_BYTES)
            break;
    }
    return shown;
}

static const char *level_of(enum severity severity)
{
    static const char *const levels[SEVERITY_COUNT] = {
        [SEVERITY_UNKNOWN] = "warning", [SEVERITY_NEGLIGIBLE] = "note",
        [SEVERITY_LOW] = "note",        [SEVERITY_MEDIUM] = "warning",
        [SEVERITY_HIGH] = "error",      [SEVERITY_CRITICAL] = "error",
    };
    return levels[severity];
}

/* GitHub sorts by this number; a distribution's word without a score gets its band's middle. */
static double security_severity(const struct finding *finding)
{
    static const double middles[SEVERITY_COUNT] = {
        [SEVERITY_UNKNOWN] = 5.0, [SEVERITY_NEGLIGIBLE] = 0.1, [SEVERITY_LOW] = 2.0,
        [SEVERITY_MEDIUM] = 5.5,  [SEVERITY_HIGH] = 8.0,       [SEVERITY_CRITICAL] = 9.5,
    };
    for (size_t i = 0; i < finding->cvss_count; i++)
        if (severity_of_score(finding->cvss[i].score, (int)finding->cvss[i].version / 10) ==
            finding->severity)
            return finding->cvss[i].score;
    return middles[finding->severity];
}

static void write_message(struct json_writer *json, const char *key, struct str text)
{
    json_open(json, key, '{');
    json_put_str(json, "text", text);
    json_end(json, '}');
}

/* How what is wrong with a file is mended; `markdown`: as that, else as plain text. */
static void add_remedy(struct buf *help, const struct finding *finding,
                       const struct report_style *style, bool markdown)
{
    struct str mend = text_fit(part_text(style, finding->mend, finding->mend_local), SARIF_TEXT);
    if (mend.len == 0)
        mend = finding->title.len ? finding->title : finding->id;
    if (markdown)
        text_markdown(help, mend, false);
    else
        buf_add(help, mend);
    for (const char *const *reference = finding->references; reference && *reference; reference++)
        if (part_is_address(str_of(*reference)))
            buf_printf(help, markdown ? "\n\n<%s>" : "\n%s", *reference);
}

static void add_scores(struct buf *help, const struct finding *finding)
{
    buf_printf(help, "%.*s: %s", STR_ARG(finding->id), severity_name(finding->severity));
    for (size_t i = 0; i < finding->cvss_count; i++)
        buf_printf(help, "\nCVSS %s %.1f %.*s", cvss_version_name(finding->cvss[i].version),
                   finding->cvss[i].score, STR_ARG(finding->cvss[i].vector));
    if (finding->has_epss)
        buf_printf(help, "\nEPSS %.5f", finding->epss_score);
    if (finding->kev_added.len)
        buf_printf(help, "\nKEV %.*s", STR_ARG(finding->kev_added));
}

static void write_help(struct json_writer *json, const struct finding *finding,
                       const struct report_style *style)
{
    AUTO_BUF text = {0};
    AUTO_BUF markdown = {0};
    struct arena arena = {0};
    bool of_file = part_is_file_kind(finding->kind);
    struct str page = of_file ? part_page(&arena, finding) : STR_NONE;
    if (page.len)
        json_put_str(json, "helpUri", page);
    if (of_file) {
        add_remedy(&text, finding, style, false);
        add_remedy(&markdown, finding, style, true);
    } else {
        add_scores(&text, finding);
    }
    json_open(json, "help", '{');
    json_put_str(json, "text", buf_str(&text));
    if (markdown.len)
        json_put_str(json, "markdown", buf_str(&markdown));
    json_end(json, '}');
    arena_free(&arena);
}

static void write_rule(struct json_writer *json, const struct finding *finding,
                       const struct report_style *style)
{
    char score[16];
    struct str title = part_text(style, finding->title, finding->title_local);
    struct str why = part_text(style, finding->why, finding->why_local);
    title = text_fit(title.len ? title : finding->id, SARIF_TEXT);
    json_begin(json, '{');
    json_put_str(json, "id", finding->id);
    write_message(json, "shortDescription", title);
    /* GitHub asks for it; of a vulnerability there is nothing longer to say than the title. */
    write_message(json, "fullDescription", why.len ? text_fit(why, SARIF_TEXT) : title);
    write_help(json, finding, style);
    json_open(json, "defaultConfiguration", '{');
    json_put_text(json, "level", level_of(finding->severity));
    json_end(json, '}');
    json_open(json, "properties", '{');
    snprintf(score, sizeof(score), "%.1f", security_severity(finding));
    json_put_text(json, "security-severity", score);
    json_put_text(json, "precision", part_is_file_kind(finding->kind) ? "high" : "very-high");
    json_open(json, "tags", '[');
    json_str(json, str_of(finding_kind_name(finding->kind)));
    json_str(json, STR("security"));
    json_str(json, str_of(severity_name(finding->severity)));
    for (size_t i = 0; i < finding->cwe_count && i + 3 < SARIF_TAGS; i++)
        json_str(json, finding->cwes[i]);
    json_end(json, ']');
    json_end(json, '}');
    json_end(json, '}');
}

/* A path as a relative URI reference: bytes that a path segment cannot hold are percent-encoded. */
static void put_uri(struct json_writer *json, const char *key, struct str path)
{
    AUTO_BUF uri = {0};
    for (size_t i = 0; i < path.len; i++) {
        char c = path.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~/+@", c);
        if (plain && c)
            buf_putc(&uri, c);
        else
            buf_printf(&uri, "%%%02X", (unsigned char)c);
    }
    json_put_str(json, key, buf_str(&uri));
}

/* GitHub wants a line of everything. Columns are the file's bytes: those of characters differ
 * behind what is not ASCII, and nobody has kept the line. */
static void write_region(struct json_writer *json, const struct finding *finding)
{
    json_open(json, "region", '{');
    json_put_u64(json, "startLine", finding->line ? finding->line : 1);
    if (finding->line && finding->column)
        json_put_u64(json, "startColumn", finding->column);
    if (finding->line && finding->end_line > finding->line)
        json_put_u64(json, "endLine", finding->end_line);
    if (finding->line && finding->excerpt.len)
        write_message(json, "snippet", finding->excerpt);
    json_end(json, '}');
}

static void write_location(struct json_writer *json, const struct report *report,
                           const struct finding *finding)
{
    struct str path = finding->path.len ? finding->path : report->target.name;
    json_open(json, "locations", '[');
    json_begin(json, '{');
    json_open(json, "physicalLocation", '{');
    json_open(json, "artifactLocation", '{');
    put_uri(json, "uri", path);
    json_put_text(json, "uriBaseId", "ROOT");
    json_end(json, '}');
    write_region(json, finding);
    json_end(json, '}');
    if (finding->package != PACKAGE_NONE) {
        const struct package *package = &report->packages.items[finding->package];
        AUTO_BUF name = {0};
        buf_printf(&name, "%.*s@%.*s", STR_ARG(package->name), STR_ARG(package->version));
        json_open(json, "logicalLocations", '[');
        json_begin(json, '{');
        json_put_str(json, "fullyQualifiedName",
                     package->purl.len ? package->purl : buf_str(&name));
        json_put_text(json, "kind", "package");
        json_end(json, '}');
        json_end(json, ']');
    }
    json_end(json, '}');
    json_end(json, ']');
}

/* What a file's finding says: "title: detail (severity)". */
static void add_message(struct buf *text, const struct finding *finding,
                        const struct report_style *style)
{
    struct str title = part_text(style, finding->title, finding->title_local);
    struct str detail = part_text(style, finding->detail, finding->detail_local);
    buf_add(text, text_fit(title.len ? title : finding->id, SARIF_TEXT));
    if (detail.len)
        buf_printf(text, ": %.*s", STR_ARG(text_fit(detail, SARIF_TEXT)));
    buf_printf(text, " (%s)", severity_name(finding->severity));
    if (finding->removed)
        buf_puts(text, "; a later layer takes the file away, and it is still in the image");
}

static void write_result(struct json_writer *json, const struct report *report,
                         const struct finding *finding, size_t rule,
                         const struct report_style *style)
{
    AUTO_BUF text = {0};
    bool of_file = part_is_file_kind(finding->kind);
    json_begin(json, '{');
    json_put_str(json, "ruleId", finding->id);
    json_put_u64(json, "ruleIndex", rule);
    json_put_text(json, "level", level_of(finding->severity));
    if (finding->package != PACKAGE_NONE)
        buf_printf(&text, "%.*s %.*s: ", STR_ARG(report->packages.items[finding->package].name),
                   STR_ARG(finding->installed));
    if (of_file)
        add_message(&text, finding, style);
    else
        buf_printf(&text, "%.*s (%s)", STR_ARG(finding->id), severity_name(finding->severity));
    if (finding->fixed.len)
        buf_printf(&text, ", fixed in %.*s", STR_ARG(finding->fixed));
    else if (finding->kind == FINDING_VULNERABILITY)
        buf_printf(&text, ", no fix: %s", finding_status_name(finding->status));
    else if (finding->title.len && !of_file)
        buf_printf(&text, ": %.*s", STR_ARG(text_fit(finding->title, SARIF_TEXT)));
    write_message(json, "message", buf_str(&text));
    write_location(json, report, finding);
    json_open(json, "partialFingerprints", '{');
    json_put_str(json, "plimsoll/v1", finding->fingerprint);
    json_end(json, '}');
    json_open(json, "properties", '{');
    json_put_u64(json, "risk", (uint64_t)finding->risk);
    json_put_str_or_null(json, "fixed", finding->fixed);
    json_put_text(json, "status", finding_status_name(finding->status));
    if (of_file && finding->layer != LAYER_NONE)
        json_put_bool(json, "removed", finding->removed);
    if (finding->owner.len)
        json_put_str(json, "owner", finding->owner);
    json_end(json, '}');
    json_end(json, '}');
}

/* One rule an id, told by its most severe finding: indexes of findings, sorted by id. */
struct rules {
    const struct finding **items;
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
    int order = str_compare(x->id, y->id);
    return order ? order : (x > y) - (x < y);
}

static int id_of_rule(const void *key, const void *item)
{
    return str_compare(*(const struct str *)key, (*(const struct finding *const *)item)->id);
}

static struct rules make_rules(const struct finding *const *findings, size_t shown)
{
    struct rules rules = {mem_zalloc(shown + 1, sizeof(rules.items[0])), 0};
    for (size_t i = 0; i < shown; i++)
        rules.items[i] = findings[i];
    qsort(rules.items, shown, sizeof(rules.items[0]), by_id);
    for (size_t i = 0; i < shown; i++)
        if (i == 0 || !str_equal(rules.items[i]->id, rules.items[rules.count - 1]->id))
            rules.items[rules.count++] = rules.items[i];
    return rules;
}

static size_t rule_index(const struct rules *rules, struct str id)
{
    const struct finding **hit =
        bsearch(&id, rules->items, rules->count, sizeof(rules->items[0]), id_of_rule);
    return (size_t)(hit - rules->items);
}

static void write_driver(struct json_writer *json, const struct rules *rules,
                         const struct report_style *style)
{
    json_open(json, "tool", '{');
    json_open(json, "driver", '{');
    json_put_text(json, "name", "plimsoll");
    json_put_text(json, "version", PLIMSOLL_VERSION);
    json_open(json, "rules", '[');
    for (size_t i = 0; i < rules->count; i++)
        write_rule(json, rules->items[i], style);
    json_end(json, ']');
    json_end(json, '}');
    json_end(json, '}');
}

static void write_invocation(struct json_writer *json, const struct report *report, size_t shown,
                             size_t count, const struct report_style *style)
{
    json_open(json, "invocations", '[');
    json_begin(json, '{');
    json_put_bool(json, "executionSuccessful", report->complete);
    json_open(json, "toolExecutionNotifications", '[');
    for (size_t i = 0; i < report->diagnostics.count; i++) {
        const struct diagnostic *diagnostic = &report->diagnostics.items[i];
        json_begin(json, '{');
        json_put_text(json, "level", diagnostic->error ? "error" : "warning");
        write_message(json, "message", diagnostic_text(diagnostic, style));
        json_end(json, '}');
    }
    if (shown < count) {
        AUTO_BUF text = {0};
        buf_printf(&text,
                   "%zu of %zu findings are in this file, the most severe ones: GitHub's code "
                   "scanning takes %d results and 10 MB of compressed bytes",
                   shown, count, SARIF_RESULTS);
        json_begin(json, '{');
        json_put_text(json, "level", "warning");
        write_message(json, "message", buf_str(&text));
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
    json_end(json, ']');
}

static void sarif_write(struct out *out, const struct report *report,
                        const struct report_style *style)
{
    struct json_writer json = {.out = out};
    size_t count;
    const struct finding **findings = report_counted(report, &count);
    size_t shown = count_shown(report, findings, count);
    struct rules rules = make_rules(findings, shown);
    json_begin(&json, '{');
    json_put_text(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_put_text(&json, "version", "2.1.0");
    json_open(&json, "runs", '[');
    json_begin(&json, '{');
    write_driver(&json, &rules, style);
    write_invocation(&json, report, shown, count, style);
    json_open(&json, "originalUriBaseIds", '{');
    json_open(&json, "ROOT", '{');
    json_put_text(&json, "uri", "file:///");
    json_end(&json, '}');
    json_end(&json, '}');
    json_open(&json, "results", '[');
    for (size_t i = 0; i < shown; i++)
        write_result(&json, report, findings[i], rule_index(&rules, findings[i]->id), style);
    json_end(&json, ']');
    json_end(&json, '}');
    json_end(&json, ']');
    json_end(&json, '}');
    free(rules.items);
    free(findings);
}

const struct report_format report_format_sarif = {
    .name = "sarif",
    .help = N_("SARIF 2.1.0, for code scanning"),
    .write = sarif_write,
};
