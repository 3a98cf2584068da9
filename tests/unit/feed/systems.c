/* Debian's tracker and Alpine's secdb. */
#include "feeds.h"

static void debian(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"curl\":{\"CVE-2024-0001\":{\"description\":\"Something is wrong\",\"releases\":{"
        "\"bookworm\":{\"status\":\"resolved\",\"fixed_version\":\"7.88-1\",\"urgency\":\"high**\"}"
        ","
        "\"trixie\":{\"status\":\"resolved\",\"fixed_version\":\"0\",\"urgency\":\"not yet "
        "assigned\"},\"sid\":{\"status\":\"open\",\"urgency\":\"unimportant\"}}},"
        "\"CVE-2024-0002\":{\"releases\":{\"bookworm\":{\"status\":\"open\",\"urgency\":\"low\","
        "\"nodsa\":\"Minor issue\",\"nodsa_reason\":\"ignored\"}}},"
        "\"CVE-2024-0003\":{\"releases\":{\"bookworm\":{\"status\":\"open\",\"nodsa\":\"Minor\","
        "\"nodsa_reason\":\"postponed\"}}},"
        "\"CVE-2024-0004\":{\"releases\":{\"bookworm\":{\"status\":\"open\",\"nodsa\":\"Minor\","
        "\"nodsa_reason\":\"\"}}},"
        "\"CVE-2024-0005\":{\"releases\":{\"bookworm\":{\"status\":\"undetermined\"}}},"
        "\"CVE-2024-0006\":{\"releases\":{\"bookworm\":{\"status\":\"open\",\"urgency\":"
        "\"end-of-life\"}}},"
        "\"TEMP-0123456-ABCDEF\":{\"releases\":{\"bookworm\":{\"status\":\"open\"}}},"
        "\"CVE-2024-0007\":{\"releases\":[]},"
        "\"CVE-2024-0008\":{\"releases\":{\"bookworm\":{\"status\":\"odd\"},\"rotterdam\":{}}}}}");
    feeds_check(db, "Debian:12", "curl",
                "CVE-2024-0001 ids=CVE-2024-0001 status=0 severity=high [|7.88-1|]\n"
                "CVE-2024-0002 ids=CVE-2024-0002 status=2 severity=low reason=ignored [||]\n"
                "CVE-2024-0003 ids=CVE-2024-0003 status=3 severity=unknown reason=postponed [||]\n"
                "CVE-2024-0004 ids=CVE-2024-0004 status=0 severity=unknown reason=no-dsa [||]\n"
                "CVE-2024-0005 ids=CVE-2024-0005 status=4 severity=unknown "
                "reason=undetermined [||]\n"
                "CVE-2024-0006 ids=CVE-2024-0006 status=5 severity=unknown "
                "reason=end-of-life [||]\n"
                "TEMP-0123456-ABCDEF ids=TEMP-0123456-ABCDEF status=0 severity=unknown [||]\n");
    feeds_check(db, "Debian:13", "curl",
                "CVE-2024-0001 ids=CVE-2024-0001 status=1 severity=unknown\n");
    feeds_check(db, "Debian:sid", "curl",
                "CVE-2024-0001 ids=CVE-2024-0001 status=0 severity=negligible unimportant [||]\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2024-0001"), &v));
    CHECK_STR(v.title, "Something is wrong");
    CHECK(strstr(feeds_problems, "feed: curl/CVE-2024-0008/bookworm: the status \"odd\""));
    CHECK(strstr(feeds_problems, "feed: curl/CVE-2024-0008/rotterdam: the release \"rotterdam\""));
    vulndb_close(db);
}

/* What was read before a document breaks is kept; what the old database had too. */
static void broken_off(void)
{
    static const char *const names[] = {"feed", NULL};
    const char *whole = "{\"a\":{\"CVE-2024-0001\":{\"releases\":{\"sid\":{\"status\":\"open\"}}}},"
                        "\"b\":{\"CVE-2024-0002\":{\"releases\":{\"sid\":{\"status\":\"open\"}}}}}";
    struct vulndb *db = feeds_import_text(whole);
    vulndb_close(db);
    const char *part = "{\"a\":{\"CVE-2024-0003\":{\"releases\":{\"sid\":{\"status\":\"open\"}}},";
    feeds_write("feed", part, strlen(part));
    db = feeds_import(names);
    CHECK(strstr(feeds_problems, "the document ends too early"));
    CHECK(strstr(feeds_statements(db, "Debian:sid", "a"), "CVE-2024-0001"));
    CHECK(strstr(feeds_statements(db, "Debian:sid", "a"), "CVE-2024-0003"));
    CHECK(strstr(feeds_statements(db, "Debian:sid", "b"), "CVE-2024-0002"));
    vulndb_close(db);
    /* Whole again: it alone is what there is. */
    feeds_write("feed", whole, strlen(whole));
    db = feeds_import(names);
    feeds_check(db, "Debian:sid", "a",
                "CVE-2024-0001 ids=CVE-2024-0001 status=0 severity=unknown [||]\n");
    vulndb_close(db);
}

#define SECDB(release, repository, packages)                                                       \
    "{\"apkurl\":\"x\",\"reponame\":\"" repository "\",\"packages\":[" packages                    \
    "],\"distroversion\":\"" release "\"}"
#define SECFIXES(name, fixes) "{\"pkg\":{\"name\":\"" name "\",\"secfixes\":{" fixes "}}}"

static void alpine(void)
{
    struct vulndb *db = feeds_import_text(SECDB(
        "v3.19", "main",
        SECFIXES("xen",
                 "\"4.7.0-r0\":[\"CVE-2016-6258 XSA-182\",\"CVE-\?\?\?\?-\?\?\?\?\?  "
                 "XSA-284\"]") "," SECFIXES("curl",
                                            "\"0\":[\"CVE-2020-0001\",\"CVE-2020-0002\"],"
                                            "\"7.1-r0\":[\"CVE-2020-0002 "
                                            "GHSA-f7r5-w49x-gxm3\"]") "," SECFIXES("odd",
                                                                                   "\"1-r0\":["
                                                                                   "\"CVE_2019-"
                                                                                   "2426\","
                                                                                   "\"CVE-"
                                                                                   "2021-35940."
                                                                                   "patch\","
                                                                                   "\"CVE "
                                                                                   "2018-"
                                                                                   "16859\","
                                                                                   "\"CVE-2018-"
                                                                                   "16301 (was "
                                                                                   "fixed in "
                                                                                   "libpcap)\","
                                                                                   "\"CVE-2017-"
                                                                                   "17434-2\","
                                                                                   "\"CVE-"
                                                                                   "46838\","
                                                                                   "\"CVE-2025-"
                                                                                   "XXXXX\","
                                                                                   "\"TALOS-"
                                                                                   "2019-"
                                                                                   "0844\","
                                                                                   "\"GHSA-"
                                                                                   "77vh-"
                                                                                   "xpmg-"
                                                                                   "72qh\","
                                                                                   "\"(BGP)"
                                                                                   "\"]")));
    feeds_check(db, "Alpine:v3.19", "xen",
                "CVE-2016-6258 ids=CVE-2016-6258 status=0 severity=unknown [|4.7.0-r0|]\n"
                "XSA-182 ids=XSA-182 status=0 severity=unknown [|4.7.0-r0|]\n"
                "XSA-284 ids=XSA-284 status=0 severity=unknown [|4.7.0-r0|]\n");
    feeds_check(db, "Alpine:v3.19", "curl",
                "CVE-2020-0001 ids=CVE-2020-0001 status=1 severity=unknown\n"
                "CVE-2020-0002 ids=CVE-2020-0002 status=0 severity=unknown [|7.1-r0|]\n");
    feeds_check(db, "Alpine:v3.19", "odd",
                "CVE-2019-2426 ids=CVE-2019-2426 status=0 severity=unknown [|1-r0|]\n"
                "CVE-2021-35940 ids=CVE-2021-35940 status=0 severity=unknown [|1-r0|]\n"
                "CVE-2018-16859 ids=CVE-2018-16859 status=0 severity=unknown [|1-r0|]\n"
                "CVE-2018-16301 ids=CVE-2018-16301 status=0 severity=unknown [|1-r0|]\n"
                "CVE-2017-17434 ids=CVE-2017-17434 status=0 severity=unknown [|1-r0|]\n"
                "TALOS-2019-0844 ids=TALOS-2019-0844 status=0 severity=unknown [|1-r0|]\n"
                "GHSA-77vh-xpmg-72qh ids=GHSA-77vh-xpmg-72qh status=0 severity=unknown [|1-r0|]\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2020-0002"), &v));
    CHECK_STR(v.aliases[0], "GHSA-f7r5-w49x-gxm3");
    CHECK_STR(vulndb_info(db)->feeds[0].unit, "v3.19/main");
    vulndb_close(db);
}

/* Each repository of a release is a unit of its own. */
static void alpine_repositories(void)
{
    static const char *const names[] = {"feed", "other", NULL};
    const char *main_db = SECDB("v3.19", "main", SECFIXES("a", "\"1\":[\"CVE-2020-0001\"]"));
    const char *community = SECDB("v3.19", "community", SECFIXES("b", "\"1\":[\"CVE-2020-0002\"]"));
    struct vulndb *db = feeds_import_text(main_db);
    vulndb_close(db);
    feeds_write("feed", community, strlen(community));
    db = feeds_import((const char *const[]){"feed", NULL});
    CHECK(strstr(feeds_statements(db, "Alpine:v3.19", "a"), "CVE-2020-0001"));
    CHECK(strstr(feeds_statements(db, "Alpine:v3.19", "b"), "CVE-2020-0002"));
    vulndb_close(db);
    main_db = SECDB("v3.19", "main", "");
    feeds_write("other", main_db, strlen(main_db));
    db = feeds_import(names);
    feeds_check(db, "Alpine:v3.19", "a", "");
    CHECK(strstr(feeds_statements(db, "Alpine:v3.19", "b"), "CVE-2020-0002"));
    vulndb_close(db);
}

int main(void)
{
    scratch_make();
    RUN(debian);
    RUN(broken_off);
    RUN(alpine);
    RUN(alpine_repositories);
    scratch_remove();
    return test_end();
}
