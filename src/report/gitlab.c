/* GitLab's container scanning report: security-report-schemas 15,
 * dist/container-scanning-report-format.json, with the lengths and counts that it allows, and not
 * longer than an artefact may be by default. */
#include <stdio.h>

#include "base/clock.h"
#include "base/hash.h"
#include "io/json_writer.h"
#include "report/parts.h"
#include "report/text.h"

enum {
    GITLAB_IDENTIFIERS = 20,
    GITLAB_VECTORS = 10,
    GITLAB_NAME = 255,
    GITLAB_SOLUTION = 7000,
    GITLAB_DESCRIPTION = 32 * 1024, /* the schema allows 1 MiB */
    GITLAB_MESSAGES = 100,
    GITLAB_BYTES = 10 * 1000 * 1000, /* of the file, without its end */
};

/* The lengths are in characters, of which none is longer than its bytes. */
static void put_short(struct json_writer *json, const char *key, struct str text, size_t most)
{
    json_put_str(json, key, text_fit(text, most));
}

/* RFC 9562, version 8 (custom): the same finding has the same id in every report. */
static void put_id(struct json_writer *json, const struct report *report,
                   const struct finding *finding)
{
    const struct package *package = part_package(report, finding);
    const struct str parts[] = {finding->fingerprint, finding->installed, finding->path,
                                package && package->path_count ? package->paths[0] : STR_NONE,
                                package ? package->arch : STR_NONE};
    struct sha256 sha;
    unsigned char d[SHA256_BYTES];
    char text[40];
    uint32_t place[] = {finding->line, finding->column, finding->layer};
    sha256_init(&sha);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        sha256_add(&sha, parts[i].data, parts[i].len);
        sha256_add(&sha, "", 1);
    }
    /* One secret can stand in several lines of a file. */
    if (part_is_file_kind(finding->kind))
        sha256_add(&sha, place, sizeof(place));
    sha256_end(&sha, d);
    snprintf(text, sizeof(text),
             "%02x%02x%02x%02x-%02x%02x-8%x%02x-%x%x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1],
             d[2], d[3], d[4], d[5], d[6] & 15, d[7], 8 | (d[8] & 3), d[9] & 15, d[10], d[11],
             d[12], d[13], d[14], d[15], d[16]);
    json_put_text(json, "id", text);
}

static const char *severity_of(enum severity severity)
{
    static const char *const names[SEVERITY_COUNT] = {
        [SEVERITY_UNKNOWN] = "Unknown", [SEVERITY_NEGLIGIBLE] = "Info",
        [SEVERITY_LOW] = "Low",         [SEVERITY_MEDIUM] = "Medium",
        [SEVERITY_HIGH] = "High",       [SEVERITY_CRITICAL] = "Critical",
    };
    return names[severity];
}

static const char *identifier_type(enum finding_kind kind, struct str id)
{
    static const struct {
        const char *prefix, *type;
    } types[] = {{"CVE-", "cve"}, {"GHSA-", "ghsa"}, {"DSA-", "dsa"},
                 {"USN-", "usn"}, {"RHSA-", "rhsa"}, {"ELSA-", "elsa"}};
    for (size_t i = 0; i < ARRAY_LEN(types) && kind == FINDING_VULNERABILITY; i++)
        if (str_starts(id, str_of(types[i].prefix)))
            return types[i].type;
    return kind == FINDING_VULNERABILITY ? "osv" : "plimsoll";
}

static void write_identifier(struct json_writer *json, const char *type, struct str name,
                             struct str value, struct str url)
{
    json_begin(json, '{');
    json_put_text(json, "type", type);
    put_short(json, "name", name.len ? name : STR("unknown"), GITLAB_NAME);
    put_short(json, "value", value.len ? value : STR("unknown"), GITLAB_NAME);
    if (url.len)
        json_put_str(json, "url", url);
    json_end(json, '}');
}

static void write_identifiers(struct json_writer *json, struct arena *arena,
                              const struct finding *finding)
{
    size_t count = 1;
    json_open(json, "identifiers", '[');
    write_identifier(json, identifier_type(finding->kind, finding->id), finding->id, finding->id,
                     part_link(arena, finding->kind, finding->id));
    for (size_t i = 0; i < finding->cwe_count && count < GITLAB_IDENTIFIERS / 2; i++, count++) {
        struct str number = finding->cwes[i];
        uint64_t value;
        if (str_starts(number, STR("CWE-")))
            number = str_from(number, 4);
        bool known = str_to_u64(number, &value);
        write_identifier(json, "cwe", finding->cwes[i], number,
                         known ? arena_printf(arena,
                                              "https://cwe.mitre.org/data/definitions/%.*s.html",
                                              STR_ARG(number))
                               : STR_NONE);
    }
    for (size_t i = 0; i < finding->alias_count && count < GITLAB_IDENTIFIERS; i++, count++)
        write_identifier(json, identifier_type(finding->kind, finding->aliases[i]),
                         finding->aliases[i], finding->aliases[i],
                         part_link(arena, finding->kind, finding->aliases[i]));
    json_end(json, ']');
}

static void write_link(struct json_writer *json, struct str name, struct str address)
{
    json_begin(json, '{');
    put_short(json, "name", name, GITLAB_NAME);
    json_put_str(json, "url", address);
    json_end(json, '}');
}

static void write_links(struct json_writer *json, struct arena *arena,
                        const struct finding *finding)
{
    struct str link = part_link(arena, finding->kind, finding->id);
    json_open(json, "links", '[');
    if (link.len)
        write_link(json, finding->id, link);
    for (const char *const *reference = finding->references; reference && *reference; reference++)
        if (part_is_address(str_of(*reference)))
            write_link(json, str_of(*reference), str_of(*reference));
    json_end(json, ']');
}

/* The schema has patterns for vectors of CVSS 2 and 3 alone. */
static void write_vectors(struct json_writer *json, const struct finding *finding)
{
    size_t count = 0;
    for (size_t i = 0; i < finding->cvss_count && count < GITLAB_VECTORS; i++) {
        const struct cvss_entry *entry = &finding->cvss[i];
        if (entry->version == CVSS_4_0 || entry->version == CVSS_NONE ||
            str_starts(entry->vector, STR("(")))
            continue;
        if (count++ == 0)
            json_open(json, "cvss_vectors", '[');
        json_begin(json, '{');
        put_short(json, "vendor", entry->source.len ? entry->source : STR("unknown"), GITLAB_NAME);
        json_put_str(json, "vector", entry->vector);
        json_end(json, '}');
    }
    if (count)
        json_end(json, ']');
}

static void write_location(struct json_writer *json, const struct report *report,
                           const struct finding *finding)
{
    struct str os = part_os(report);
    json_open(json, "location", '{');
    json_open(json, "dependency", '{');
    json_open(json, "package", '{');
    json_put_str(json, "name", part_subject(report, finding));
    json_end(json, '}');
    json_put_str(json, "version", finding->installed);
    json_end(json, '}');
    json_put_str(json, "operating_system", os.len ? os : STR("unknown"));
    json_put_str(json, "image", report->target.name.len ? report->target.name : STR("unknown"));
    json_end(json, '}');
}

static void write_detail_as(struct json_writer *json, const char *type, const char *key,
                            const char *name, struct str value)
{
    if (value.len == 0)
        return;
    json_open(json, key, '{');
    json_put_text(json, "type", type);
    json_put_text(json, "name", name);
    json_put_str(json, "value", value);
    json_end(json, '}');
}

static void write_detail(struct json_writer *json, const char *key, const char *name,
                         struct str value)
{
    write_detail_as(json, "text", key, name, value);
}

/* The document has one kind of finding: what it is else stands here. */
static void write_file_details(struct json_writer *json, struct arena *arena,
                               const struct finding *finding)
{
    write_detail(json, "kind", "Kind", str_of(finding_kind_name(finding->kind)));
    if (finding->line)
        write_detail(json, "line", "Line", arena_printf(arena, "%u", finding->line));
    write_detail_as(json, "code", "excerpt", "Excerpt", finding->excerpt);
    if (finding->removed)
        write_detail(json, "removed", "Removed",
                     STR("a later layer takes the file away; it is still in the image"));
    write_detail(json, "owner", "Owner", finding->owner);
}

static void write_details(struct json_writer *json, struct arena *arena,
                          const struct report *report, const struct finding *finding)
{
    const struct package *package = part_package(report, finding);
    static const char *const bases[] = {"", "no", "yes"};
    json_open(json, "details", '{');
    write_detail(json, "risk", "Risk (0 to 100)", arena_printf(arena, "%d", finding->risk));
    if (finding->has_epss)
        write_detail(json, "epss", "EPSS", arena_printf(arena, "%.5f", finding->epss_score));
    write_detail(json, "kev", "In CISA's catalog of exploited vulnerabilities since",
                 finding->kev_added);
    write_detail(json, "path", "Path",
                 finding->path.len                ? finding->path
                 : package && package->path_count ? package->paths[0]
                                                  : STR_NONE);
    write_detail(json, "base", "From the base image",
                 str_of(bases[report_base_of(report, finding)]));
    if (part_is_file_kind(finding->kind))
        write_file_details(json, arena, finding);
    json_end(json, '}');
}

static struct str solution_of(struct arena *arena, const struct report *report,
                              const struct finding *finding, const struct report_style *style)
{
    if (part_is_file_kind(finding->kind))
        return part_text(style, finding->mend, finding->mend_local);
    if (finding->fixed.len)
        return arena_printf(arena, "Upgrade %.*s to %.*s", STR_ARG(part_subject(report, finding)),
                            STR_ARG(finding->fixed));
    if (finding->kind != FINDING_VULNERABILITY)
        return STR_NONE;
    return arena_printf(arena, "No solution: %s", finding_status_name(finding->status));
}

/* "title: detail. Why it matters." */
static struct str description_of(struct arena *arena, const struct finding *finding,
                                 const struct report_style *style)
{
    struct str title = part_text(style, finding->title, finding->title_local);
    struct str detail = part_text(style, finding->detail, finding->detail_local);
    struct str why = part_text(style, finding->why, finding->why_local);
    if (title.len == 0)
        title = finding->id;
    if (detail.len)
        title = arena_printf(arena, "%.*s: %.*s", STR_ARG(title), STR_ARG(detail));
    return why.len ? arena_printf(arena, "%.*s\n\n%.*s", STR_ARG(title), STR_ARG(why)) : title;
}

static void write_vulnerability(struct json_writer *json, const struct report *report,
                                const struct finding *finding, const struct report_style *style)
{
    struct arena arena = {0};
    struct str solution = solution_of(&arena, report, finding, style);
    json_begin(json, '{');
    put_id(json, report, finding);
    put_short(json, "name",
              arena_printf(&arena, "%.*s in %.*s", STR_ARG(finding->id),
                           STR_ARG(part_subject(report, finding))),
              GITLAB_NAME);
    put_short(json, "description", description_of(&arena, finding, style), GITLAB_DESCRIPTION);
    json_put_text(json, "severity", severity_of(finding->severity));
    if (solution.len)
        put_short(json, "solution", solution, GITLAB_SOLUTION);
    write_identifiers(json, &arena, finding);
    write_links(json, &arena, finding);
    write_vectors(json, finding);
    write_location(json, report, finding);
    write_details(json, &arena, report, finding);
    json_end(json, '}');
    arena_free(&arena);
}

/* Returns how many were written: an entry that would make the file too long is the last one's
 * successor that is left out, with all behind it. */
static size_t write_vulnerabilities(struct json_writer *json, const struct report *report,
                                    const struct finding *const *findings, size_t count,
                                    const struct report_style *style)
{
    struct out *out = json->out;
    struct out entry = {.fd = -1};
    size_t bytes = 0, shown = 0;
    json_open(json, "vulnerabilities", '[');
    for (json->out = &entry; shown < count; shown++) {
        entry.buffer.len = 0;
        write_vulnerability(json, report, findings[shown], style);
        bytes += entry.buffer.len;
        if (bytes > GITLAB_BYTES)
            break;
        out_add(out, buf_str(&entry.buffer));
    }
    json->out = out;
    json_end(json, ']');
    buf_free(&entry.buffer);
    return shown;
}

static void write_message(struct json_writer *json, const char *level, struct str text)
{
    json_begin(json, '{');
    json_put_text(json, "level", level);
    put_short(json, "value", text.len ? text : STR("unknown"), GITLAB_DESCRIPTION);
    json_end(json, '}');
}

static void write_messages(struct json_writer *json, const struct report *report, size_t shown,
                           size_t count, const struct report_style *style)
{
    AUTO_BUF text = {0};
    size_t told = 0;
    json_open(json, "messages", '[');
    if (shown < count) {
        buf_printf(&text,
                   "%zu of %zu findings are in this report, the most severe ones: GitLab takes "
                   "files of 10 MB",
                   shown, count);
        write_message(json, "warn", buf_str(&text));
    }
    for (int errors = 1; errors >= 0; errors--)
        for (size_t i = 0; i < report->diagnostics.count && told < GITLAB_MESSAGES; i++) {
            const struct diagnostic *diagnostic = &report->diagnostics.items[i];
            if (diagnostic->error != (errors == 1))
                continue;
            told++;
            text.len = 0;
            if (diagnostic->where.len)
                buf_printf(&text, "%.*s: ", STR_ARG(diagnostic->where));
            buf_add(&text, diagnostic_text(diagnostic, style));
            write_message(json, "warn", buf_str(&text));
        }
    uint64_t more = report->diagnostics.count - told + report->diagnostics_left_out;
    if (more) {
        text.len = 0;
        buf_printf(&text, "%llu more messages are left out", (unsigned long long)more);
        write_message(json, "warn", buf_str(&text));
    }
    json_end(json, ']');
}

static void write_tool(struct json_writer *json, const char *key)
{
    json_open(json, key, '{');
    json_put_text(json, "id", "plimsoll");
    json_put_text(json, "name", "Plimsoll");
    json_put_text(json, "version", PLIMSOLL_VERSION);
    json_open(json, "vendor", '{');
    json_put_text(json, "name", "Plimsoll");
    json_end(json, '}');
    json_end(json, '}');
}

static void gitlab_write(struct out *out, const struct report *report,
                         const struct report_style *style)
{
    struct json_writer json = {.out = out};
    char now[CLOCK_TEXT];
    size_t count;
    const struct finding **findings = report_counted(report, &count);
    clock_format(clock_now(), now);
    now[CLOCK_TEXT - 2] = '\0'; /* the schema's times are in UTC and have no "Z" */
    json_begin(&json, '{');
    json_put_text(&json, "version", "15.1.4");
    size_t shown = write_vulnerabilities(&json, report, findings, count, style);
    json_open(&json, "remediations", '[');
    json_end(&json, ']');
    json_open(&json, "scan", '{');
    json_put_text(&json, "type", "container_scanning");
    json_put_text(&json, "status", report->complete ? "success" : "failure");
    json_put_text(&json, "start_time", now);
    json_put_text(&json, "end_time", now);
    write_tool(&json, "analyzer");
    write_tool(&json, "scanner");
    write_messages(&json, report, shown, count, style);
    json_end(&json, '}');
    json_end(&json, '}');
    free(findings);
}

const struct report_format report_format_gitlab = {
    .name = "gitlab",
    .help = N_("GitLab's container scanning report, for its pipelines and dashboards"),
    .write = gitlab_write,
};
