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
