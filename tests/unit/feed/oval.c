/* OVAL of every publisher: criteria become ranges in the namespaces that systems ask for. */
#include "feeds.h"

static void redhat(void)
{
    struct vulndb *db = feeds_import_text(
        "<oval_definitions "
        "xmlns:r=\"x\"><generator><timestamp>2026-01-02T03:04:05</timestamp></generator>\n"
        "<definitions>\n"
        "<definition class=\"patch\" id=\"oval:com.redhat.rhsa:def:1\"><metadata>\n"
        "<title>RHSA-2026:0001: fox security update (Critical)</title>\n"
        "<reference ref_id=\"RHSA-2026:0001\" source=\"RHSA\"/><reference ref_id=\"CVE-2026-0001\" "
        "source=\"CVE\"/>\n"
        "<advisory><severity>Critical</severity><updated date=\"2026-01-01\"/>\n"
        "<cve cvss3=\"8.8/CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H\" "
        "cwe=\"CWE-20\">CVE-2026-0001</cve>\n"
        "<affected_cpe_list><cpe>cpe:/a:redhat:enterprise_linux:9</cpe><cpe>cpe:/"
        "a:redhat:enterprise_linux:9::crb</cpe>\n"
        "<cpe>cpe:/o:redhat:enterprise_linux:9</cpe></affected_cpe_list></advisory></metadata>\n"
        "<criteria operator=\"OR\"><criterion comment=\"Red Hat Enterprise Linux must be "
        "installed\" test_ref=\"t0\"/>\n"
        "<criteria operator=\"AND\"><criterion comment=\"Red Hat Enterprise Linux 9 is installed\" "
        "test_ref=\"t1\"/>\n"
        "<criterion comment=\"fox is earlier than 0:2-1.el9\" test_ref=\"t2\"/>\n"
        "<criterion comment=\"fox is signed with a key\" "
        "test_ref=\"t3\"/></criteria></criteria></definition>\n"
        "<definition class=\"patch\" id=\"oval:com.redhat.rhsa:def:2\"><metadata>\n"
        "<title>RHSA-2026:0002: node:18 security update (Low)</title>\n"
        "<reference ref_id=\"CVE-2026-0002\" source=\"CVE\"/><advisory><severity>Low</severity>\n"
        "<affected_cpe_list><cpe>cpe:/a:redhat:enterprise_linux:9::appstream</cpe></"
        "affected_cpe_list></advisory></metadata>\n"
        "<criteria operator=\"AND\"><criterion comment=\"Module node:18 is enabled\" "
        "test_ref=\"t4\"/>\n"
        "<criterion comment=\"node is earlier than 1:18.2-1.module+el9\" "
        "test_ref=\"t5\"/></criteria></definition>\n"
        "<definition class=\"vulnerability\" id=\"oval:com.redhat.cve:def:3\"><metadata>\n"
        "<title>CVE-2026-0003 fox: reads too much (moderate)</title>\n"
        "<reference ref_id=\"CVE-2026-0003\" "
        "source=\"CVE\"/><advisory><severity>Moderate</severity>\n"
        "<affected><resolution state=\"Will not fix\"><component>fox</component></resolution>\n"
        "<resolution state=\"Out of support "
        "scope\"><component>hound</component></resolution></affected>\n"
        "<affected_cpe_list><cpe>cpe:/o:redhat:enterprise_linux:9</cpe></affected_cpe_list></"
        "advisory></metadata>\n"
        "<criteria operator=\"OR\"><criterion comment=\"fox is installed\" test_ref=\"t6\"/>\n"
        "<criterion comment=\"hound is installed\" test_ref=\"t7\"/></criteria></definition>\n"
        "<definition class=\"vulnerability\" id=\"oval:com.redhat.unaffected:def:4\"><metadata>\n"
        "<title>Unaffected components for: CVE-2026-0004 fox</title>\n"
        "<reference ref_id=\"CVE-2026-0004\" "
        "source=\"CVE\"/><advisory><severity>Moderate</severity>\n"
        "<affected_cpe_list><cpe>cpe:/o:redhat:enterprise_linux:9</cpe></affected_cpe_list></"
        "advisory></metadata>\n"
        "<criteria operator=\"AND\"><criterion comment=\"fox is installed\" test_ref=\"t6\"/>\n"
        "<criterion comment=\"fox is not installed\" test_ref=\"t8\"/></criteria></definition>\n"
        "</definitions>\n"
        "<tests>\n"
        "<r:rpminfo_test id=\"t2\"><r:object object_ref=\"o1\"/><r:state "
        "state_ref=\"s1\"/></r:rpminfo_test>\n"
        "<r:rpminfo_test id=\"t3\"><r:object object_ref=\"o1\"/><r:state "
        "state_ref=\"s2\"/></r:rpminfo_test>\n"
        "<r:rpminfo_test id=\"t5\"><r:object object_ref=\"o2\"/><r:state "
        "state_ref=\"s3\"/></r:rpminfo_test>\n"
        "<r:rpminfo_test id=\"t6\"><r:object object_ref=\"o1\"/></r:rpminfo_test>\n"
        "<r:rpminfo_test id=\"t7\"><r:object object_ref=\"o3\"/></r:rpminfo_test>\n"
        "<r:rpminfo_test id=\"t8\" check_existence=\"none_exist\"><r:object "
        "object_ref=\"o1\"/></r:rpminfo_test>\n"
        "</tests>\n"
        "<objects>\n"
        "<r:rpminfo_object id=\"o1\"><r:name>fox</r:name></r:rpminfo_object>\n"
        "<r:rpminfo_object id=\"o2\"><r:name>node</r:name></r:rpminfo_object>\n"
        "<r:rpminfo_object id=\"o3\"><r:name>hound</r:name></r:rpminfo_object>\n"
        "</objects>\n"
        "<states>\n"
        "<r:rpminfo_state id=\"s1\"><r:arch>x86_64</r:arch><r:evr operation=\"less "
        "than\">0:2-1.el9</r:evr></r:rpminfo_state>\n"
        "<r:rpminfo_state id=\"s2\"><r:signature_keyid "
        "operation=\"equals\">1</r:signature_keyid></r:rpminfo_state>\n"
        "<r:rpminfo_state id=\"s3\"><r:evr operation=\"less "
        "than\">1:18.2-1.module+el9</r:evr></r:rpminfo_state>\n"
        "</states></oval_definitions>\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(
        db, "Red Hat:enterprise_linux:9", "fox",
        "RHSA-2026:0001 ids=CVE-2026-0001 status=0 severity=critical [|0:2-1.el9|]\n"
        "CVE-2026-0003 ids=CVE-2026-0003 status=2 severity=medium reason=will-not-fix [||]\n"
        "CVE-2026-0004 ids=CVE-2026-0004 status=1 severity=medium\n");
    feeds_check(db, "Red Hat:enterprise_linux:9::crb", "fox", "");
    feeds_check(db, "Red Hat:enterprise_linux:9", "hound",
                "CVE-2026-0003 ids=CVE-2026-0003 status=5 severity=medium "
                "reason=out-of-support-scope [||]\n");
    feeds_check(db, "Red Hat:enterprise_linux:9::appstream", "node",
                "RHSA-2026:0002 ids=CVE-2026-0002 status=0 severity=low module=node:18 modular "
                "[|1:18.2-1.module+el9|]\n");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2026-0001"), &v));
    CHECK_INT(v.cvss_count, 1);
    CHECK_STR(v.cvss[0].source, "redhat");
    CHECK(vulndb_vulnerability(db, STR("CVE-2026-0003"), &v));
    CHECK_STR(v.title, "fox: reads too much");
    vulndb_close(db);
}

static void oracle(void)
{
    struct vulndb *db = feeds_import_text(
        "<oval_definitions><definitions>\n"
        "<definition id=\"oval:com.oracle.elsa:def:1\" class=\"patch\"><metadata><title>\n"
        "ELSA-2026-0001:  fox security update (IMPORTANT)\n"
        "</title><reference source=\"elsa\" ref_id=\"ELSA-2026-0001\"/><reference source=\"CVE\" "
        "ref_id=\"CVE-2026-0001\"/>\n"
        "<advisory><severity>IMPORTANT</severity><issued "
        "date=\"2026-01-01\"/></advisory></metadata>\n"
        "<criteria operator=\"AND\"><criterion test_ref=\"a\" comment=\"Oracle Linux 9 is "
        "installed\"/><criteria operator=\"OR\">\n"
        "<criteria operator=\"AND\"><criterion test_ref=\"b\" comment=\"Oracle Linux arch is "
        "x86_64\"/><criteria operator=\"OR\">\n"
        "<criterion test_ref=\"c\" comment=\"fox is earlier than "
        "0:2-1.el9\"/></criteria></criteria>\n"
        "<criteria operator=\"AND\"><criterion test_ref=\"d\" comment=\"Oracle Linux arch is "
        "aarch64\"/><criteria operator=\"OR\">\n"
        "<criterion test_ref=\"e\" comment=\"fox is earlier than 0:2-2.el9\"/>\n"
        "<criterion test_ref=\"f\" comment=\"glibc is earlier than "
        "2:2.34-60.ksplice1.el9\"/></criteria></criteria>\n"
        "</criteria></criteria></definition></definitions></oval_definitions>\n");
    CHECK_STR(str_of(feeds_problems), "");
    /* What an architecture was mended by counts for all: the higher fix decides. */
    feeds_check(db, "Oracle Linux:9", "fox",
                "ELSA-2026-0001 ids=CVE-2026-0001 status=0 severity=high [|0:2-1.el9|]\n"
                "ELSA-2026-0001 ids=CVE-2026-0001 status=0 severity=high [|0:2-2.el9|]\n");
    feeds_check(
        db, "Oracle Linux:9", "glibc",
        "ELSA-2026-0001 ids=CVE-2026-0001 status=0 severity=high [2:0|2:2.34-60.ksplice1.el9|]\n");
    vulndb_close(db);
}

static void suse(void)
{
    struct vulndb *db = feeds_import_text(
        "<oval_definitions "
        "xmlns:r=\"x\"><generator><timestamp>2026-01-02T03:04:05</timestamp></generator>\n"
        "<definitions>\n"
        "<definition id=\"oval:org.opensuse.security:def:1\" "
        "class=\"vulnerability\"><metadata><title>CVE-2026-0001</title>\n"
        "<reference ref_id=\"SUSE CVE-2026-0001\" source=\"SUSE CVE\"/><reference ref_id=\"Mitre "
        "CVE-2026-0001\" source=\"CVE\"/>\n"
        "<advisory><severity>Moderate</severity><cve>CVE-2026-0001 at "
        "SUSE</cve></advisory></metadata>\n"
        "<criteria operator=\"OR\"><criteria operator=\"AND\"><criteria operator=\"OR\">\n"
        "<criterion test_ref=\"p1\" comment=\"SUSE Linux Enterprise Server 15 SP5 is "
        "installed\"/>\n"
        "<criterion test_ref=\"p2\" comment=\"openSUSE Leap 15.5 is installed\"/>\n"
        "<criterion test_ref=\"p3\" comment=\"SUSE Manager Proxy 4.1 is installed\"/></criteria>\n"
        "<criteria operator=\"AND\"><criterion test_ref=\"t1\" comment=\"fox-2-150.1 is "
        "installed\"/>\n"
        "<criterion test_ref=\"t2\" comment=\"fox is signed with SUSE "
        "key\"/></criteria></criteria>\n"
        "<criteria operator=\"AND\"><criterion test_ref=\"p1\" comment=\"SUSE Linux Enterprise "
        "Server 15 SP5 is installed\"/>\n"
        "<criterion test_ref=\"t3\" comment=\"hound is not affected\"/></criteria>\n"
        "<criteria operator=\"AND\"><criterion test_ref=\"p2\" comment=\"openSUSE Leap 15.5 is "
        "installed\"/>\n"
        "<criterion test_ref=\"t4\" comment=\"owl is "
        "affected\"/></criteria></criteria></definition>\n"
        "</definitions>\n"
        "<tests>\n"
        "<rpminfo_test id=\"p1\" comment=\"sles-release is ==15.5\"><object "
        "object_ref=\"o9\"/><state state_ref=\"s9\"/></rpminfo_test>\n"
        "<rpminfo_test id=\"p2\" comment=\"openSUSE-release is ==15.5\"><object "
        "object_ref=\"o9\"/><state state_ref=\"s9\"/></rpminfo_test>\n"
        "<rpminfo_test id=\"p3\" comment=\"x-release is ==4.1\"><object object_ref=\"o9\"/><state "
        "state_ref=\"s9\"/></rpminfo_test>\n"
        "<rpminfo_test id=\"t1\" comment=\"fox is &lt;2-150.1\"><object object_ref=\"o1\"/><state "
        "state_ref=\"s1\"/></rpminfo_test>\n"
        "<rpminfo_test id=\"t2\" comment=\"fox is signed\"><object object_ref=\"o1\"/><state "
        "state_ref=\"s2\"/></rpminfo_test>\n"
        "<rpminfo_test id=\"t3\" comment=\"hound is ==0\"><object object_ref=\"o2\"/><state "
        "state_ref=\"s3\"/></rpminfo_test>\n"
        "<rpminfo_test id=\"t4\" comment=\"owl is &gt;0\"><object object_ref=\"o3\"/><state "
        "state_ref=\"s4\"/></rpminfo_test>\n"
        "</tests>\n"
        "<objects>\n"
        "<rpminfo_object id=\"o1\"><name>fox</name></rpminfo_object><rpminfo_object "
        "id=\"o2\"><name>hound</name></rpminfo_object>\n"
        "<rpminfo_object id=\"o3\"><name>owl</name></rpminfo_object><rpminfo_object "
        "id=\"o9\"><name>a-release</name></rpminfo_object>\n"
        "</objects>\n"
        "<states>\n"
        "<rpminfo_state id=\"s1\"><evr operation=\"less than\">0:2-150.1</evr></rpminfo_state>\n"
        "<rpminfo_state id=\"s2\"><signature_keyid "
        "operation=\"equals\">1</signature_keyid></rpminfo_state>\n"
        "<rpminfo_state id=\"s3\"><evr operation=\"equals\">0:0-0</evr></rpminfo_state>\n"
        "<rpminfo_state id=\"s4\"><evr operation=\"greater than\">0:0-0</evr></rpminfo_state>\n"
        "<rpminfo_state id=\"s9\"><version operation=\"equals\">15.5</version></rpminfo_state>\n"
        "</states></oval_definitions>\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "fox",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium [|0:2-150.1|]\n");
    feeds_check(db, "openSUSE:Leap 15.5", "fox",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium [|0:2-150.1|]\n");
    feeds_check(db, "SUSE:Manager Proxy 4.1", "fox", "");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "hound",
                "CVE-2026-0001 ids=CVE-2026-0001 status=1 severity=medium\n");
    feeds_check(db, "openSUSE:Leap 15.5", "owl",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium (0:0-0||]\n");
    vulndb_close(db);
}

static void photon(void)
{
    struct vulndb *db = feeds_import_text(
        "<oval_definitions><definitions><definition class=\"patch\" "
        "id=\"oval:com.vmware.phsa:def:1\"><metadata>\n"
        "<title>PHSA-2026:00001 fox Security Update. (Important)</title><reference "
        "ref_id=\"CVE:00001:CVE-2026-0001\" source=\"CVE\"/>\n"
        "<advisory><severity>Important</severity><cve>CVE-2026-0001</cve></advisory></metadata>\n"
        "<criteria operator=\"AND\"><criterion comment=\"Photon OS 3 is installed\" "
        "test_ref=\"a\"/><criteria operator=\"OR\">\n"
        "<criterion comment=\"fox is earlier than 0:2-1.ph3\" "
        "test_ref=\"b\"/></criteria></criteria></definition>\n"
        "</definitions></oval_definitions>\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "Photon OS:3.0", "fox",
                "PHSA-2026:00001 ids=CVE-2026-0001 status=0 severity=high [|0:2-1.ph3|]\n");
    vulndb_close(db);
}

static void azure(void)
{
    struct vulndb *db = feeds_import_text(
        "<oval_definitions "
        "xmlns:r=\"x\"><generator><timestamp>2026-01-02T03:04:05</timestamp></generator>\n"
        "<definitions>\n"
        "<definition class=\"vulnerability\" "
        "id=\"oval:com.microsoft.azurelinux:def:1\"><metadata>\n"
        "<title>CVE-2026-0001 affecting package fox for versions less than 2-1</title><reference "
        "ref_id=\"CVE-2026-0001\" source=\"CVE\"/>\n"
        "<advisory_date>2026-01-01T00:00:00Z</advisory_date><severity>High</severity></"
        "metadata><criteria operator=\"AND\">\n"
        "<criterion comment=\"Package fox is earlier than 2-1\" test_ref=\"t1\"/>\n"
        "<criterion comment=\"Package fox is greater than 1.5\" "
        "test_ref=\"t2\"/></criteria></definition>\n"
        "<definition class=\"vulnerability\" "
        "id=\"oval:com.microsoft.azurelinux:def:2\"><metadata><title>CVE-2026-0002 affecting "
        "package fox</title>\n"
        "<reference ref_id=\"CVE-2026-0002\" "
        "source=\"CVE\"/><severity>Low</severity></metadata><criteria operator=\"AND\">\n"
        "<criterion comment=\"Package fox is installed with version 2-1 or earlier\" "
        "test_ref=\"t3\"/></criteria></definition>\n"
        "</definitions>\n"
        "<tests>\n"
        "<l:rpminfo_test id=\"t1\" xmlns:l=\"l\"><l:object object_ref=\"o1\"/><l:state "
        "state_ref=\"s1\"/></l:rpminfo_test>\n"
        "<l:rpminfo_test id=\"t2\" xmlns:l=\"l\"><l:object object_ref=\"o1\"/><l:state "
        "state_ref=\"s2\"/></l:rpminfo_test>\n"
        "<l:rpminfo_test id=\"t3\" xmlns:l=\"l\"><l:object object_ref=\"o1\"/><l:state "
        "state_ref=\"s3\"/></l:rpminfo_test>\n"
        "</tests>\n"
        "<objects>\n"
        "<l:rpminfo_object id=\"o1\" xmlns:l=\"l\"><l:name>fox</l:name></l:rpminfo_object>\n"
        "</objects>\n"
        "<states>\n"
        "<l:rpminfo_state id=\"s1\" xmlns:l=\"l\"><l:evr operation=\"less "
        "than\">0:2-1.azl3</l:evr></l:rpminfo_state>\n"
        "<l:rpminfo_state id=\"s2\" xmlns:l=\"l\"><l:evr operation=\"greater "
        "than\">0:1.5.azl3</l:evr></l:rpminfo_state>\n"
        "<l:rpminfo_state id=\"s3\" xmlns:l=\"l\"><l:evr operation=\"less than or "
        "equal\">0:2-1.azl3</l:evr></l:rpminfo_state>\n"
        "</states></oval_definitions>\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "Azure Linux:3", "fox/src",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=high (0:1.5.azl3|0:2-1.azl3|]\n"
                "CVE-2026-0002 ids=CVE-2026-0002 status=0 severity=low [||0:2-1.azl3]\n");
    vulndb_close(db);
}

/* What is wrong is told with its place; a database that is there keeps what it has. */
static void broken(void)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"<oval_definitions><a id='com.redhat'", "feed: line 1, column"},
        {"<oval_definitions><a id='com.redhat'></b>", "mismatched tag"},
        {"<!DOCTYPE x [<!ENTITY e 'com.oracle'>]><oval_definitions>&e;</oval_definitions>",
         "declares an entity"},
        {"<oval_definitions><definitions><definition id='com.oracle'><criteria><criterion/>"
         "</criteria></definition></definitions></oval_definitions>",
         ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct vulndb *db = feeds_import_text(cases[i].text);
        if (cases[i].problem[0] ? !strstr(feeds_problems, cases[i].problem)
                                : feeds_problems[0] != 0)
            FAIL("case %zu: \"%s\"", i, feeds_problems);
        vulndb_close(db);
    }
    AUTO_BUF deep = {0};
    buf_puts(&deep, "<oval_definitions><definition id='com.oracle'>");
    for (int i = 0; i < 300; i++)
        buf_puts(&deep, "<criteria>");
    buf_putc(&deep, '\0');
    vulndb_close(feeds_import_text(deep.data));
    CHECK(strstr(feeds_problems, "nested more than"));
}

int main(void)
{
    scratch_make();
    RUN(redhat);
    RUN(oracle);
    RUN(suse);
    RUN(photon);
    RUN(azure);
    RUN(broken);
    scratch_remove();
    return test_end();
}
