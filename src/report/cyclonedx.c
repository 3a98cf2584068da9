/* CycloneDX 1.6 JSON (ECMA-424), components and vulnerabilities. */
#include "base/i18n.h"
#include "io/json_writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "report/format.h"

/* A package is referred to by its purl; where two have the same one, its number tells them apart.
 */
static void write_ref(struct json_writer *json, const char *key, const struct report *report,
                      size_t index)
{
    const struct package *package = &report->packages.items[index];
    AUTO_BUF ref = {0};
    if (package->purl.len)
        buf_printf(&ref, "%.*s#%zu", STR_ARG(package->purl), index);
    else
        buf_printf(&ref, "package-%zu", index);
    if (key)
        json_put_str(json, key, buf_str(&ref));
    else
        json_str(json, buf_str(&ref));
}

static void write_property(struct json_writer *json, const char *name, struct str value)
{
    if (value.len == 0)
        return;
    json_begin(json, '{');
    json_put_text(json, "name", name);
    json_put_str(json, "value", value);
    json_end(json, '}');
}

static void write_licenses(struct json_writer *json, const struct package *package)
{
    if (package->license_count == 0)
        return;
    json_open(json, "licenses", '[');
    for (size_t i = 0; i < package->license_count; i++) {
        json_begin(json, '{');
        json_open(json, "license", '{');
        json_put_str(json, "name", package->licenses[i]);
        json_end(json, '}');
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_component(struct json_writer *json, const struct report *report, size_t index)
{
    const struct package *package = &report->packages.items[index];
    json_begin(json, '{');
    json_put_text(json, "type", "library");
    write_ref(json, "bom-ref", report, index);
    if (package->vendor.len)
        json_put_str(json, "publisher", package->vendor);
    json_put_str(json, "name", package->name);
    json_put_str(json, "version", package->version);
    write_licenses(json, package);
    if (package->purl.len)
        json_put_str(json, "purl", package->purl);
    if (package->cpe_count) {
        struct arena arena = {0};
        json_put_str(json, "cpe", package_cpe(&arena, package, 0));
        arena_free(&arena);
    }
    json_open(json, "properties", '[');
    write_property(json, "plimsoll:type", str_of(package_type_name(package->type)));
    write_property(json, "plimsoll:arch", package->arch);
    write_property(json, "plimsoll:source:name", package->source_name);
    write_property(json, "plimsoll:source:version", package->source_version);
    write_property(json, "plimsoll:module", package->module);
    write_property(json, "plimsoll:cataloger", str_of(package->cataloger));
    if (package->layer < report->target.layers.count)
        write_property(json, "plimsoll:layer:diff_id",
                       report->target.layers.items[package->layer].diff_id);
    json_end(json, ']');
    if (package->path_count) {
        json_open(json, "evidence", '{');
        json_open(json, "occurrences", '[');
        for (size_t i = 0; i < package->path_count; i++) {
            json_begin(json, '{');
            json_put_str(json, "location", package->paths[i]);
            json_end(json, '}');
        }
        json_end(json, ']');
        json_end(json, '}');
    }
    json_end(json, '}');
}

static void write_os_component(struct json_writer *json, const struct os_info *os)
{
    if (os->id.len == 0)
        return;
    json_begin(json, '{');
    json_put_text(json, "type", "operating-system");
    json_put_text(json, "bom-ref", "operating-system");
    json_put_str(json, "name", os->id);
    if (os->version.len)
        json_put_str(json, "version", os->version);
    if (os->name.len)
        json_put_str(json, "description", os->name);
    json_end(json, '}');
}

static void write_tools(struct json_writer *json)
{
    json_open(json, "tools", '{');
    json_open(json, "components", '[');
    json_begin(json, '{');
    json_put_text(json, "type", "application");
    json_put_text(json, "name", "plimsoll");
    json_put_text(json, "version", PLIMSOLL_VERSION);
    json_end(json, '}');
    json_end(json, ']');
    json_end(json, '}');
}

static void write_metadata(struct json_writer *json, const struct report *report)
{
    json_open(json, "metadata", '{');
    if (report->database.used && report->database.built.len)
        json_put_str(json, "timestamp", report->database.built);
    write_tools(json);
    json_open(json, "component", '{');
    json_put_text(json, "type", "container");
    json_put_text(json, "bom-ref", "target");
    json_put_str(json, "name", report->target.name);
    struct str version =
        report->target.digest.len ? report->target.digest : report->target.image_id;
    if (version.len)
        json_put_str(json, "version", version);
    json_open(json, "properties", '[');
    write_property(json, "plimsoll:target:kind", str_of(report->target.kind));
    write_property(json, "plimsoll:target:image_id", report->target.image_id);
    write_property(json, "plimsoll:target:platform", report->target.platform);
    write_property(json, "plimsoll:complete", str_of(report->complete ? "true" : "false"));
    for (size_t i = 0; i < report->target.layers.count; i++)
        write_property(json, "plimsoll:target:layer:diff_id",
                       report->target.layers.items[i].diff_id);
    json_end(json, ']');
    json_end(json, '}');
    json_end(json, '}');
}

static void write_ratings(struct json_writer *json, const struct finding *finding)
{
    static const char *const names[SEVERITY_COUNT] = {
        [SEVERITY_UNKNOWN] = "unknown", [SEVERITY_NEGLIGIBLE] = "info",
        [SEVERITY_LOW] = "low",         [SEVERITY_MEDIUM] = "medium",
        [SEVERITY_HIGH] = "high",       [SEVERITY_CRITICAL] = "critical",
    };
    json_open(json, "ratings", '[');
    json_begin(json, '{');
    json_open(json, "source", '{');
    json_put_str(json, "name", finding->match.feed);
    json_end(json, '}');
    json_put_text(json, "severity", names[finding->severity]);
    json_end(json, '}');
    for (size_t i = 0; i < finding->cvss_count; i++) {
        const struct cvss_entry *entry = &finding->cvss[i];
        const char *method = entry->version == CVSS_4_0   ? "CVSSv4"
                             : entry->version == CVSS_3_1 ? "CVSSv31"
                             : entry->version == CVSS_3_0 ? "CVSSv3"
                                                          : "CVSSv2";
        json_begin(json, '{');
        json_open(json, "source", '{');
        json_put_str(json, "name", entry->source);
        json_end(json, '}');
        json_key(json, "score");
        json_double(json, entry->score, 1);
        enum severity severity = severity_of_score(entry->score, (int)entry->version / 10);
        json_put_text(json, "severity", entry->score > 0 ? names[severity] : "none");
        json_put_text(json, "method", method);
        json_put_str(json, "vector", entry->vector);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_cwes(struct json_writer *json, const struct finding *finding)
{
    json_open(json, "cwes", '[');
    for (size_t i = 0; i < finding->cwe_count; i++) {
        uint64_t number;
        if (str_starts(finding->cwes[i], STR("CWE-")) &&
            str_to_u64(str_from(finding->cwes[i], 4), &number) && number > 0)
            json_u64(json, number);
    }
    json_end(json, ']');
}

/* All findings of one id: one vulnerability that affects several components. */
static void write_vulnerability(struct json_writer *json, const struct report *report,
                                const struct finding *const *findings, size_t count)
{
    const struct finding *first = findings[0];
    AUTO_BUF advice = {0};
    json_begin(json, '{');
    json_put_str(json, "bom-ref", first->id);
    json_put_str(json, "id", first->id);
    json_open(json, "source", '{');
    json_put_str(json, "name", first->match.feed);
    json_end(json, '}');
    if (first->alias_count) {
        json_open(json, "references", '[');
        for (size_t i = 0; i < first->alias_count; i++) {
            json_begin(json, '{');
            json_put_str(json, "id", first->aliases[i]);
            json_open(json, "source", '{');
            json_put_str(json, "name", first->match.feed);
            json_end(json, '}');
            json_end(json, '}');
        }
        json_end(json, ']');
    }
    write_ratings(json, first);
    write_cwes(json, first);
    if (first->title.len)
        json_put_str(json, "description", first->title);
    for (size_t i = 0; i < count; i++)
        if (findings[i]->fixed.len && findings[i]->package != PACKAGE_NONE)
            buf_printf(&advice, "%sUpdate %.*s to %.*s.", advice.len ? " " : "",
                       STR_ARG(report->packages.items[findings[i]->package].name),
                       STR_ARG(findings[i]->fixed));
    if (advice.len)
        json_put_str(json, "recommendation", buf_str(&advice));
    if (first->published.len)
        json_put_str(json, "published", first->published);
    json_open(json, "affects", '[');
    for (size_t i = 0; i < count; i++) {
        if (findings[i]->package == PACKAGE_NONE)
            continue;
        json_begin(json, '{');
        write_ref(json, "ref", report, findings[i]->package);
        json_open(json, "versions", '[');
        json_begin(json, '{');
        json_put_str(json, "version", findings[i]->installed);
        json_put_text(json, "status", "affected");
        json_end(json, '}');
        json_end(json, ']');
        json_end(json, '}');
    }
    json_end(json, ']');
    json_open(json, "properties", '[');
    AUTO_BUF risk = {0};
    buf_printf(&risk, "%d", first->risk);
    write_property(json, "plimsoll:risk", buf_str(&risk));
    write_property(json, "plimsoll:status", str_of(finding_status_name(first->status)));
    write_property(json, "plimsoll:kev:added", first->kev_added);
    json_end(json, ']');
    json_end(json, '}');
}

static int by_id(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
    int order = str_compare(x->id, y->id);
    return order ? order : (x > y) - (x < y);
}

static void write_vulnerabilities(struct json_writer *json, const struct report *report)
{
    size_t count;
    const struct finding **sorted = report_counted(report, &count);
    qsort(sorted, count, sizeof(*sorted), by_id);
    json_open(json, "vulnerabilities", '[');
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && str_equal(sorted[end]->id, sorted[i]->id))
            end++;
        write_vulnerability(json, report, sorted + i, end - i);
        i = end;
    }
    json_end(json, ']');
    free(sorted);
}

static void write_dependencies(struct json_writer *json, const struct report *report)
{
    json_open(json, "dependencies", '[');
    json_begin(json, '{');
    json_put_text(json, "ref", "target");
    json_open(json, "dependsOn", '[');
    if (report->target.os.id.len)
        json_str(json, STR("operating-system"));
    for (size_t i = 0; i < report->packages.count; i++)
        write_ref(json, NULL, report, i);
    json_end(json, ']');
    json_end(json, '}');
    json_end(json, ']');
}

/* A serial number that is the same for the same contents: RFC 9562, version 8 (custom), over the
 * target and its packages. */
static void write_serial(struct json_writer *json, const struct report *report)
{
    struct sha256 sha;
    unsigned char d[SHA256_BYTES];
    char text[64];
    sha256_init(&sha);
    sha256_add(&sha, report->target.name.data, report->target.name.len);
    sha256_add(&sha, report->target.image_id.data, report->target.image_id.len);
    for (size_t i = 0; i < report->packages.count; i++) {
        sha256_add(&sha, report->packages.items[i].name.data, report->packages.items[i].name.len);
        sha256_add(&sha, report->packages.items[i].version.data,
                   report->packages.items[i].version.len);
    }
    for (size_t i = 0; i < report->findings.count; i++)
        sha256_add(&sha, report->findings.items[i].id.data, report->findings.items[i].id.len);
    sha256_end(&sha, d);
    snprintf(text, sizeof(text),
             "urn:uuid:%02x%02x%02x%02x-%02x%02x-8%x%02x-%x%x%02x-%02x%02x%02x%02x%02x%02x", d[0],
             d[1], d[2], d[3], d[4], d[5], d[6] & 15, d[7], 8 | (d[8] & 3), d[9] & 15, d[10], d[11],
             d[12], d[13], d[14], d[15], d[16]);
    json_put_text(json, "serialNumber", text);
}

static void cyclonedx_write(struct out *out, const struct report *report,
                            const struct report_style *style)
{
    struct json_writer json = {.out = out};
    (void)style;
    json_begin(&json, '{');
    json_put_text(&json, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    json_put_text(&json, "bomFormat", "CycloneDX");
    json_put_text(&json, "specVersion", "1.6");
    write_serial(&json, report);
    json_put_u64(&json, "version", 1);
    write_metadata(&json, report);
    json_open(&json, "components", '[');
    write_os_component(&json, &report->target.os);
    for (size_t i = 0; i < report->packages.count; i++)
        write_component(&json, report, i);
    json_end(&json, ']');
    write_dependencies(&json, report);
    if (report->database.used)
        write_vulnerabilities(&json, report);
    json_end(&json, '}');
}

const struct report_format report_format_cyclonedx = {
    .name = "cyclonedx",
    .help = N_("CycloneDX 1.6 JSON: bill of materials, with vulnerabilities"),
    .write = cyclonedx_write,
};
