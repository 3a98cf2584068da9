/* CSAF of Red Hat and SUSE: products become namespaces, statuses statements. */
#include "feeds.h"

static void redhat(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"document\": {\"category\": \"csaf_vex\", \"csaf_version\": \"2.0\", \"publisher\": "
        "{\"namespac"
        "e\": \"https://www.redhat.com\"},\n"
        "\"aggregate_severity\": {\"text\": \"Important\"},\n"
        "\"tracking\": {\"id\": \"CVE-2026-0001\", \"current_release_date\": "
        "\"2026-01-02T00:00:00+00:"
        "00\"}},\n"
        "\"product_tree\": {\"branches\": [{\"category\": \"vendor\", \"name\": \"v\", "
        "\"branches\": [{\"cat"
        "egory\": \"product_name\", \"name\": \"RHEL 9 BaseOS\", \"product\": {\"name\": \"RHEL 9 "
        "BaseOS\""
        ", \"product_id\": \"Base\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/o:redhat:ente"
        "rprise_linux:9::baseos\"}}},\n"
        "{\"category\": \"product_name\", \"name\": \"App\", \"product\": {\"name\": \"App\", "
        "\"product_id\":"
        " \"App\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/a:redhat:enterprise_linux:9::"
        "appstream\"}}},\n"
        "{\"category\": \"product_name\", \"name\": \"RHEL 9\", \"product\": {\"name\": \"RHEL "
        "9\", \"produc"
        "t_id\": \"rhel9\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/o:redhat:enterprise_l"
        "inux:9\"}}},\n"
        "{\"category\": \"product_name\", \"name\": \"Other\", \"product\": {\"name\": \"Other\", "
        "\"product_"
        "id\": \"Other\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/a:redhat:openshift:4\"}}"
        "},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-23.el9_2.4.x86_64\", \"product\": "
        "{\"na"
        "me\": \"fox-0:2-23.el9_2.4.x86_64\", \"product_id\": \"fox-0:2-23.el9_2.4.x86_64\", "
        "\"produc"
        "t_identification_helper\": {\"purl\": "
        "\"pkg:rpm/redhat/fox@2-23.el9_2.4?arch=x86_64\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-26.el9_3.2.x86_64\", \"product\": "
        "{\"na"
        "me\": \"fox-0:2-26.el9_3.2.x86_64\", \"product_id\": \"fox-0:2-26.el9_3.2.x86_64\", "
        "\"produc"
        "t_identification_helper\": {\"purl\": "
        "\"pkg:rpm/redhat/fox@2-26.el9_3.2?arch=x86_64\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-26.el9_3.2.aarch64\", "
        "\"product\": {\"n"
        "ame\": \"fox-0:2-26.el9_3.2.aarch64\", \"product_id\": \"fox-0:2-26.el9_3.2.aarch64\", "
        "\"pro"
        "duct_identification_helper\": {\"purl\": \"pkg:rpm/redhat/fox@2-26.el9_3.2?arch=aarch64\""
        "}}},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-26.el9_3.2.src\", \"product\": "
        "{\"name\""
        ": \"fox-0:2-26.el9_3.2.src\", \"product_id\": \"fox-0:2-26.el9_3.2.src\", "
        "\"product_identif"
        "ication_helper\": {\"purl\": \"pkg:rpm/redhat/fox@2-26.el9_3.2?arch=src\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"node-1:18.2\", \"product\": {\"name\": "
        "\"node-1:1"
        "8.2\", \"product_id\": \"node-1:18.2\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:rp"
        "m/redhat/node@18.2-1.module%2Bel9?arch=x86_64&epoch=1&rpmmod=node:18:90:ab\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"hound.src\", \"product\": {\"name\": "
        "\"hound.src\""
        ", \"product_id\": \"hound.src\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:rpm/redh"
        "at/hound?arch=src\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"owl\", \"product\": {\"name\": \"owl\", "
        "\"product_i"
        "d\": \"owl\", \"product_identification_helper\": {\"purl\": \"pkg:rpm/redhat/owl\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"node:16/npm\", \"product\": {\"name\": "
        "\"node:16/"
        "npm\", \"product_id\": \"node:16/npm\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:rp"
        "m/redhat/npm?rpmmod=node:16\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"web/img\", \"product\": {\"name\": "
        "\"web/img\", \"p"
        "roduct_id\": \"web/img\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:oci/img@sha256"
        ":1\"}}}]}],\n"
        "\"relationships\": [{\"category\": \"default_component_of\", \"full_product_name\": "
        "{\"name\":"
        " \"x\", \"product_id\": \"Base:fox-0:2-23.el9_2.4.x86_64\"},\n"
        "\"product_reference\": \"fox-0:2-23.el9_2.4.x86_64\", \"relates_to_product_reference\": "
        "\"B"
        "ase\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Base:fox-0:2-26.el9_3.2.x86_64\"},\n"
        "\"product_reference\": \"fox-0:2-26.el9_3.2.x86_64\", \"relates_to_product_reference\": "
        "\"B"
        "ase\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Base:fox-0:2-26.el9_3.2.aarch64\"},\n"
        "\"product_reference\": \"fox-0:2-26.el9_3.2.aarch64\", \"relates_to_product_reference\": "
        "\""
        "Base\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Base:fox-0:2-26.el9_3.2.src\"},\n"
        "\"product_reference\": \"fox-0:2-26.el9_3.2.src\", \"relates_to_product_reference\": "
        "\"Base"
        "\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"App:node-1:18.2\"},\n"
        "\"product_reference\": \"node-1:18.2\", \"relates_to_product_reference\": \"App\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"rhel9:hound.src\"},\n"
        "\"product_reference\": \"hound.src\", \"relates_to_product_reference\": \"rhel9\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"rhel9:owl\"},\n"
        "\"product_reference\": \"owl\", \"relates_to_product_reference\": \"rhel9\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"rhel9:node:16/npm\"},\n"
        "\"product_reference\": \"node:16/npm\", \"relates_to_product_reference\": \"rhel9\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Other:web/img\"},\n"
        "\"product_reference\": \"web/img\", \"relates_to_product_reference\": \"Other\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Other:owl\"},\n"
        "\"product_reference\": \"owl\", \"relates_to_product_reference\": \"Other\"}]},\n"
        "\"vulnerabilities\": [{\"cve\": \"CVE-2026-0001\", \"title\": \"fox: reads too much\", "
        "\"cwe\": "
        "{\"id\": \"CWE-20\"},\n"
        "\"product_status\": {\"fixed\": [\"Base:fox-0:2-26.el9_3.2.x86_64\", "
        "\"Base:fox-0:2-23.el9_"
        "2.4.x86_64\", \"Base:fox-0:2-26.el9_3.2.aarch64\", \"Base:fox-0:2-26.el9_3.2.src\", \"App:"
        "node-1:18.2\"],\n"
        "\"known_affected\": [\"rhel9:hound.src\", \"rhel9:node:16/npm\", \"Other:web/img\"],\n"
        "\"known_not_affected\": [\"rhel9:owl\", \"Other:owl\"]},\n"
        "\"remediations\": [{\"category\": \"no_fix_planned\", \"details\": \"Out of support "
        "scope\", \""
        "product_ids\": [\"rhel9:hound.src\"]},\n"
        "{\"category\": \"none_available\", \"details\": \"Fix deferred\", \"product_ids\": "
        "[\"rhel9:nod"
        "e:16/npm\"]}],\n"
        "\"scores\": [{\"cvss_v3\": {\"vectorString\": "
        "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:"
        "H\"},\n"
        "\"products\": [\"rhel9:owl\"]}],\n"
        "\"threats\": [{\"category\": \"impact\", \"details\": \"Low\", \"product_ids\": "
        "[\"rhel9:hound.sr"
        "c\"]}]}]}\n");
    CHECK_STR(str_of(feeds_problems), "");
    /* Each minor release has its own fix: between the lines a package is affected. */
    feeds_check(db, "Red Hat:enterprise_linux:9::baseos", "fox",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=high [|2-23.el9_2.4|] "
                "[2-24|2-26.el9_3.2|]\n");
    feeds_check(db, "Red Hat:enterprise_linux:9::baseos", "fox/src", "");
    feeds_check(db, "Red Hat:enterprise_linux:9::appstream", "node",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=high module=node:18 modular "
                "[|1:18.2-1.module+el9|]\n");
    feeds_check(
        db, "Red Hat:enterprise_linux:9", "hound/src",
        "CVE-2026-0001 ids=CVE-2026-0001 status=5 severity=low reason=out-of-support-scope [||]\n");
    feeds_check(db, "Red Hat:enterprise_linux:9", "hound", "");
    feeds_check(db, "Red Hat:enterprise_linux:9", "npm",
                "CVE-2026-0001 ids=CVE-2026-0001 status=3 severity=high reason=fix-deferred "
                "module=node:16 modular [||]\n");
    feeds_check(db, "Red Hat:enterprise_linux:9", "owl",
                "CVE-2026-0001 ids=CVE-2026-0001 status=1 severity=high\n");
    feeds_check(db, "Red Hat:enterprise_linux:9", "owl/src",
                "CVE-2026-0001 ids=CVE-2026-0001 status=1 severity=high\n");
    CHECK(!vulndb_has_namespace(db, STR("Red Hat:openshift:4")));
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2026-0001"), &v));
    CHECK_STR(v.title, "fox: reads too much");
    CHECK_INT(v.cvss_count, 1);
    CHECK_INT(v.cwe_count, 1);
    vulndb_close(db);
}

static void advisory(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"document\": {\"category\": \"csaf_security_advisory\", \"csaf_version\": \"2.0\", "
        "\"publishe"
        "r\": {\"namespace\": \"https://www.redhat.com\"},\n"
        "\"tracking\": {\"id\": \"RHSA-2026:0001\"}},\n"
        "\"product_tree\": {\"branches\": [{\"category\": \"vendor\", \"name\": \"v\", "
        "\"branches\": [{\"cat"
        "egory\": \"product_name\", \"name\": \"RHEL 9 BaseOS\", \"product\": {\"name\": \"RHEL 9 "
        "BaseOS\""
        ", \"product_id\": \"Base\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/o:redhat:ente"
        "rprise_linux:9::baseos\"}}},\n"
        "{\"category\": \"product_name\", \"name\": \"App\", \"product\": {\"name\": \"App\", "
        "\"product_id\":"
        " \"App\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/a:redhat:enterprise_linux:9::"
        "appstream\"}}},\n"
        "{\"category\": \"product_name\", \"name\": \"RHEL 9\", \"product\": {\"name\": \"RHEL "
        "9\", \"produc"
        "t_id\": \"rhel9\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/o:redhat:enterprise_l"
        "inux:9\"}}},\n"
        "{\"category\": \"product_name\", \"name\": \"Other\", \"product\": {\"name\": \"Other\", "
        "\"product_"
        "id\": \"Other\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/a:redhat:openshift:4\"}}"
        "},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-23.el9_2.4.x86_64\", \"product\": "
        "{\"na"
        "me\": \"fox-0:2-23.el9_2.4.x86_64\", \"product_id\": \"fox-0:2-23.el9_2.4.x86_64\", "
        "\"produc"
        "t_identification_helper\": {\"purl\": "
        "\"pkg:rpm/redhat/fox@2-23.el9_2.4?arch=x86_64\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-26.el9_3.2.x86_64\", \"product\": "
        "{\"na"
        "me\": \"fox-0:2-26.el9_3.2.x86_64\", \"product_id\": \"fox-0:2-26.el9_3.2.x86_64\", "
        "\"produc"
        "t_identification_helper\": {\"purl\": "
        "\"pkg:rpm/redhat/fox@2-26.el9_3.2?arch=x86_64\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-26.el9_3.2.aarch64\", "
        "\"product\": {\"n"
        "ame\": \"fox-0:2-26.el9_3.2.aarch64\", \"product_id\": \"fox-0:2-26.el9_3.2.aarch64\", "
        "\"pro"
        "duct_identification_helper\": {\"purl\": \"pkg:rpm/redhat/fox@2-26.el9_3.2?arch=aarch64\""
        "}}},\n"
        "{\"category\": \"product_version\", \"name\": \"fox-0:2-26.el9_3.2.src\", \"product\": "
        "{\"name\""
        ": \"fox-0:2-26.el9_3.2.src\", \"product_id\": \"fox-0:2-26.el9_3.2.src\", "
        "\"product_identif"
        "ication_helper\": {\"purl\": \"pkg:rpm/redhat/fox@2-26.el9_3.2?arch=src\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"node-1:18.2\", \"product\": {\"name\": "
        "\"node-1:1"
        "8.2\", \"product_id\": \"node-1:18.2\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:rp"
        "m/redhat/node@18.2-1.module%2Bel9?arch=x86_64&epoch=1&rpmmod=node:18:90:ab\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"hound.src\", \"product\": {\"name\": "
        "\"hound.src\""
        ", \"product_id\": \"hound.src\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:rpm/redh"
        "at/hound?arch=src\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"owl\", \"product\": {\"name\": \"owl\", "
        "\"product_i"
        "d\": \"owl\", \"product_identification_helper\": {\"purl\": \"pkg:rpm/redhat/owl\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"node:16/npm\", \"product\": {\"name\": "
        "\"node:16/"
        "npm\", \"product_id\": \"node:16/npm\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:rp"
        "m/redhat/npm?rpmmod=node:16\"}}},\n"
        "{\"category\": \"product_version\", \"name\": \"web/img\", \"product\": {\"name\": "
        "\"web/img\", \"p"
        "roduct_id\": \"web/img\", \"product_identification_helper\": {\"purl\": "
        "\"pkg:oci/img@sha256"
        ":1\"}}}]}],\n"
        "\"relationships\": [{\"category\": \"default_component_of\", \"full_product_name\": "
        "{\"name\":"
        " \"x\", \"product_id\": \"Base:fox-0:2-23.el9_2.4.x86_64\"},\n"
        "\"product_reference\": \"fox-0:2-23.el9_2.4.x86_64\", \"relates_to_product_reference\": "
        "\"B"
        "ase\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Base:fox-0:2-26.el9_3.2.x86_64\"},\n"
        "\"product_reference\": \"fox-0:2-26.el9_3.2.x86_64\", \"relates_to_product_reference\": "
        "\"B"
        "ase\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Base:fox-0:2-26.el9_3.2.aarch64\"},\n"
        "\"product_reference\": \"fox-0:2-26.el9_3.2.aarch64\", \"relates_to_product_reference\": "
        "\""
        "Base\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Base:fox-0:2-26.el9_3.2.src\"},\n"
        "\"product_reference\": \"fox-0:2-26.el9_3.2.src\", \"relates_to_product_reference\": "
        "\"Base"
        "\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"App:node-1:18.2\"},\n"
        "\"product_reference\": \"node-1:18.2\", \"relates_to_product_reference\": \"App\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"rhel9:hound.src\"},\n"
        "\"product_reference\": \"hound.src\", \"relates_to_product_reference\": \"rhel9\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"rhel9:owl\"},\n"
        "\"product_reference\": \"owl\", \"relates_to_product_reference\": \"rhel9\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"rhel9:node:16/npm\"},\n"
        "\"product_reference\": \"node:16/npm\", \"relates_to_product_reference\": \"rhel9\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Other:web/img\"},\n"
        "\"product_reference\": \"web/img\", \"relates_to_product_reference\": \"Other\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"Other:owl\"},\n"
        "\"product_reference\": \"owl\", \"relates_to_product_reference\": \"Other\"}]},\n"
        "\"vulnerabilities\": [{\"cve\": \"CVE-2026-0001\", \"product_status\": {\"fixed\": "
        "[\"Base:fox-"
        "0:2-26.el9_3.2.x86_64\"]},\n"
        "\"threats\": [{\"category\": \"impact\", \"details\": \"Moderate\"}]},\n"
        "{\"cve\": \"CVE-2026-0002\", \"product_status\": {\"fixed\": "
        "[\"Base:fox-0:2-26.el9_3.2.x86_6"
        "4\"]}}]}\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "Red Hat:enterprise_linux:9::baseos", "fox",
                "RHSA-2026:0001 ids=CVE-2026-0001 status=0 severity=medium [|2-26.el9_3.2|]\n"
                "RHSA-2026:0001 ids=CVE-2026-0002 status=0 severity=unknown [|2-26.el9_3.2|]\n");
    vulndb_close(db);
}

static void suse(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"document\": {\"category\": \"csaf_vex\", \"csaf_version\": \"2.0\", \"publisher\": "
        "{\"namespac"
        "e\": \"https://www.suse.com/\"},\n"
        "\"tracking\": {\"id\": \"CVE-2026-0001\"},\n"
        "\"aggregate_severity\": {\"text\": \"moderate\"}},\n"
        "\"product_tree\": {\"branches\": [{\"category\": \"vendor\", \"name\": \"SUSE\", "
        "\"branches\": [{\""
        "category\": \"product_name\", \"name\": \"SUSE Linux Enterprise Server 15 SP5\", "
        "\"product\":"
        " {\"name\": \"SUSE Linux Enterprise Server 15 SP5\", \"product_id\": \"SUSE Linux "
        "Enterpris"
        "e Server 15 SP5\", \"product_identification_helper\": {\"cpe\": "
        "\"cpe:/o:suse:sles:15:sp5\""
        "}}},\n"
        "{\"category\": \"product_name\", \"name\": \"openSUSE Tumbleweed\", \"product\": "
        "{\"name\": \"ope"
        "nSUSE Tumbleweed\", \"product_id\": \"openSUSE Tumbleweed\", \"product_identification_help"
        "er\": {\"cpe\": \"cpe:/o:opensuse:tumbleweed\"}}}]}],\n"
        "\"relationships\": [{\"category\": \"default_component_of\", \"full_product_name\": "
        "{\"name\":"
        " \"x\", \"product_id\": \"SUSE Linux Enterprise Server 15 SP5:libfox-2-32bit-2.0+git.1-15"
        "0.1\"},\n"
        "\"product_reference\": \"libfox-2-32bit-2.0+git.1-150.1\", \"relates_to_product_reference"
        "\": \"SUSE Linux Enterprise Server 15 SP5\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"SUSE Linux Enterprise Server 15 SP5:hound\"},\n"
        "\"product_reference\": \"hound\", \"relates_to_product_reference\": \"SUSE Linux "
        "Enterprise"
        " Server 15 SP5\"},\n"
        "{\"category\": \"default_component_of\", \"full_product_name\": {\"name\": \"x\", "
        "\"product_id\""
        ": \"openSUSE Tumbleweed:owl-tools\"},\n"
        "\"product_reference\": \"owl-tools\", \"relates_to_product_reference\": \"openSUSE "
        "Tumblewe"
        "ed\"}]},\n"
        "\"vulnerabilities\": [{\"cve\": \"CVE-2026-0001\", \"product_status\": {\"recommended\": "
        "[\"SUS"
        "E Linux Enterprise Server 15 SP5:libfox-2-32bit-2.0+git.1-150.1\"],\n"
        "\"known_affected\": [\"openSUSE Tumbleweed:owl-tools\"],\n"
        "\"known_not_affected\": [\"SUSE Linux Enterprise Server 15 SP5:hound\"]}}]}\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "libfox-2-32bit",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium [|2.0+git.1-150.1|]\n");
    feeds_check(db, "SUSE:Linux Enterprise Server 15 SP5", "hound",
                "CVE-2026-0001 ids=CVE-2026-0001 status=1 severity=medium\n");
    feeds_check(db, "openSUSE:Tumbleweed", "owl-tools",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=medium [||]\n");
    vulndb_close(db);
}

static void broken(void)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"{\"document\":{\"csaf_version\":\"2.0\",\"publisher\":\"redhat.com\"}}", "has no id"},
        {"{\"document\":{\"csaf_version\":\"2.0\",\"publisher\":\"redhat.com\"},", "no JSON"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vulndb_close(feeds_import_text(cases[i].text));
        if (!strstr(feeds_problems, cases[i].problem))
            FAIL("case %zu: %s", i, feeds_problems);
    }
}

int main(void)
{
    scratch_make();
    RUN(redhat);
    RUN(advisory);
    RUN(suse);
    RUN(broken);
    scratch_remove();
    return test_end();
}
