#include "license/policy.h"
#include "base/buf.h"
#include "test.h"

/* What a policy finds in one package: "severity id", a line each. */
static void check(const char *allow, const char *deny, const char *licenses, const char *want)
{
    struct report report = {0};
    struct pl_err err = {0};
    struct license_policy *policy = license_policy_new();
    struct str texts[4], rest = str_of(licenses);
    size_t count = 0;
    AUTO_BUF got = {0};
    while (count < 4 && str_cut(&rest, '\n', &texts[count]))
        count++;
    *VEC_ADD(&report.packages) = (struct package){.type = PACKAGE_NPM,
                                                  .name = STR("left"),
                                                  .version = STR("1.0"),
                                                  .licenses = texts,
                                                  .license_count = licenses ? count : 0};
    CHECK_INT(license_policy_allow(policy, str_of(allow), &err), 0);
    CHECK_INT(license_policy_deny(policy, str_of(deny), &err), 0);
    license_policy_apply(policy, &report);
    for (size_t i = 0; i < report.findings.count; i++)
        buf_printf(&got, "%s%s %.*s", i ? "\n" : "",
                   severity_name(report.findings.items[i].severity),
                   STR_ARG(report.findings.items[i].id));
    if (!str_is(buf_str(&got), want))
        FAIL("allow %s, deny %s, %s: \"%.*s\", not \"%s\"", allow, deny, licenses ? licenses : "-",
             STR_ARG(buf_str(&got)), want);
    license_policy_free(policy);
    report_free(&report);
}

static void test_verdicts(void)
{
    check("", "", "MIT", "");
    check("", "", NULL, "low unknown-license");
    check("", "unknown", NULL, "high unknown-license");
    check("unknown", "", NULL, "");
    check("unknown", "copyleft", "MIT", "");
    check("", "", "BSD", "low BSD");
    check("", "", "LicenseRef-own", "low LicenseRef-own");
    check("LicenseRef-own", "", "LicenseRef-own", "");
    check("MIT", "", "ISC", "medium ISC");
    check("permissive", "", "ISC", "");
    check("", "GPL-*", "GPL-3.0-only", "high GPL-3.0-only");
    check("", "gpl-3.0", "GPL-3.0-only", "high GPL-3.0-only");
    check("", "GPL-3.0-only", "GPL-3.0-or-later", "");
    check("", "copyleft", "LGPL-2.1-only", "");
    check("", "copyleft,weak-copyleft", "LGPL-2.1-only", "high LGPL-2.1-only");
    check("", "network-copyleft", "AGPL-3.0-only", "high AGPL-3.0-only");
    check("MIT", "permissive", "MIT", "");
    check("MIT", "MIT", "MIT", "high MIT");
    check("\"House terms\"", "", "House terms", "");
    check("", "\"House*\"", "House terms", "high House terms");
    check("", "*", "Foo/GPL-3.0", "high Foo/GPL-3.0");
    check("", "Foo/*", "Foo/GPL-3.0", "high Foo/GPL-3.0");
    check("", "MPL-1.1", "MPL-1.1+", "high MPL-1.1+");
    check("Apache-2.0", "", "Apache-2.0+", "");
    check("MPL-1.1", "MPL-1.1+", "MPL-1.1+", "high MPL-1.1+");
}

static void test_operators(void)
{
    check("MIT", "", "MIT OR GPL-3.0-only", "");
    check("MIT", "", "MIT AND GPL-3.0-only", "medium GPL-3.0-only");
    check("", "copyleft", "MIT OR GPL-3.0-only", "");
    check("", "copyleft", "GPL-2.0-only OR GPL-3.0-only", "high GPL-2.0-only OR GPL-3.0-only");
    check("", "copyleft", "MIT AND (GPL-2.0-only OR GPL-3.0-only) AND GPL-1.0-only",
          "high GPL-1.0-only\nhigh GPL-2.0-only OR GPL-3.0-only");
    check("MIT", "", "MIT OR LicenseRef-own", "");
    check("MIT", "", "ISC OR LicenseRef-own", "low ISC OR LicenseRef-own");
    check("", "copyleft", "MIT\nGPL-3.0-only", "high GPL-3.0-only");
}

static void test_exceptions(void)
{
    const char *pair = "GPL-2.0-only WITH Classpath-exception-2.0";
    check("", "copyleft", pair, "high GPL-2.0-only WITH Classpath-exception-2.0");
    check(pair, "copyleft", pair, "");
    check("* WITH Classpath-exception-2.0,MIT", "", pair, "");
    check("GPL-2.0-only", "", pair, "");
    check(pair, "copyleft", "GPL-2.0-only", "high GPL-2.0-only");
}

static void test_wrong(void)
{
    struct license_policy *policy = license_policy_new();
    struct pl_err err;
    CHECK_INT(license_policy_deny(policy, STR("Nonesuch"), &err), -PL_E_USAGE);
    CHECK_INT(license_policy_deny(policy, STR("MIT OR ISC"), &err), -PL_E_USAGE);
    license_policy_free(policy);
}

int main(void)
{
    RUN(test_verdicts);
    RUN(test_operators);
    RUN(test_exceptions);
    RUN(test_wrong);
    return test_end();
}
