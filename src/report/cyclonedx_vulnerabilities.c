/* CycloneDX's "vulnerabilities": all findings of one id, and of one fate, are one vulnerability
 * that affects several components. */
#include <stdlib.h>

#include "report/cyclonedx.h"

static const char *const severities[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = "unknown", [SEVERITY_NEGLIGIBLE] = "info",
    [SEVERITY_LOW] = "low",         [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high",       [SEVERITY_CRITICAL] = "critical",
};

static void write_source(struct elements *to, struct str name)
{
    elements_object(to, "source");
    elements_text(to, "name", name);
    elements_end(to);
}

static void write_score(struct elements *to, const struct cvss_entry *entry)
{
    const char *method = entry->version == CVSS_4_0   ? "CVSSv4"
                         : entry->version == CVSS_3_1 ? "CVSSv31"
                         : entry->version == CVSS_3_0 ? "CVSSv3"
                                                      : "CVSSv2";
    enum severity severity = severity_of_score(entry->score, (int)entry->version / 10);
    elements_item(to, "rating");
    write_source(to, entry->source);
    elements_number(to, "score", entry->score, 1);
    elements_text(to, "severity", str_of(entry->score > 0 ? severities[severity] : "none"));
    elements_text(to, "method", str_of(method));
    elements_text(to, "vector", entry->vector);
    elements_end(to);
}

static void write_ratings(struct elements *to, const struct finding *finding)
{
    elements_list(to, "ratings", "ratings");
    elements_item(to, "rating");
    write_source(to, finding->match.feed);
    elements_text(to, "severity", str_of(severities[finding->severity]));
    elements_end(to);
    for (size_t i = 0; i < finding->cvss_count; i++)
        write_score(to, &finding->cvss[i]);
    elements_end(to);
}

static void write_cwes(struct elements *to, const struct finding *finding)
{
    elements_list(to, "cwes", "cwes");
    for (size_t i = 0; i < finding->cwe_count; i++) {
        uint64_t number;
        if (str_starts(finding->cwes[i], STR("CWE-")) &&
            str_to_u64(str_from(finding->cwes[i], 4), &number) && number > 0)
            elements_number_item(to, "cwe", number);
    }
    elements_end(to);
}

static void write_references(struct elements *to, const struct finding *finding)
{
    if (finding->alias_count == 0)
        return;
    elements_list(to, "references", "references");
    for (size_t i = 0; i < finding->alias_count; i++) {
        elements_item(to, "reference");
        elements_text(to, "id", finding->aliases[i]);
        write_source(to, finding->match.feed);
        elements_end(to);
    }
    elements_end(to);
}

/* Schema, "impactAnalysisState": what a decision says of the vulnerability. */
static void write_analysis(struct elements *to, const struct finding *finding)
{
    static const struct {
        const char *by, *state, *response;
    } states[] = {
        {"vex", "not_affected", NULL},
        {"ownership", "false_positive", NULL}, /* the distribution's patched package */
        {"ignore", "exploitable", "will_not_fix"},
        {"baseline", "in_triage", NULL},
    };
    const char *state = "in_triage", *response = NULL;
    if (!finding->suppressed_by)
        return;
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (strcmp(finding->suppressed_by, states[i].by) == 0) {
            state = states[i].state;
            response = states[i].response;
        }
    elements_object(to, "analysis");
    elements_text(to, "state", str_of(state));
    if (response) {
        elements_list(to, "response", "responses");
        elements_text_item(to, "response", str_of(response));
        elements_end(to);
    }
    if (finding->suppressed_why.len)
        elements_text(to, "detail", finding->suppressed_why);
    elements_end(to);
}

static void write_affects(struct elements *to, const struct report *report,
                          const struct finding *const *findings, size_t count)
{
    AUTO_BUF ref = {0};
    elements_list(to, "affects", "affects");
    for (size_t i = 0; i < count; i++) {
        if (findings[i]->package == PACKAGE_NONE)
            continue;
        ref.len = 0;
        cyclonedx_ref(&ref, report, findings[i]->package);
        elements_item(to, "target");
        elements_text(to, "ref", buf_str(&ref));
        elements_list(to, "versions", "versions");
        elements_item(to, "version");
        elements_text(to, "version", findings[i]->installed);
        elements_text(to, "status", STR("affected"));
        elements_end(to);
        elements_end(to);
        elements_end(to);
    }
    elements_end(to);
}

static void write_advice(struct elements *to, const struct report *report,
                         const struct finding *const *findings, size_t count)
{
    AUTO_BUF advice = {0};
    for (size_t i = 0; i < count; i++)
        if (findings[i]->fixed.len && findings[i]->package != PACKAGE_NONE)
            buf_printf(&advice, "%sUpdate %.*s to %.*s.", advice.len ? " " : "",
                       STR_ARG(report->packages.items[findings[i]->package].name),
                       STR_ARG(findings[i]->fixed));
    if (advice.len)
        elements_text(to, "recommendation", buf_str(&advice));
}

static void write_vulnerability(struct elements *to, const struct report *report,
                                const struct finding *const *findings, size_t count, size_t number)
{
    const struct finding *first = findings[0];
    AUTO_BUF ref = {0}, risk = {0};
    buf_add(&ref, first->id);
    if (first->suppressed_by)
        buf_printf(&ref, "#%zu", number);
    buf_printf(&risk, "%d", first->risk);
    elements_item(to, "vulnerability");
    elements_attribute(to, "bom-ref", buf_str(&ref));
    elements_text(to, "id", first->id);
    write_source(to, first->match.feed);
    write_references(to, first);
    write_ratings(to, first);
    write_cwes(to, first);
    if (first->title.len)
        elements_text(to, "description", first->title);
    write_advice(to, report, findings, count);
    if (first->published.len)
        elements_text(to, "published", first->published);
    write_analysis(to, first);
    write_affects(to, report, findings, count);
    elements_list(to, "properties", "properties");
    cyclonedx_property(to, "plimsoll:risk", buf_str(&risk));
    cyclonedx_property(to, "plimsoll:status", str_of(finding_status_name(first->status)));
    cyclonedx_property(to, "plimsoll:kev:added", first->kev_added);
    elements_end(to);
    elements_end(to);
}

/* By id, then by what suppressed it and why. */
static int compare_fate(const struct finding *x, const struct finding *y)
{
    int order = str_compare(x->id, y->id);
    if (order == 0)
        order = str_compare(str_of(x->suppressed_by), str_of(y->suppressed_by));
    return order || !x->suppressed_by ? order : str_compare(x->suppressed_why, y->suppressed_why);
}

static int by_fate(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
    int order = compare_fate(x, y);
    return order ? order : (x > y) - (x < y);
}

void cyclonedx_vulnerabilities(struct elements *to, const struct report *report,
                               const struct report_style *style)
{
    size_t count = 0;
    AUTO_FREE const struct finding **sorted =
        mem_alloc(sizeof(*sorted) * (report->findings.count + 1));
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct finding *finding = &report->findings.items[i];
        if (finding->kind == FINDING_VULNERABILITY &&
            (style->suppressed || !finding->suppressed_by))
            sorted[count++] = finding;
    }
    qsort(sorted, count, sizeof(*sorted), by_fate);
    elements_list(to, "vulnerabilities", "vulnerabilities");
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && compare_fate(sorted[end], sorted[i]) == 0)
            end++;
        write_vulnerability(to, report, sorted + i, end - i, i);
        i = end;
    }
    elements_end(to);
}
