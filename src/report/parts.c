#include "report/parts.h"

#include "license/expression.h"
#include "model/ecosystem.h"

const char *const part_severities[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = N_("unknown"), [SEVERITY_NEGLIGIBLE] = N_("negligible"),
    [SEVERITY_LOW] = N_("low"),         [SEVERITY_MEDIUM] = N_("medium"),
    [SEVERITY_HIGH] = N_("high"),       [SEVERITY_CRITICAL] = N_("critical"),
};
const char *const part_statuses[FINDING_STATUS_COUNT] = {
    [FINDING_FIXED] = N_("fixed"),
    [FINDING_AFFECTED] = N_("no fix yet"),
    [FINDING_WONT_FIX] = N_("won't be fixed"),
    [FINDING_DEFERRED] = N_("fix deferred"),
    [FINDING_UNDER_INVESTIGATION] = N_("being looked into"),
    [FINDING_END_OF_LIFE] = N_("end of life"),
};
const enum severity part_severity_order[SEVERITY_COUNT] = {
    SEVERITY_CRITICAL, SEVERITY_HIGH,    SEVERITY_MEDIUM,
    SEVERITY_LOW,      SEVERITY_UNKNOWN, SEVERITY_NEGLIGIBLE,
};
const char *const part_kinds[FINDING_KIND_COUNT] = {
    [FINDING_VULNERABILITY] = N_("Vulnerabilities"),
    [FINDING_LICENSE] = N_("Licenses"),
    [FINDING_CONFIG] = N_("Configuration"),
    [FINDING_SECRET] = N_("Secrets"),
    [FINDING_PASSWORD] = N_("Passwords"),
    [FINDING_PERMISSION] = N_("Permissions"),
    [FINDING_MALWARE] = N_("Malware"),
};
const enum finding_kind part_file_kinds[PART_FILE_KINDS] = {
    FINDING_MALWARE, FINDING_SECRET, FINDING_PASSWORD, FINDING_PERMISSION, FINDING_CONFIG};

bool part_is_file_kind(enum finding_kind kind)
{
    return kind != FINDING_VULNERABILITY && kind != FINDING_LICENSE;
}

size_t part_rule_end(const struct finding *const *findings, size_t count, size_t begin)
{
    const struct finding *first = findings[begin];
    size_t end = begin + 1;
    while (end < count && findings[end]->kind == first->kind &&
           findings[end]->severity == first->severity && str_equal(findings[end]->id, first->id) &&
           str_equal(findings[end]->title, first->title))
        end++;
    return end;
}

struct str part_place(struct arena *arena, const struct finding *finding)
{
    if (finding->path.len == 0 || finding->line == 0)
        return finding->path;
    return arena_printf(arena, "%.*s:%u", STR_ARG(finding->path), finding->line);
}

struct str part_said(struct arena *arena, const struct report_style *style,
                     const struct finding *finding)
{
    struct str detail = part_text(style, finding->detail, finding->detail_local);
    if (detail.len == 0 || finding->excerpt.len == 0)
        return detail.len ? detail : finding->excerpt;
    return arena_printf(arena, "%.*s: %.*s", STR_ARG(detail), STR_ARG(finding->excerpt));
}

const struct package *part_package(const struct report *report, const struct finding *finding)
{
    return finding->package < report->packages.count ? &report->packages.items[finding->package]
                                                     : NULL;
}

struct str part_subject(const struct report *report, const struct finding *finding)
{
    const struct package *package = part_package(report, finding);
    if (package && package->name.len)
        return package->name;
    return finding->path.len ? finding->path : report->target.name;
}

bool part_is_system(const struct package *package)
{
    return package && ecosystem_of(package->type)->system;
}

/* Ids are from outside: only what an id can hold gets into an address. */
static bool is_plain(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr("-._+:", c))))
            return false;
    }
    return id.len > 0 && id.len <= 200;
}

struct str part_link(struct arena *arena, enum finding_kind kind, struct str id)
{
    static const struct {
        const char *prefix, *before, *after;
    } pages[] = {
        {"CVE-", "https://nvd.nist.gov/vuln/detail/", ""},
        {"GHSA-", "https://github.com/advisories/", ""},
        {"", "https://osv.dev/vulnerability/", ""},
    };
    if (!is_plain(id))
        return STR_NONE;
    if (kind == FINDING_LICENSE)
        return !license_is_id(id)
                   ? STR_NONE
                   : arena_printf(arena, "https://spdx.org/licenses/%.*s.html", STR_ARG(id));
    if (kind != FINDING_VULNERABILITY)
        return STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        if (str_starts(id, str_of(pages[i].prefix)))
            return arena_printf(arena, "%s%.*s%s", pages[i].before, STR_ARG(id), pages[i].after);
    return STR_NONE;
}

bool part_is_address(struct str reference)
{
    if (!str_starts(reference, STR("https://")) || reference.len > 2000)
        return false;
    for (size_t i = 0; i < reference.len; i++) {
        char c = reference.data[i];
        if (c <= ' ' || c > '~' || strchr("<>\"'()[]{}|\\^`", c))
            return false;
    }
    return true;
}

struct str part_page(struct arena *arena, const struct finding *finding)
{
    struct str link = part_link(arena, finding->kind, finding->id);
    const char *const *reference = finding->references;
    for (; link.len == 0 && reference && *reference; reference++)
        if (part_is_address(str_of(*reference)))
            link = str_of(*reference);
    return link;
}

const struct cvss_entry *part_cvss(const struct finding *finding)
{
    const struct cvss_entry *best = NULL;
    for (size_t i = 0; i < finding->cvss_count; i++)
        if (!best || finding->cvss[i].version > best->version)
            best = &finding->cvss[i];
    return best;
}

struct str part_os(const struct report *report)
{
    return report->target.os.name.len ? report->target.os.name : report->target.os.id;
}
