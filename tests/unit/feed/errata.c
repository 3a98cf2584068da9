/* Errata of Amazon, Rocky and Photon, SUSE's OSV, GitHub's advisories. */
#include <sys/stat.h>

#include "feeds.h"

static void amazon(void)
{
    struct vulndb *db = feeds_import_text(
        "<updates><!-- linux-security@amazon.com -->\n"
        "<update type=\"security\"><id>ALAS2-2026-001</id><issued date=\"2026-01-01 10:00\"/><sev"
        "erity>medium</severity>\n"
        "<references><reference id=\"CVE-2026-0001\" type=\"cve\"/></references><pkglist><collect"
        "ion short=\"x\"><name>Amazon Linux 2</name>\n"
        "<package name=\"kernel\" version=\"4.14.300\" release=\"1.amzn2\" epoch=\"0\" "
        "arch=\"x86_64\"/"
        ">\n"
        "<package name=\"kernel\" version=\"4.14.300\" release=\"1.amzn2\" epoch=\"0\" "
        "arch=\"aarch64\""
        "/>\n"
        "<package name=\"kernel\" version=\"4.14.300\" release=\"1.amzn2\" epoch=\"0\" "
        "arch=\"src\"/>\n"
        "</collection></pkglist></update>\n"
        "<update type=\"security\"><id>ALAS2KERNEL-5.15-2026-001</id><issued date=\"2026-01-01 1"
        "0:00\"/><severity>medium</severity>\n"
        "<references><reference id=\"CVE-2026-0001\" type=\"cve\"/></references><pkglist><collect"
        "ion short=\"x\"><name>Amazon Linux 2 - Kernel-5.15</name>\n"
        "<package name=\"kernel\" version=\"5.15.79\" release=\"1.amzn2\" epoch=\"0\" "
        "arch=\"x86_64\"/>\n"
        "<package name=\"kernel-livepatch-5.15.78-1\" version=\"1.0\" release=\"1.amzn2\" "
        "epoch=\"0\""
        " arch=\"x86_64\"/>\n"
        "</collection></pkglist></update>\n"
        "<update type=\"security\"><id>ALAS2PHP8.0-2026-001</id><issued date=\"2026-01-01 10:00\""
        "/><severity>medium</severity>\n"
        "<references><reference id=\"CVE-2026-0001\" type=\"cve\"/></references><pkglist><collect"
        "ion short=\"x\"><name>Amazon Linux 2 - php8.0 2.0</name>\n"
        "<package name=\"php\" version=\"8.0.30\" release=\"1.amzn2\" epoch=\"1\" "
        "arch=\"x86_64\"/>\n"
        "</collection></pkglist></update>\n"
        "<update type=\"security\"><id>ALAS-2026-1</id><issued date=\"2026-01-01 10:00\"/><severi"
        "ty>medium</severity>\n"
        "<references><reference id=\"x\" type=\"cve\"/></references><pkglist><collection short=\"x"
        "\"><name>Amazon Linux AMI</name>\n"
        "<package name=\"fox\" version=\"2\" release=\"1.amzn1\" epoch=\"0\" arch=\"x86_64\"/>\n"
        "</collection></pkglist></update>\n"
        "<update type=\"bugfix\"><id>ALAS2023-2026-002</id><issued date=\"2026-01-01 10:00\"/><se"
        "verity>medium</severity>\n"
        "<references><reference id=\"x\" type=\"cve\"/></references><pkglist><collection short=\"x"
        "\"><name>Amazon Linux 2023</name>\n"
        "<package name=\"fox\" version=\"2\" release=\"1.amzn2023\" epoch=\"0\" arch=\"x86_64\"/>\n"
        "</collection></pkglist></update>\n"
        "</updates>\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "Amazon Linux:2", "kernel",
                "ALAS2-2026-001 ids=CVE-2026-0001 status=0 severity=medium [|0:4.14.300-1.amzn2|]\n"
                "ALAS2KERNEL-5.15-2026-001 ids=CVE-2026-0001 status=0 severity=medium "
                "[0:5.15|0:5.15.79-1.amzn2|]\n");
    feeds_check(
        db, "Amazon Linux:2", "kernel-livepatch-5.15.78-1",
        "ALAS2KERNEL-5.15-2026-001 ids=CVE-2026-0001 status=0 severity=medium [|0:1.0-1.amzn2|]\n");
    feeds_check(db, "Amazon Linux:2", "php",
                "ALAS2PHP8.0-2026-001 ids=CVE-2026-0001 status=0 severity=medium "
                "[1:8.0|1:8.0.30-1.amzn2|]\n");
    feeds_check(db, "Amazon Linux:1", "fox",
                "ALAS-2026-1 ids=ALAS-2026-1 status=0 severity=medium [|0:2-1.amzn1|]\n");
    feeds_check(db, "Amazon Linux:2023", "fox", "");
    CHECK(vulndb_has_namespace(db, STR("Amazon Linux:2023")));
    vulndb_close(db);
}

static void rocky(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"advisories\": [{\"name\": \"RLSA-2026:1\", \"synopsis\": \"Moderate: fox\", \"kind\": "
        "\"Securi"
        "ty\", \"severity\": \"Moderate\", \"updated_at\": \"2026-01-02T03:04:05.1+00:00\", "
        "\"cves\": [{"
        "\"cve\": \"CVE-2026-0001\", \"cvss3_scoring_vector\": "
        "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:"
        "N/I:N/A:H\", \"cwe\": \"CWE-770\"}],\n"
        "\"packages\": [{\"nevra\": \"fox-lib-0:2-1.el9.x86_64.rpm\", \"product_name\": \"Rocky "
        "Linux "
        "9 x86_64\", \"module_name\": null},\n"
        "{\"nevra\": \"fox-0:2-1.el9.src.rpm\", \"product_name\": \"Rocky Linux 9 x86_64\"},\n"
        "{\"nevra\": \"node-1:18-1.module+el9.noarch.rpm\", \"product_name\": \"Rocky Linux 9 "
        "x86_64"
        "\", \"module_name\": \"node\", \"module_stream\": \"18\"},\n"
        "{\"nevra\": \"fox\"}]},\n"
        "{\"synopsis\": \"x\"}],\n"
        "\"total\": 2}\n");
    CHECK(strstr(feeds_problems, "RLSA-2026:1: the package \"fox\" has no name or version"));
    CHECK(strstr(feeds_problems, "the advisory has no name"));
    feeds_check(db, "Rocky Linux:9", "fox-lib",
                "RLSA-2026:1 ids=CVE-2026-0001 status=0 severity=medium [|0:2-1.el9|]\n");
    feeds_check(db, "Rocky Linux:9", "fox", "");
    feeds_check(db, "Rocky Linux:9", "node",
                "RLSA-2026:1 ids=CVE-2026-0001 status=0 severity=medium module=node:18 modular "
                "[|1:18-1.module+el9|]\n");
    vulndb_close(db);
}

static void photon(void)
{
    struct vulndb *db = feeds_import_text(
        "[{\"cve_id\": \"CVE-2026-0001\", \"pkg\": \"fox\", \"cve_score\": 5.0, \"aff_ver\": \"all "
        "version"
        "s before 2-1.ph4 are vulnerable\", \"res_ver\": \"2-1.ph4\", \"status\": \"Fixed\"},\n"
        "{\"cve_id\": \"CVE-2026-0002\", \"pkg\": \"fox\", \"cve_score\": 9.8, \"aff_ver\": \"all "
        "versions"
        " are vulnerable\", \"res_ver\": \"NA\", \"status\": \"Not Fixed\"},\n"
        "{\"cve_id\": \"CVE-2026-0003\", \"pkg\": \"fox\", \"aff_ver\": \"\", \"res_ver\": \"NA\", "
        "\"status\": "
        "\"Not Affected\"},\n"
        "{\"aff_ver\": \"\"}]\n");
    CHECK(strstr(feeds_problems, "the entry has no id"));
    feeds_check(db, "Photon OS:4.0", "fox",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium [|2-1.ph4|]\n"
                "CVE-2026-0002 ids=CVE-2026-0002 status=0 severity=critical [||]\n"
                "CVE-2026-0003 ids=CVE-2026-0003 status=1 severity=unknown\n");
    feeds_check(db, "Photon OS:4.0", "fox/src",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium [|2-1.ph4|]\n"
                "CVE-2026-0002 ids=CVE-2026-0002 status=0 severity=critical [||]\n"
                "CVE-2026-0003 ids=CVE-2026-0003 status=1 severity=unknown\n");
    vulndb_close(db);
}

static void suse_osv(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"id\": \"SUSE-SU-2026:1-1\", \"modified\": \"2026-01-01T00:00:00Z\", \"related\": "
        "[\"CVE-2026"
        "-0001\"],\n"
        "\"affected\": [{\"package\": {\"ecosystem\": \"SUSE:Linux Enterprise Server 15 SP5\", "
        "\"name\""
        ": \"fox\"},\n"
        "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"},\n"
        "{\"fixed\": \"2-150.1\"}]}],\n"
        "\"ecosystem_specific\": {\"binaries\": [{\"libfox1\": \"2-150.1\", \"fox-data\": "
        "\"7-150.1\"}]}}"
        ",\n"
        "{\"package\": {\"ecosystem\": \"openSUSE:Leap 15.5\", \"name\": \"fox\"},\n"
        "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"},\n"
        "{\"fixed\": \"2-150.1\"}]}]}]}\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "libfox1",
                "SUSE-SU-2026:1-1 ids=CVE-2026-0001 status=0 severity=unknown [|2-150.1|]\n");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "fox-data",
                "SUSE-SU-2026:1-1 ids=CVE-2026-0001 status=0 severity=unknown [|7-150.1|]\n");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "fox", "");
    feeds_check(db, "openSUSE:Leap 15.5", "fox/src",
                "SUSE-SU-2026:1-1 ids=CVE-2026-0001 status=0 severity=unknown [|2-150.1|]\n");
    vulndb_close(db);
}

static void github(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"schema_version\": \"1.4.0\", \"id\": \"GHSA-aaaa-bbbb-cccc\", \"modified\": "
        "\"2026-01-01T00:"
        "00:00Z\", \"aliases\": [\"CVE-2026-0001\"],\n"
        "\"affected\": [{\"package\": {\"ecosystem\": \"npm\", \"name\": \"fox\"},\n"
        "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"1.0.0\"}]}],\n"
        "\"database_specific\": {\"last_known_affected_version_range\": \"<= 1.2.3\"}},\n"
        "{\"package\": {\"ecosystem\": \"npm\", \"name\": \"owl\"},\n"
        "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"},\n"
        "{\"fixed\": \"2.0.0\"}]}],\n"
        "\"database_specific\": {\"last_known_affected_version_range\": \"<= 9\"}},\n"
        "{\"package\": {\"ecosystem\": \"npm\", \"name\": \"hound\"},\n"
        "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"}]}],\n"
        "\"database_specific\": {\"last_known_affected_version_range\": \"< 3.0\"}}],\n"
        "\"database_specific\": {\"severity\": \"MODERATE\", \"github_reviewed\": true}}\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "npm", "fox",
                "GHSA-aaaa-bbbb-cccc ids=CVE-2026-0001 status=0 severity=unknown [1.0.0||1.2.3]\n");
    feeds_check(db, "npm", "owl",
                "GHSA-aaaa-bbbb-cccc ids=CVE-2026-0001 status=0 severity=unknown [|2.0.0|]\n");
    feeds_check(db, "npm", "hound",
                "GHSA-aaaa-bbbb-cccc ids=CVE-2026-0001 status=0 severity=unknown [|3.0|]\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2026-0001"), &v));
    CHECK_INT(v.severity, SEVERITY_MEDIUM);
    vulndb_close(db);
}

static void broken(void)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"<updates x='amazon.com'><update><id>A-1</id></update></updates>",
         "feed: A-1: the update has no id, or its release is not known"},
        {"<updates x='amazon.com'><update>", "the XML is damaged"},
        {"[{\"cve_id\":\"CVE-2026-0001\",\"aff_ver\":\"\"}]", "which release it is for"},
        {"{\"advisories\":[{\"synopsis\":\"RL\"", "ends too early"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vulndb_close(feeds_import_text(cases[i].text));
        if (!strstr(feeds_problems, cases[i].problem))
            FAIL("case %zu: %s", i, feeds_problems);
    }
}

/* Companions in a folder are passed over; a wrong file is told, as is one that was named. */
static void companions(void)
{
    static const char *const folder[] = {"folder", NULL}, *const named[] = {"changes.csv", NULL};
    unlink(scratch_file("plimsoll.db"));
    mkdir(scratch_file("folder"), 0700);
    feeds_write("folder/changes.csv", "a,b\n", 4);
    feeds_write("folder/alas.rss.xml", "<rss/>", 6);
    feeds_write("folder/other.csv", "a,b\n", 4);
    vulndb_close(feeds_import(folder));
    CHECK(!strstr(feeds_problems, "changes.csv"));
    CHECK(!strstr(feeds_problems, "rss"));
    CHECK(strstr(feeds_problems, "other.csv: it is no advisory feed"));
    feeds_write("changes.csv", "a,b\n", 4);
    vulndb_close(feeds_import(named));
    CHECK(strstr(feeds_problems, "changes.csv: it is no advisory feed"));
}

int main(void)
{
    scratch_make();
    RUN(amazon);
    RUN(rocky);
    RUN(photon);
    RUN(suse_osv);
    RUN(github);
    RUN(broken);
    RUN(companions);
    scratch_remove();
    return test_end();
}
