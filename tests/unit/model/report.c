/* The order of reports, their counts and their diagnostics. */
#include "model/report.h"
#include "base/limits.h"
#include "test.h"

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static struct finding make(enum severity severity, const char *id, size_t package, const char *path,
                           uint32_t layer, const char *print)
{
    return (struct finding){.severity = severity,
                            .id = str_of(id),
                            .package = package,
                            .path = str_of(path),
                            .layer = layer,
                            .fingerprint = str_of(print)};
}

/* In their order: each stands before all behind it. */
static void findings_have_an_order(void)
{
    const struct finding all[] = {
        make(SEVERITY_CRITICAL, "CVE-2", 0, "a", 0, "0"),
        make(SEVERITY_HIGH, "CVE-1", 5, "z", 9, "f"),
        make(SEVERITY_HIGH, "CVE-10", 0, "a", 0, "0"),
        make(SEVERITY_HIGH, "CVE-2", 0, "a", 0, "0"),
        make(SEVERITY_HIGH, "CVE-2", 0, "a", 0, "1"),
        make(SEVERITY_HIGH, "CVE-2", 0, "a", 1, "0"),
        make(SEVERITY_HIGH, "CVE-2", 0, "a", LAYER_NONE, "0"),
        make(SEVERITY_HIGH, "CVE-2", 0, "b", 0, "0"),
        make(SEVERITY_HIGH, "CVE-2", 1, "", 0, "0"),
        make(SEVERITY_HIGH, "CVE-2", PACKAGE_NONE, "", 0, "0"),
        make(SEVERITY_MEDIUM, "CVE-0", 0, "a", 0, "0"),
        make(SEVERITY_LOW, "CVE-0", 0, "a", 0, "0"),
        make(SEVERITY_NEGLIGIBLE, "CVE-0", 0, "a", 0, "0"),
        make(SEVERITY_UNKNOWN, "CVE-0", 0, "a", 0, "0"),
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
            if (sign(finding_compare(&all[i], &all[k])) != (i > k) - (i < k))
                FAIL("%zu and %zu: %d", i, k, finding_compare(&all[i], &all[k]));
}

static void packages_have_an_order(void)
{
    struct str a[] = {STR("a")}, b[] = {STR("b")};
    const struct package all[] = {
        {.type = PACKAGE_APK, .name = STR("z"), .version = STR("9")},
        {.type = PACKAGE_DEB, .name = STR("a"), .version = STR("1")},
        {.type = PACKAGE_DEB, .name = STR("a"), .version = STR("1"), .paths = a, .path_count = 1},
        {.type = PACKAGE_DEB, .name = STR("a"), .version = STR("1"), .paths = b, .path_count = 1},
        {.type = PACKAGE_DEB,
         .name = STR("a"),
         .version = STR("1"),
         .paths = b,
         .path_count = 1,
         .arch = STR("i386")},
        {.type = PACKAGE_DEB, .name = STR("a"), .version = STR("2")},
        {.type = PACKAGE_DEB, .name = STR("b"), .version = STR("1")},
        {.type = PACKAGE_RPM, .name = STR("a"), .version = STR("1")},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
            if (sign(package_compare(&all[i], &all[k])) != (i > k) - (i < k))
                FAIL("%zu and %zu: %d", i, k, package_compare(&all[i], &all[k]));
}

static void counts(void)
{
    struct report report = {.complete = true};
    for (int i = 0; i < 7; i++)
        *VEC_ADD(&report.findings) = (struct finding){
            .severity = i < 4 ? SEVERITY_HIGH : SEVERITY_LOW, .fixed = i % 2 ? STR("1") : STR("")};
    struct report_counts counted = report_count(&report);
    CHECK_INT(counted.by_severity[SEVERITY_HIGH], 4);
    CHECK_INT(counted.by_severity[SEVERITY_LOW], 3);
    CHECK_INT(counted.by_severity[SEVERITY_CRITICAL], 0);
    CHECK_INT(counted.by_kind[FINDING_VULNERABILITY], 7);
    CHECK_INT(counted.fixable, 3);
    report_free(&report);
}

static void diagnostics(void)
{
    struct report report = {.complete = true};
    struct pl_err err;
    err_limit(&err, "LIMIT_X", "more than LIMIT_X");
    report_tell(&report, false, STR("a/b"), &err);
    CHECK(report.complete);
    CHECK_INT(report.diagnostics.count, 1);
    memset(err.message, 'x', 8); /* the report has its own copy */
    CHECK_STR(report.diagnostics.items[0].where, "a/b");
    CHECK_STR(report.diagnostics.items[0].message, "more than LIMIT_X");
    CHECK_STR(report.diagnostics.items[0].limit, "LIMIT_X");
    err_set(&err, PL_E_IO, "gone");
    report_tell(&report, true, STR_NONE, &err);
    CHECK(!report.complete);
    CHECK_STR(report.diagnostics.items[1].limit, "");
    for (uint64_t i = 0; i < LIMIT_DIAGNOSTICS + 5; i++)
        report_tell(&report, false, STR("x"), &err);
    CHECK_INT(report.diagnostics.count, LIMIT_DIAGNOSTICS);
    CHECK_INT(report.diagnostics_left_out, 7);
    report_free(&report);
}

/* An error counts, also where there is no room for it. */
static void errors_past_the_limit(void)
{
    struct report report = {.complete = true};
    struct pl_err err;
    err_set(&err, PL_E_IO, "gone");
    for (uint64_t i = 0; i < LIMIT_DIAGNOSTICS; i++)
        report_tell(&report, false, STR("x"), &err);
    CHECK(report.complete);
    report_tell(&report, true, STR("x"), &err);
    CHECK(!report.complete);
    report_free(&report);
}

/* docs/risk.md */
static void risk_of_kinds(void)
{
    static const struct {
        enum finding_kind kind;
        int critical, high, medium, low;
    } rows[] = {
        {FINDING_MALWARE, 95, 80, 55, 25},  {FINDING_SECRET, 86, 72, 50, 23},
        {FINDING_PASSWORD, 67, 56, 39, 18}, {FINDING_PERMISSION, 43, 36, 25, 11},
        {FINDING_CONFIG, 43, 36, 25, 11},   {FINDING_LICENSE, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CHECK_INT(finding_risk(rows[i].kind, SEVERITY_CRITICAL), rows[i].critical);
        CHECK_INT(finding_risk(rows[i].kind, SEVERITY_HIGH), rows[i].high);
        CHECK_INT(finding_risk(rows[i].kind, SEVERITY_MEDIUM), rows[i].medium);
        CHECK_INT(finding_risk(rows[i].kind, SEVERITY_LOW), rows[i].low);
    }
}

int main(void)
{
    RUN(risk_of_kinds);
    RUN(findings_have_an_order);
    RUN(packages_have_an_order);
    RUN(counts);
    RUN(diagnostics);
    RUN(errors_past_the_limit);
    return test_end();
}
