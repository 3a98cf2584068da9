/* A report's packages against a small database. */
#include "match/match.h"
#include "vulndb/builder.h"
#include "vulndb/scratch.h"

#define CVSS_98 "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

static struct builder *builder;
static struct vulndb *db;
static struct report report;

struct say {
    const char *name_space, *package, *advisory;
    const char *ids[3]; /* none: the advisory's own */
    const char *fixed;  /* NULL: no range at all; "": none yet */
    enum advisory_status status;
    enum severity severity;
    bool unimportant, modular;
    const char *reason, *module;
};

static void say(enum feed_id feed, const char *feed_name, const struct say *what)
{
    struct str ids[3];
    struct advisory_range range = {STR("0"), str_of(what->fixed), STR(""), false};
    struct pl_err err;
    struct vulndb_statement statement = {
        .advisory = str_of(what->advisory),
        .ids = ids,
        .status = what->status,
        .severity = what->severity,
        .unimportant = what->unimportant,
        .reason = str_of(what->reason),
        .module = str_of(what->module),
        .modular = what->modular,
        .ranges = &range,
        .range_count = what->fixed != NULL,
    };
    for (; statement.id_count < 3 && what->ids[statement.id_count]; statement.id_count++)
        ids[statement.id_count] = str_of(what->ids[statement.id_count]);
    if (statement.id_count == 0)
        ids[statement.id_count++] = statement.advisory;
    uint32_t unit = builder_unit(builder, feed, str_of(feed_name), STR(""));
    builder_advisory(builder, unit, statement.advisory);
    if (builder_statement(builder, unit, str_of(what->name_space), str_of(what->package),
                          &statement, &err) < 0)
        FAIL("%s", err.message);
}

#define SAY_DEBIAN(...) say(FEED_DEBIAN, "debian", &(struct say){__VA_ARGS__})
#define SAY_ALPINE(...) say(FEED_ALPINE, "alpine", &(struct say){__VA_ARGS__})
#define SAY_OSV(...) say(FEED_OSV, "osv", &(struct say){__VA_ARGS__})

static void know(enum feed_id feed, const char *feed_name, const char *id,
                 struct vulndb_facet facet)
{
    struct pl_err err;
    uint32_t unit = builder_unit(builder, feed, str_of(feed_name), STR(""));
    if (builder_facet(builder, unit, str_of(id), &facet, &err) < 0)
        FAIL("%s", err.message);
}

static void begin(void)
{
    builder = builder_new();
    report = (struct report){.complete = true};
}

static struct package *add_package(enum package_type type, const char *name, const char *version)
{
    struct package *package = VEC_ADD(&report.packages);
    *package = (struct package){.type = type,
                                .name = str_of(name),
                                .version = str_of(version),
                                .layer = LAYER_NONE,
                                .owner = OWNER_NONE,
                                .in_use = -1};
    return package;
}

static void match(const struct match_namespace *spaces, size_t count, const char *root)
{
    struct builder_totals totals;
    struct pl_err err;
    if (builder) {
        if (builder_write(builder, scratch_file("m.db"), STR("2026-01-02T03:04:05Z"), NULL, &totals,
                          &err) < 0 ||
            vulndb_open_file(scratch_file("m.db"), &db, &err) < 0) {
            printf("%s\n", err.message);
            exit(1);
        }
        builder_free(builder);
        builder = NULL;
    }
    report.findings.count = 0;
    match_report(&report, db, spaces, count, true, str_of(root));
    CHECK(!vulndb_damaged(db));
}

static void match_in(const char *name_space)
{
    struct match_namespace space = {.name = str_of(name_space)};
    match(&space, 1, "root");
}

static void end(void)
{
    vulndb_close(db);
    db = NULL;
    report_free(&report);
}

static const struct finding *find(const char *id)
{
    for (size_t i = 0; i < report.findings.count; i++)
        if (str_is(report.findings.items[i].id, id))
            return &report.findings.items[i];
    return NULL;
}

/* All findings, "id package fixed status feed", apart by "; ". */
static const char *all(void)
{
    static char text[2048];
    text[0] = '\0';
    for (size_t i = 0; i < report.findings.count; i++) {
        const struct finding *f = &report.findings.items[i];
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s %.*s %.*s %s %.*s",
                 text[0] ? "; " : "", STR_ARG(f->id),
                 STR_ARG(report.packages.items[f->package].name),
                 STR_ARG(f->fixed.len ? f->fixed : STR("-")), finding_status_name(f->status),
                 STR_ARG(f->match.feed));
    }
    return text;
}

static void the_distribution_decides(void)
{
    begin();
    SAY_DEBIAN("Debian:12", "openssl", "CVE-1", .fixed = "3.0.11-1~deb12u2");
    SAY_OSV("Debian:12", "openssl", "DSA-1", .ids = {"CVE-1"}, .fixed = "3.0.13-1");
    SAY_DEBIAN("Debian:12", "openssl", "CVE-2", .status = ADVISORY_NOT_AFFECTED);
    SAY_OSV("Debian:12", "openssl", "DSA-2", .ids = {"CVE-2"}, .fixed = "9");
    SAY_OSV("Debian:12", "openssl", "DSA-3", .ids = {"CVE-3"}, .fixed = "9");
    SAY_DEBIAN("Debian:12", "openssl", "CVE-4", .fixed = "3.0.12-1");
    SAY_OSV("Debian:12", "openssl", "DSA-4", .ids = {"CVE-4"}, .fixed = "9");
    SAY_DEBIAN("Debian:12", "bash", "CVE-5", .fixed = "99");
    SAY_DEBIAN("Debian:11", "openssl", "CVE-6", .fixed = "99");
    struct package *package = add_package(PACKAGE_DEB, "libssl3", "3.0.11-1~deb12u2+b1");
    package->source_name = STR("openssl");
    package->source_version = STR("3.0.11-1~deb12u2");
    match_in("Debian:12");
    CHECK_STR(str_of(all()), "CVE-3 libssl3 9 fixed osv; CVE-4 libssl3 3.0.12-1 fixed debian");
    const struct finding *finding = find("CVE-4");
    if (finding) {
        CHECK_STR(finding->installed, "3.0.11-1~deb12u2+b1");
        CHECK_STR(finding->match.by, "source");
        CHECK_STR(finding->match.scheme, "deb");
        CHECK_STR(finding->match.range, "< 3.0.12-1");
        CHECK_INT(finding->match.advisory_count, 1);
        CHECK_STR(finding->match.advisories[0], "CVE-4");
    }
    end();
}

/* The source's version is compared, not the binary's: a rebuild's "+b1" mends nothing. */
static void sources_and_binaries(void)
{
    begin();
    SAY_DEBIAN("Debian:12", "gcc-12", "CVE-1", .fixed = "12.2.0-14");
    SAY_DEBIAN("Debian:12", "zlib", "CVE-2", .fixed = "2");
    SAY_DEBIAN("Debian:12", "zlib1g", "CVE-3", .fixed = "2");
    struct package *package = add_package(PACKAGE_DEB, "libgcc-s1", "1:99");
    package->source_name = STR("gcc-12");
    package->source_version = STR("12.2.0-13");
    package = add_package(PACKAGE_DEB, "libstdc++6", "1:99");
    package->source_name = STR("gcc-12");
    package->source_version = STR("12.2.0-14");
    package = add_package(PACKAGE_DEB, "zlib1g", "1");
    package->source_name = STR("zlib");
    match_in("Debian:12");
    CHECK_STR(str_of(all()), "CVE-1 libgcc-s1 12.2.0-14 fixed debian; CVE-2 zlib1g 2 fixed debian");
    end();
}

static void statuses(void)
{
    begin();
    SAY_DEBIAN("Debian:12", "p", "CVE-1", .fixed = "", .reason = "no-dsa");
    SAY_DEBIAN("Debian:12", "p", "CVE-2", .fixed = "", .status = ADVISORY_WONT_FIX,
               .reason = "ignored");
    SAY_DEBIAN("Debian:12", "p", "CVE-3", .fixed = "", .status = ADVISORY_DEFERRED,
               .reason = "postponed");
    SAY_DEBIAN("Debian:12", "p", "CVE-4", .fixed = "", .status = ADVISORY_UNDER_INVESTIGATION,
               .reason = "undetermined");
    SAY_DEBIAN("Debian:12", "p", "CVE-5", .fixed = "", .status = ADVISORY_END_OF_LIFE);
    SAY_DEBIAN("Debian:12", "p", "CVE-6", .fixed = "2", .status = ADVISORY_DEFERRED);
    add_package(PACKAGE_DEB, "p", "1");
    match_in("Debian:12");
    CHECK_STR(str_of(all()), "CVE-1 p - affected debian; CVE-2 p - wont-fix debian; "
                             "CVE-3 p - deferred debian; CVE-4 p - under-investigation debian; "
                             "CVE-5 p - end-of-life debian; CVE-6 p 2 fixed debian");
    if (report.findings.count == 6) {
        CHECK_STR(report.findings.items[0].reason, "no-dsa");
        CHECK_STR(report.findings.items[2].reason, "postponed");
        CHECK_STR(report.findings.items[4].reason, "");
    }
    end();
}

/* Several errata for one vulnerability: one finding, all their names, the last fix. */
static void several_errata(void)
{
    begin();
    SAY_OSV("AlmaLinux:9", "curl", "ALSA-1", .ids = {"CVE-1", "CVE-2"}, .fixed = "0:7.76-10.el9");
    SAY_OSV("AlmaLinux:9", "curl", "ALSA-2", .ids = {"CVE-1"}, .fixed = "0:7.76-20.el9");
    SAY_OSV("AlmaLinux:9", "curl", "ALSA-3", .ids = {"CVE-3"}, .fixed = "0:7.76-5.el9");
    add_package(PACKAGE_RPM, "curl", "7.76-9.el9");
    add_package(PACKAGE_RPM, "curl", "7.76-10.el9");
    add_package(PACKAGE_RPM, "curl", "7.76-20.el9");
    match_in("AlmaLinux:9");
    CHECK_INT(report.findings.count, 3);
    const struct finding *f = report.findings.items;
    if (report.findings.count == 3) {
        CHECK_STR(f[0].id, "CVE-1");
        CHECK_INT(f[0].package, 0);
        CHECK_STR(f[0].fixed, "0:7.76-20.el9");
        CHECK_INT(f[0].match.advisory_count, 2);
        CHECK_STR(f[0].match.advisories[0], "ALSA-1");
        CHECK_STR(f[0].match.advisories[1], "ALSA-2");
        CHECK_STR(f[0].match.by, "binary");
        CHECK_INT(f[1].package, 1);
        CHECK_STR(f[1].id, "CVE-1");
        CHECK_INT(f[1].match.advisory_count, 1);
        CHECK_STR(f[1].match.advisories[0], "ALSA-2");
        CHECK_STR(f[2].id, "CVE-2");
        CHECK_STR(f[2].fixed, "0:7.76-10.el9");
    }
    end();
}

/* rpm: binary packages, whatever their source is called. */
static void rpm_goes_by_binaries(void)
{
    begin();
    SAY_OSV("AlmaLinux:9", "openssl", "ALSA-1", .ids = {"CVE-1"}, .fixed = "9");
    SAY_OSV("AlmaLinux:9", "openssl-libs", "ALSA-1", .ids = {"CVE-1"}, .fixed = "9");
    struct package *package = add_package(PACKAGE_RPM, "openssl-libs", "1");
    package->source_name = STR("openssl");
    package = add_package(PACKAGE_RPM, "openssl-devel", "1");
    package->source_name = STR("openssl");
    match_in("AlmaLinux:9");
    CHECK_STR(str_of(all()), "CVE-1 openssl-libs 9 fixed osv");
    end();
}

/* Of one ecosystem's databases the best informed one decides, and names are joined. */
static void sources_of_an_ecosystem(void)
{
    begin();
    SAY_OSV("PyPI", "some-pkg", "GHSA-a", .ids = {"CVE-1"}, .fixed = "1.5");
    SAY_OSV("PyPI", "some-pkg", "PYSEC-1", .ids = {"CVE-1"}, .fixed = "2.0");
    SAY_OSV("PyPI", "some-pkg", "PYSEC-2", .fixed = "3.0");
    SAY_OSV("PyPI", "some-pkg", "GHSA-b", .fixed = "3.1");
    struct str names[] = {STR("GHSA-b")};
    know(FEED_OSV, "osv", "PYSEC-2", (struct vulndb_facet){.aliases = names, .alias_count = 1});
    add_package(PACKAGE_PYPI, "Some_Pkg", "1.0");
    add_package(PACKAGE_PYPI, "some.pkg", "1.7");
    match_in("Debian:12");
    CHECK_STR(str_of(all()), "CVE-1 Some_Pkg 1.5 fixed osv; GHSA-b Some_Pkg 3.1 fixed osv; "
                             "GHSA-b some.pkg 3.1 fixed osv");
    CHECK_INT(find("GHSA-b")->alias_count, 1);
    CHECK_STR(find("GHSA-b")->aliases[0], "PYSEC-2");
    CHECK_STR(find("CVE-1")->match.scheme, "pypi");
    end();
    /* Go's own database before GitHub's; a state of the source is not matched. */
    begin();
    SAY_OSV("Go", "example.org/m", "GO-1", .ids = {"CVE-2"}, .fixed = "1.2.0");
    SAY_OSV("Go", "example.org/m", "GHSA-c", .ids = {"CVE-2"}, .fixed = "1.9.0");
    add_package(PACKAGE_GOLANG, "example.org/m", "v1.3.0");
    add_package(PACKAGE_GOLANG, "example.org/m", "v1.1.0");
    add_package(PACKAGE_GOLANG, "example.org/m", "v0.0.0-20240101000000-abcdefabcdef")->unordered =
        true;
    match_in("Debian:12");
    CHECK_STR(str_of(all()), "CVE-2 example.org/m 1.2.0 fixed osv");
    CHECK_INT(report.diagnostics.count, 1);
    end();
}

/* A source that speaks of another build only does not silence the next one. */
static void the_first_source_that_fits(void)
{
    begin();
    say(FEED_REDHAT_VEX, "redhat-vex",
        &(struct say){"AlmaLinux:8", "nodejs", "CVE-1", .fixed = "1:18.0-1.module_el8",
                      .module = "nodejs:18", .modular = true});
    SAY_OSV("AlmaLinux:8", "nodejs", "ALSA-1", .ids = {"CVE-1"}, .fixed = "1:10.5-1");
    add_package(PACKAGE_RPM, "nodejs", "1:10.0-1");
    match_in("AlmaLinux:8");
    CHECK_STR(str_of(all()), "CVE-1 nodejs 1:10.5-1 fixed osv");
    end();
}

static void module_streams(void)
{
    static const struct {
        const char *version, *module;
        const char *want; /* ids */
    } packages[] = {
        {"1:18.0-1.module_el8.1", "nodejs:18:8080:abc:x86_64", "CVE-18 CVE-MANY CVE-ANY"},
        {"1:16.0-1.module_el8.1", "nodejs:16:8080:abc:x86_64", "CVE-16 CVE-MANY CVE-ANY"},
        {"1:14.0-1.module_el8.1", "nodejs:14", "CVE-ANY"},
        {"1:1.0-1.el8", "", "CVE-PLAIN"},
        /* a module build whose label was lost: every module's errata may be meant */
        {"1:15.0-1.module_el8.1", "", "CVE-16 CVE-18 CVE-MANY CVE-ANY"},
    };
    begin();
    SAY_OSV("AlmaLinux:8", "nodejs", "A-18", .ids = {"CVE-18", "CVE-MANY"},
            .fixed = "1:18.9-1.module_el8.2", .module = "nodejs:18", .modular = true);
    SAY_OSV("AlmaLinux:8", "nodejs", "A-16", .ids = {"CVE-16", "CVE-MANY"},
            .fixed = "1:16.9-1.module_el8.2", .module = "nodejs:16", .modular = true);
    SAY_OSV("AlmaLinux:8", "nodejs", "A-ANY", .ids = {"CVE-ANY"}, .fixed = "1:99-1.module_el8.2",
            .modular = true);
    SAY_OSV("AlmaLinux:8", "nodejs", "A-PLAIN", .ids = {"CVE-PLAIN"}, .fixed = "1:99-1.el8");
    for (size_t i = 0; i < ARRAY_LEN(packages); i++)
        add_package(PACKAGE_RPM, "nodejs", packages[i].version)->module =
            str_of(packages[i].module);
    match_in("AlmaLinux:8");
    for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
        struct str rest = str_of(packages[i].want), id;
        size_t want = 0, got = 0;
        for (; str_cut(&rest, ' ', &id); want++) {
            bool there = false;
            for (size_t k = 0; k < report.findings.count; k++)
                there = there || (report.findings.items[k].package == i &&
                                  str_equal(report.findings.items[k].id, id));
            if (!there)
                FAIL("%s %s: no %.*s", packages[i].version, packages[i].module, STR_ARG(id));
        }
        for (size_t k = 0; k < report.findings.count; k++)
            got += report.findings.items[k].package == i;
        if (got != want)
            FAIL("%s %s: %zu findings, not %zu", packages[i].version, packages[i].module, got,
                 want);
    }
    /* The fix is that of the package's own stream. */
    for (size_t k = 0; k < report.findings.count; k++)
        if (report.findings.items[k].package == 1 &&
            str_is(report.findings.items[k].id, "CVE-MANY"))
            CHECK_STR(report.findings.items[k].fixed, "1:16.9-1.module_el8.2");
    end();
}

static void ubuntu_pro(void)
{
    static const struct {
        bool out_of_reach;
        const char *id;
        const char *fixed; /* NULL: no finding */
        const char *stream, *stream_fixed;
    } cases[] = {
        {true, "CVE-1", "", "esm-infra", "1.0-2~esm1"}, /* fixed for subscribers alone */
        {true, "CVE-2", "", "esm-infra", "1.0-2~esm1"}, /* everybody's namespace knows nothing */
        {true, "CVE-3", NULL, NULL, NULL},              /* the installed one has the fix already */
        {true, "CVE-4", "1.0-9", "esm-infra", "1.0-2~esm1"},
        {true, "CVE-5", "1.0-9", "", ""},
        {true, "CVE-6", NULL, NULL, NULL}, /* everybody's says that it is mended */
        {false, "CVE-1", "1.0-2~esm1", "", ""},
        {false, "CVE-2", "1.0-2~esm1", "", ""},
        {false, "CVE-3", NULL, NULL, NULL},
        {false, "CVE-4", "1.0-2~esm1", "", ""},
        {false, "CVE-5", "1.0-9", "", ""},
    };
    begin();
    SAY_OSV("Ubuntu:Pro:22.04", "p", "USN-1", .ids = {"CVE-1"}, .fixed = "1.0-2~esm1");
    SAY_OSV("Ubuntu:22.04", "p", "UBUNTU-1", .ids = {"CVE-1"}, .fixed = "");
    SAY_OSV("Ubuntu:Pro:22.04", "p", "USN-2", .ids = {"CVE-2"}, .fixed = "1.0-2~esm1");
    SAY_OSV("Ubuntu:Pro:22.04", "p", "USN-3", .ids = {"CVE-3"}, .fixed = "1.0-1");
    SAY_OSV("Ubuntu:22.04", "p", "UBUNTU-3", .ids = {"CVE-3"}, .fixed = "");
    SAY_OSV("Ubuntu:Pro:22.04", "p", "USN-4", .ids = {"CVE-4"}, .fixed = "1.0-2~esm1");
    SAY_OSV("Ubuntu:22.04", "p", "UBUNTU-4", .ids = {"CVE-4"}, .fixed = "1.0-9");
    SAY_OSV("Ubuntu:22.04", "p", "UBUNTU-5", .ids = {"CVE-5"}, .fixed = "1.0-9");
    SAY_OSV("Ubuntu:Pro:22.04", "p", "USN-6", .ids = {"CVE-6"}, .fixed = "1.0-2~esm1");
    SAY_OSV("Ubuntu:22.04", "p", "UBUNTU-6", .ids = {"CVE-6"}, .fixed = "1.0-1");
    add_package(PACKAGE_DEB, "p", "1.0-1");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct match_namespace spaces[] = {
            {STR("Ubuntu:Pro:22.04"), STR("esm-infra"), cases[i].out_of_reach},
            {STR("Ubuntu:22.04"), STR(""), false},
        };
        match(spaces, 2, "root");
        const struct finding *f = find(cases[i].id);
        if (!f != !cases[i].fixed) {
            FAIL("%s, %d: %s", cases[i].id, cases[i].out_of_reach, f ? "found" : "not found");
            continue;
        }
        if (f && (!str_is(f->fixed, cases[i].fixed) || !str_is(f->stream, cases[i].stream) ||
                  !str_is(f->stream_fixed, cases[i].stream_fixed)))
            FAIL("%s, %d: \"%.*s\", \"%.*s\", \"%.*s\"", cases[i].id, cases[i].out_of_reach,
                 STR_ARG(f->fixed), STR_ARG(f->stream), STR_ARG(f->stream_fixed));
    }
    end();
}

static void severities(void)
{
    begin();
    struct vulndb_facet critical = {.cvss = {{CVSS_3_1, 9.8, STR(CVSS_98), STR("nvd")}},
                                    .cvss_count = 1};
    static const char *const ids[] = {"CVE-1", "CVE-2", "CVE-3", "CVE-4", "CVE-5", "CVE-6"};
    SAY_DEBIAN("Debian:12", "p", "CVE-1", .fixed = "2", .unimportant = true,
               .severity = SEVERITY_HIGH);
    know(FEED_NVD, "nvd", "CVE-1", critical);
    SAY_DEBIAN("Debian:12", "p", "CVE-2", .fixed = "2", .severity = SEVERITY_LOW);
    know(FEED_NVD, "nvd", "CVE-2", critical);
    SAY_DEBIAN("Debian:12", "p", "CVE-3", .fixed = "2");
    know(FEED_NVD, "nvd", "CVE-3", critical);
    SAY_DEBIAN("Debian:12", "p", "CVE-4", .fixed = "2");
    know(FEED_OSV, "osv", "CVE-4", (struct vulndb_facet){.severity = SEVERITY_MEDIUM});
    SAY_DEBIAN("Debian:12", "p", "CVE-5", .fixed = "2");
    SAY_DEBIAN("Debian:12", "p", "CVE-6", .fixed = "2");
    know(FEED_OSV, "osv", "CVE-6",
         (struct vulndb_facet){.severity = SEVERITY_LOW,
                               .cvss = {{CVSS_4_0, 5.1, STR("CVSS:4.0/x"), STR("osv")}},
                               .cvss_count = 1});
    know(FEED_NVD, "nvd", "CVE-6",
         (struct vulndb_facet){.cvss = {{CVSS_2_0, 9.3, STR("AV:N"), STR("nvd")},
                                        {CVSS_3_1, 9.8, STR(CVSS_98), STR("nvd")}},
                               .cvss_count = 2});
    static const enum severity want[] = {SEVERITY_NEGLIGIBLE, SEVERITY_LOW,     SEVERITY_CRITICAL,
                                         SEVERITY_MEDIUM,     SEVERITY_UNKNOWN, SEVERITY_MEDIUM};
    add_package(PACKAGE_DEB, "p", "1");
    match_in("Debian:12");
    CHECK_INT(report.findings.count, 6);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        const struct finding *f = find(ids[i]);
        if (!f || f->severity != want[i])
            FAIL("%s: %s", ids[i], f ? severity_name(f->severity) : "not found");
    }
    /* Worst first, unknown last. */
    CHECK_STR(report.findings.items[0].id, "CVE-3");
    CHECK_STR(report.findings.items[5].id, "CVE-5");
    end();
}

static void what_is_known_goes_along(void)
{
    begin();
    struct str aliases[] = {STR("GHSA-aaaa-bbbb-cccc")}, cwes[] = {STR("CWE-79")};
    SAY_ALPINE("Alpine:v3.19", "busybox", "CVE-2024-1000", .fixed = "1.36.1-r9");
    know(FEED_NVD, "nvd", "CVE-2024-1000",
         (struct vulndb_facet){.published = STR("2024-01-02T00:00:00Z"),
                               .cvss = {{CVSS_3_1, 9.8, STR(CVSS_98), STR("nvd")}},
                               .cvss_count = 1,
                               .aliases = aliases,
                               .alias_count = 1,
                               .cwes = cwes,
                               .cwe_count = 1});
    know(FEED_KEV, "kev", "CVE-2024-1000",
         (struct vulndb_facet){
             .title = STR("a name"), .kev_added = STR("2024-02-03"), .kev_ransomware = true});
    builder_unit(builder, FEED_EPSS, STR("epss"), STR(""));
    CHECK(builder_epss(builder, STR("CVE-2024-1000"), 0.25, 0.9));
    struct package *package = add_package(PACKAGE_APK, "ssl_client", "1.36.1-r0");
    struct str paths[] = {STR("lib/apk/db/installed")};
    package->source_name = STR("busybox");
    package->paths = paths;
    package->path_count = 1;
    package->layer = 3;
    match_in("Alpine:v3.19");
    CHECK_INT(report.findings.count, 1);
    if (report.findings.count == 1) {
        const struct finding *f = report.findings.items;
        CHECK_STR(f->title, "a name");
        CHECK_STR(f->published, "2024-01-02T00:00:00Z");
        CHECK_STR(f->kev_added, "2024-02-03");
        CHECK(f->kev_ransomware && f->has_epss);
        CHECK_INT(f->epss_score * 1000 + 0.5, 250);
        CHECK_INT(f->risk, 98);
        CHECK_INT(f->alias_count, 1);
        CHECK_STR(f->aliases[0], "GHSA-aaaa-bbbb-cccc");
        CHECK_INT(f->cwe_count, 1);
        CHECK_STR(f->cvss[0].vector, CVSS_98);
        CHECK_STR(f->path, "lib/apk/db/installed");
        CHECK_INT(f->layer, 3);
        CHECK_STR(f->match.feed, "alpine");
        CHECK_STR(f->match.scheme, "apk");
    }
    end();
}

/* The fingerprint of the only finding of one package. */
static struct str print_of(const char *name, const char *version, const char *id, const char *root,
                           uint32_t layer, const char *alias)
{
    static char texts[8][40];
    static unsigned turn;
    char *text = texts[turn++ % 8];
    struct str aliases[] = {str_of(alias)};
    begin();
    SAY_DEBIAN("Debian:12", name, id, .fixed = "9");
    if (alias)
        know(FEED_OSV, "osv", id, (struct vulndb_facet){.aliases = aliases, .alias_count = 1});
    add_package(PACKAGE_DEB, name, version)->layer = layer;
    struct match_namespace space = {.name = STR("Debian:12")};
    match(&space, 1, root);
    CHECK_INT(report.findings.count, 1);
    snprintf(text, 40, "%.*s",
             STR_ARG(report.findings.count ? report.findings.items[0].fingerprint : STR("none")));
    end();
    return str_of(text);
}

static void fingerprints(void)
{
    struct str one = print_of("p", "1", "CVE-1", "root", 0, NULL);
    CHECK_INT(one.len, 32);
    for (size_t i = 0; i < one.len; i++)
        CHECK(strchr("0123456789abcdef", one.data[i]) != NULL);
    CHECK(str_equal(print_of("p", "2", "CVE-1", "root", 7, NULL), one));
    CHECK(!str_equal(print_of("q", "1", "CVE-1", "root", 0, NULL), one));
    CHECK(!str_equal(print_of("p", "1", "CVE-2", "root", 0, NULL), one));
    CHECK(!str_equal(print_of("p", "1", "CVE-1", "toor", 0, NULL), one));
    /* The set of ids counts, not which of them leads. */
    struct str both = print_of("p", "1", "CVE-1", "root", 0, "GHSA-aaaa-bbbb-cccc");
    CHECK(!str_equal(both, one));
    CHECK(str_equal(print_of("p", "1", "GHSA-aaaa-bbbb-cccc", "root", 0, "CVE-1"), both));
}

static void no_namespace(void)
{
    begin();
    SAY_DEBIAN("Debian:12", "p", "CVE-1", .fixed = "9");
    add_package(PACKAGE_DEB, "p", "1");
    match(NULL, 0, "root");
    CHECK_INT(report.findings.count, 0);
    match_in("Debian:13");
    CHECK_INT(report.findings.count, 0);
    match_in("Debian:12");
    CHECK_INT(report.findings.count, 1);
    end();
}

static void root_names(void)
{
    static const char digest[] =
        "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static const struct {
        const char *name, *root;
        bool with_digest;
    } cases[] = {
        {"nginx", "nginx", false},
        {"nginx:1.27", "nginx", false},
        {"repo/app:1.2", "repo/app", false},
        {"localhost:5000/app", "localhost:5000/app", false},
        {"localhost:5000/app:1", "localhost:5000/app", false},
        {"registry.example/team/app:v1", "registry.example/team/app", true},
        {"localhost:5000/app", "localhost:5000/app", true},
        {"nginx", "nginx", true},
        {"/srv/images/web.tar", "/srv/images/web.tar", false},
        {"/", "/", false},
        {"", "", false},
        {":", ":", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char name[200];
        snprintf(name, sizeof(name), "%s%s", cases[i].name, cases[i].with_digest ? digest : "");
        CHECK_STR(target_root_name(str_of(name)), cases[i].root);
    }
}

int main(void)
{
    scratch_make();
    RUN(the_distribution_decides);
    RUN(sources_and_binaries);
    RUN(statuses);
    RUN(several_errata);
    RUN(rpm_goes_by_binaries);
    RUN(sources_of_an_ecosystem);
    RUN(the_first_source_that_fits);
    RUN(module_streams);
    RUN(ubuntu_pro);
    RUN(severities);
    RUN(what_is_known_goes_along);
    RUN(fingerprints);
    RUN(no_namespace);
    RUN(root_names);
    scratch_remove();
    return test_end();
}
