/* The public C API over the scan. */
#include "plimsoll.h"

#include <stdlib.h>

#include "app/scan.h"
#include "base/mem.h"

_Static_assert((int)PLIMSOLL_ERROR_FAULT == (int)PL_E_FAULT &&
                   (int)PLIMSOLL_ERROR_DIGEST == (int)PL_E_DIGEST,
               "the public codes are those of base/err.h");
_Static_assert((int)PLIMSOLL_CRITICAL == (int)SEVERITY_CRITICAL,
               "the public severities are those of score/severity.h");

struct plimsoll {
    char *database;
    struct pl_err err;
};

struct plimsoll_report {
    struct report report;
};

const char *plimsoll_version(void)
{
    return PLIMSOLL_VERSION;
}

struct plimsoll *plimsoll_open(const char *database)
{
    struct plimsoll *plimsoll = mem_zalloc(1, sizeof(*plimsoll));
    plimsoll->database = database ? str_dup(str_of(database)) : NULL;
    return plimsoll;
}

void plimsoll_close(struct plimsoll *plimsoll)
{
    if (!plimsoll)
        return;
    free(plimsoll->database);
    free(plimsoll);
}

struct plimsoll_report *plimsoll_scan(struct plimsoll *plimsoll, const char *target)
{
    struct plimsoll_report *report = mem_zalloc(1, sizeof(*report));
    struct scan_options options = {.database = plimsoll->database};
    plimsoll->err = (struct pl_err){0};
    if (scan_target(str_of(target), &options, &report->report, &plimsoll->err) == 0)
        return report;
    plimsoll_report_free(report);
    return NULL;
}

const char *plimsoll_error(const struct plimsoll *plimsoll)
{
    return plimsoll->err.message;
}

int plimsoll_error_code(const struct plimsoll *plimsoll)
{
    return (int)plimsoll->err.code;
}

int plimsoll_report_complete(const struct plimsoll_report *report)
{
    return report->report.complete;
}

size_t plimsoll_package_count(const struct plimsoll_report *report)
{
    return report->report.packages.count;
}

size_t plimsoll_finding_count(const struct plimsoll_report *report)
{
    return report->report.findings.count;
}

size_t plimsoll_diagnostic_count(const struct plimsoll_report *report)
{
    return report->report.diagnostics.count;
}

/* Strings of a report are NUL-terminated copies in its arena, or literals. */
static const char *text(struct str value)
{
    return value.len ? value.data : "";
}

/* Copies what the caller's struct has room for, and leaves its size alone. */
static void hand_out(void *to, size_t size, const void *from, size_t full)
{
    size_t skip = sizeof(size_t), count = size < full ? size : full;
    if (count > skip)
        memcpy((char *)to + skip, (const char *)from + skip, count - skip);
}

int plimsoll_package(const struct plimsoll_report *report, size_t index,
                     struct plimsoll_package *ret_package)
{
    if (index >= report->report.packages.count)
        return 0;
    const struct package *package = &report->report.packages.items[index];
    bool known = package->layer < report->report.target.layers.count;
    struct plimsoll_package full = {
        .type = package_type_name(package->type),
        .name = text(package->name),
        .version = text(package->version),
        .arch = text(package->arch),
        .source_name = text(package->source_name),
        .source_version = text(package->source_version),
        .purl = text(package->purl),
        .path = package->path_count ? text(package->paths[0]) : "",
        .layer = known ? text(report->report.target.layers.items[package->layer].diff_id) : "",
    };
    hand_out(ret_package, ret_package->size, &full, sizeof(full));
    return 1;
}

int plimsoll_finding(const struct plimsoll_report *report, size_t index,
                     struct plimsoll_finding *ret_finding)
{
    if (index >= report->report.findings.count)
        return 0;
    const struct finding *finding = &report->report.findings.items[index];
    struct plimsoll_finding full = {
        .id = text(finding->id),
        .title = text(finding->title),
        .severity = (int)finding->severity,
        .risk = finding->risk,
        .package = finding->package,
        .fixed = text(finding->fixed),
        .status = finding_status_name(finding->status),
        .epss = finding->has_epss ? finding->epss_score : -1,
        .exploited = finding->kev_added.len != 0,
        .fingerprint = text(finding->fingerprint),
    };
    hand_out(ret_finding, ret_finding->size, &full, sizeof(full));
    return 1;
}

const char *plimsoll_diagnostic(const struct plimsoll_report *report, size_t index)
{
    return index < report->report.diagnostics.count
               ? text(report->report.diagnostics.items[index].message)
               : NULL;
}

void plimsoll_report_free(struct plimsoll_report *report)
{
    if (!report)
        return;
    report_free(&report->report);
    free(report);
}
