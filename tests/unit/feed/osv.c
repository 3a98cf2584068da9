/* OSV records: ids, ranges, severities, modules, what withdrawn and bugfix records leave. */
#include "feeds.h"

#define PACKAGE(ecosystem, name, events)                                                           \
    "{\"package\":{\"ecosystem\":\"" ecosystem "\",\"name\":\"" name                               \
    "\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[" events "]}]}"
#define FIXED(version) "{\"introduced\":\"0\"},{\"fixed\":\"" version "\"}"

static void general_sources(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-1234\"],"
        "\"related\":[\"CVE-2024-9999\"],\"summary\":\"Left pads right\","
        "\"published\":\"2024-01-02T03:04:05.123456Z\",\"modified\":\"2024-02-02T03:04:05Z\","
        "\"database_specific\":{\"severity\":\"MODERATE\",\"cwe_ids\":[\"CWE-79\"]},"
        "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/"
        "A:H\"},{\"type\":\"CVSS_V3\",\"score\":\"nonsense\"}],"
        "\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"left\"},\"versions\":[\"1\","
        "\"2\"],\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"abc\"}]},"
        "{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1.0.0\"},{\"fixed\":\"1.0.5\"},"
        "{\"introduced\":\"2.0.0\"},{\"last_affected\":\"2.1.0\"},{\"introduced\":\"3.0.0\"}]}]}]"
        "}");
    feeds_check(db, "npm", "left",
                "GHSA-aaaa-bbbb-cccc ids=CVE-2024-1234 status=0 severity=unknown [1.0.0|1.0.5|] "
                "[2.0.0||2.1.0] [3.0.0||] +2\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2024-1234"), &v));
    CHECK_STR(v.title, "Left pads right");
    CHECK_STR(v.published, "2024-01-02T03:04:05Z");
    CHECK_INT(v.severity, SEVERITY_MEDIUM);
    CHECK_INT(v.cvss_count, 1);
    CHECK_STR(v.cvss[0].source, "osv:GHSA");
    CHECK_INT(v.alias_count, 1);
    CHECK_STR(v.aliases[0], "GHSA-aaaa-bbbb-cccc");
    CHECK_INT(v.cwe_count, 1);
    CHECK(vulndb_vulnerability(db, STR("GHSA-aaaa-bbbb-cccc"), &v));
    CHECK_STR(v.aliases[0], "CVE-2024-1234");
    CHECK(!vulndb_vulnerability(db, STR("CVE-2024-9999"), &v));
    CHECK_STR(str_of(feeds_problems), "");
    CHECK_STR(vulndb_info(db)->feeds[0].unit, "npm");
    CHECK_STR(vulndb_info(db)->feeds[0].updated, "2024-02-02T03:04:05Z");
    vulndb_close(db);
}

static void unsorted_events(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\":\"X-1\",\"modified\":\"2024-01-01T00:00:00Z\",\"affected\":[" PACKAGE(
            "Ubuntu:22.04:LTS", "a",
            "{\"fixed\":\"1.10-1\"},{\"introduced\":\"2.0\"},{\"introduced\":\"0\"},"
            "{\"fixed\":\"2.0.1\"}") "]}");
    feeds_check(db, "Ubuntu:22.04", "a",
                "X-1 ids=X-1 status=0 severity=unknown [|1.10-1|] [2.0|2.0.1|]\n");
    vulndb_close(db);
}

static void errata(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\":\"ALSA-2024:1\",\"summary\":\"Important: nodejs:18 security, bug fix update\","
        "\"related\":[\"CVE-2024-1000\",\"CVE-2024-1001\"],\"details\":\"Node.\\n\\nSecurity "
        "Fix(es):\\n\\n* nodejs: hosts can smuggle (CVE-2024-1000)\\n\\nMore.\","
        "\"modified\":\"2024-01-01T00:00:00Z\",\"affected\":[" PACKAGE(
            "AlmaLinux:9", "nodejs",
            FIXED("1:18.1-1.module_el9.1.0+1+abc")) "," PACKAGE("AlmaLinux:9", "plain",
                                                                FIXED("2-1.el9")) "]}");
    feeds_check(db, "AlmaLinux:9", "nodejs",
                "ALSA-2024:1 ids=CVE-2024-1000,CVE-2024-1001 status=0 severity=high "
                "module=nodejs:18 modular [|1:18.1-1.module_el9.1.0+1+abc|]\n");
    feeds_check(db, "AlmaLinux:9", "plain",
                "ALSA-2024:1 ids=CVE-2024-1000,CVE-2024-1001 status=0 severity=high [|2-1.el9|]\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2024-1000"), &v));
    CHECK_STR(v.title, "nodejs: hosts can smuggle");
    CHECK(!vulndb_vulnerability(db, STR("CVE-2024-1001"), &v));
    CHECK(vulndb_vulnerability(db, STR("ALSA-2024:1"), &v));
    CHECK_INT(v.alias_count, 2);
    vulndb_close(db);
}

static void errata_without_cve(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\":\"ALBA-2024:2\",\"summary\":\"a bug fix "
        "update\",\"related\":[],\"affected\":[" PACKAGE("AlmaLinux:8", "a", FIXED("2")) "]}");
    feeds_check(db, "AlmaLinux:8", "a", "");
    CHECK(vulndb_has_namespace(db, STR("AlmaLinux:8"))); /* the feed speaks of it all the same */
    vulndb_close(db);
    db = feeds_import_text("{\"id\":\"RLSA-2024:3\",\"summary\":\"Low: a security update\","
                           "\"affected\":[" PACKAGE("Rocky Linux:9", "a", FIXED("2")) "]}");
    feeds_check(db, "Rocky Linux:9", "a",
                "RLSA-2024:3 ids=RLSA-2024:3 status=0 severity=low [|2|]\n");
    vulndb_close(db);
}

static void ubuntu(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\":\"UBUNTU-CVE-2014-9913\",\"upstream\":[\"CVE-2014-9913\"],\"related\":[\"USN-1-"
        "1\","
        "\"CVE-2000-0001\"],\"severity\":[{\"type\":\"Ubuntu\",\"score\":\"negligible\"}],"
        "\"details\":\"Overflow.\",\"affected\":[{\"package\":{\"ecosystem\":\"Ubuntu:Pro:14.04:"
        "LTS\","
        "\"name\":\"unzip\"},\"versions\":[\"1\",\"2\"],\"ranges\":[{\"type\":\"ECOSYSTEM\","
        "\"events\":[" FIXED("6.0-9") "]}]}]}");
    feeds_check(db, "Ubuntu:Pro:14.04", "unzip",
                "UBUNTU-CVE-2014-9913 ids=CVE-2014-9913 status=0 severity=negligible [|6.0-9|]\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2014-9913"), &v));
    CHECK_STR(v.title, "Overflow.");
    vulndb_close(db);
    db = feeds_import_text("{\"id\":\"USN-5614-1\",\"upstream\":[\"UBUNTU-CVE-2021-3782\"],"
                           "\"affected\":[" PACKAGE("Ubuntu:18.04:LTS", "w", FIXED("1.16")) "]}");
    feeds_check(db, "Ubuntu:18.04", "w",
                "USN-5614-1 ids=CVE-2021-3782 status=0 severity=unknown [|1.16|]\n");
    vulndb_close(db);
}

static void withdrawn(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\":\"GO-2024-0001\",\"withdrawn\":\"2024-01-01T00:00:00Z\",\"aliases\":"
        "[\"CVE-2024-0005\"],\"affected\":[" PACKAGE("Go", "a", FIXED("2")) "]}");
    struct vulndb_vulnerability v;
    feeds_check(db, "Go", "a", "");
    CHECK(vulndb_vulnerability(db, STR("GO-2024-0001"), &v) && v.withdrawn);
    CHECK(!vulndb_vulnerability(db, STR("CVE-2024-0005"), &v));
    vulndb_close(db);
}

/* A folder's records replace records of the same id; the rest of the ecosystem stays. */
static void by_advisory(void)
{
    static const char *const names[] = {"feed", NULL};
    struct vulndb *db =
        feeds_import_text("{\"id\":\"A-1\",\"modified\":\"\",\"affected\":[" PACKAGE(
            "npm", "a", FIXED("1")) "," PACKAGE("npm", "b", FIXED("1")) "]}");
    vulndb_close(db);
    const char *more = "{\"id\":\"A-2\",\"affected\":[" PACKAGE("npm", "a", FIXED("2")) "]}";
    feeds_write("feed", more, strlen(more));
    db = feeds_import(names);
    feeds_check(db, "npm", "a",
                "A-2 ids=A-2 status=0 severity=unknown [|2|]\n"
                "A-1 ids=A-1 status=0 severity=unknown [|1|]\n");
    vulndb_close(db);
    more = "{\"id\":\"A-1\",\"affected\":[" PACKAGE("npm", "a", FIXED("3")) "]}";
    feeds_write("feed", more, strlen(more));
    db = feeds_import(names);
    feeds_check(db, "npm", "b", "");
    CHECK(strstr(feeds_statements(db, "npm", "a"), "[|3|]"));
    CHECK(!strstr(feeds_statements(db, "npm", "a"), "[|1|]"));
    CHECK_INT(vulndb_info(db)->advisories, 2);
    vulndb_close(db);
}

int main(void)
{
    scratch_make();
    RUN(general_sources);
    RUN(unsorted_events);
    RUN(errata);
    RUN(errata_without_cve);
    RUN(ubuntu);
    RUN(withdrawn);
    RUN(by_advisory);
    scratch_remove();
    return test_end();
}
