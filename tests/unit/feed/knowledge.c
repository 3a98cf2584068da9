/* KEV, EPSS and NVD; formats that are none; folders. */
#include <sys/stat.h>

#include "feeds.h"

static void kev(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"title\":\"x\",\"catalogVersion\":\"1\",\"dateReleased\":\"2025-08-25T17:04:19.9796Z\","
        "\"vulnerabilities\":[{\"cveID\":\"CVE-2025-48384\",\"vulnerabilityName\":\"Git Link "
        "Following\",\"dateAdded\":\"2025-08-25\",\"knownRansomwareCampaignUse\":\"Known\","
        "\"cwes\":[\"CWE-59\"]},{\"cveID\":\"CVE-2025-0001\"}]}");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2025-48384"), &v));
    CHECK_STR(v.kev_added, "2025-08-25");
    CHECK(v.kev_ransomware);
    CHECK_STR(v.title, "Git Link Following");
    CHECK_STR(v.cwes[0], "CWE-59");
    CHECK_STR(vulndb_info(db)->feeds[0].updated, "2025-08-25T17:04:19Z");
    CHECK(strstr(feeds_problems, "CVE-2025-0001: the entry has no id or no date"));
    vulndb_close(db);
}

static void epss(void)
{
    struct vulndb *db = feeds_import_text(
        "#model_version:v2025.03.14,score_date:2026-01-11T12:55:00Z\ncve,epss,percentile\n"
        "CVE-1999-0199,0.00793,0.73407\r\nCVE-2024-0001,1,1\nnonsense\nCVE-2024-0002,2,0\n"
        "CVE-2024-0003,0.5,0.25");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-1999-0199"), &v));
    CHECK_INT((int)(v.epss_score * 100000 + 0.5), 793);
    CHECK_INT((int)(v.epss_percentile * 100000 + 0.5), 73407);
    CHECK(vulndb_vulnerability(db, STR("CVE-2024-0003"), &v));
    CHECK(!vulndb_vulnerability(db, STR("CVE-2024-0002"), &v));
    CHECK(strstr(feeds_problems, "feed: 5: ") && strstr(feeds_problems, "feed: 6: "));
    CHECK_STR(vulndb_info(db)->feeds[0].updated, "2026-01-11T12:55:00Z");
    CHECK_INT(vulndb_info(db)->feeds[0].advisories, 3);
    vulndb_close(db);
}

#define CVE(id, more)                                                                              \
    "{\"cve\":{\"id\":\"" id "\",\"sourceIdentifier\":\"x\",\"published\":"                        \
    "\"2014-11-24T15:59:00.090\",\"lastModified\":\"2025-04-12T10:46:40.837\"," more "}}"

static void nvd(void)
{
    static const char *const names[] = {"feed", NULL};
    struct vulndb *db =
        feeds_import_text("{\"resultsPerPage\":2,\"format\":\"NVD_CVE\",\"vulnerabilities\":[" CVE(
            "CVE-2014-1424",
            "\"descriptions\":[{\"lang\":\"es\",\"value\":\"no\"},{\"lang\":\"en\",\"value\":\"An "
            "apparmor_parser in a package before some version of it allows attackers to bypass "
            "policies via vectors that nobody has told, related to flaws\"}],"
            "\"metrics\":{\"cvssMetricV2\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\","
            "\"cvssData\":{\"vectorString\":\"AV:N/AC:L/Au:N/C:N/I:P/A:P\"}}],\"cvssMetricV31\":[{"
            "\"source\":\"other\",\"type\":\"Secondary\",\"cvssData\":{\"vectorString\":"
            "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}}]},"
            "\"weaknesses\":[{\"description\":[{\"lang\":\"en\",\"value\":\"CWE-264\"},{\"lang\":"
            "\"en\",\"value\":\"NVD-CWE-noinfo\"}]}]") "," CVE("CVE-2014-1425",
                                                               "\"vulnStatus\":\"Rejected\"") "]}");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2014-1424"), &v));
    CHECK_STR(v.title, "An apparmor_parser in a package before some version of it allows attackers "
                       "to…");
    CHECK_STR(v.published, "2014-11-24T15:59:00Z");
    CHECK_STR(v.modified, "2025-04-12T10:46:40Z");
    CHECK_INT(v.cvss_count, 2);
    CHECK_INT(v.cvss[0].version, CVSS_3_1);
    CHECK_INT((int)(v.cvss[0].score * 10 + 0.5), 98);
    CHECK_INT((int)(v.cvss[1].score * 10 + 0.5), 64);
    CHECK_STR(v.cvss[1].source, "nvd@nist.gov");
    CHECK_INT(v.cwe_count, 1);
    CHECK(vulndb_vulnerability(db, STR("CVE-2014-1425"), &v) && v.withdrawn);
    vulndb_close(db);
    /* Another page replaces what stands on it. */
    const char *page = "{\"resultsPerPage\":1,\"vulnerabilities\":[" CVE(
        "CVE-2014-1424", "\"descriptions\":[{\"lang\":\"en\",\"value\":\"new\"}]") "]}";
    feeds_write("feed", page, strlen(page));
    db = feeds_import(names);
    CHECK(vulndb_vulnerability(db, STR("CVE-2014-1424"), &v));
    CHECK_STR(v.title, "new");
    CHECK_INT(v.cvss_count, 0);
    CHECK(vulndb_vulnerability(db, STR("CVE-2014-1425"), &v));
    vulndb_close(db);
}

static void no_feeds(void)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"", "it is empty"},
        {"hello", "no advisory feed that this version knows"},
        {"{\"x\":1}", "no advisory feed that this version knows"},
        {"<?xml version=\"1.0\"?><oval_definitions>", "its format is OVAL of another publisher"},
        {"<updates><update from=\"someone\"/>", "its format is updateinfo of another publisher"},
        {"{\"document\":{\"csaf_version\":\"2.0\"}}", "its format is CSAF of another publisher"},
        {"{\"@context\":\"x\",\"statements\":[]}", "its format is OpenVEX"},
        {"{\"id\":\"X-1\",\"affected\":[", "this is no JSON"},
        {"{\"id\":7,\"affected\":[]}", "the record has no id"},
        {"PK\3\4 and then nothing", "the zip archive has no directory"},
        {"\x1f\x8b\x08", "feed: "},
        {"BZh9", "feed: "},
        {"{\"apkurl\":1,\"packages\":[]}", "which release"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const char *const names[] = {"folder", NULL};
        unlink(scratch_file("plimsoll.db"));
        mkdir(scratch_file("folder"), 0700);
        feeds_write("folder/feed", cases[i].text, strlen(cases[i].text));
        struct vulndb *db = feeds_import(names);
        if (!strstr(feeds_problems, cases[i].problem))
            FAIL("\"%s\": %s", cases[i].text, feeds_problems);
        CHECK_INT(vulndb_info(db)->advisories, 0);
        vulndb_close(db);
        unlink(scratch_file("folder/feed"));
        rmdir(scratch_file("folder"));
    }
}

static void nested_without_end(void)
{
    size_t len = 1000000;
    char *text = malloc(len + 32);
    int head = sprintf(text, "{\"id\":\"X\",\"affected\":");
    memset(text + head, '[', len);
    text[(size_t)head + len] = '\0';
    struct vulndb *db = feeds_import_text(text);
    CHECK(strstr(feeds_problems, "nested deeper"));
    vulndb_close(db);
    free(text);
}

int main(void)
{
    scratch_make();
    RUN(kev);
    RUN(epss);
    RUN(nvd);
    RUN(no_feeds);
    RUN(nested_without_end);
    scratch_remove();
    return test_end();
}
