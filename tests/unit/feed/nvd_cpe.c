/* NVD's CPE: which versions of which program. */
#include "feeds.h"

static void cpe(void)
{
    struct vulndb *db = feeds_import_text(
        "{\"resultsPerPage\": 2, \"vulnerabilities\": [{\"cve\": {\"id\": \"CVE-2026-0001\", "
        "\"sourceIde"
        "ntifier\": \"x\", \"vulnStatus\": \"Analyzed\", \"lastModified\": "
        "\"2026-01-01T00:00:00.000\", "
        "\"configurations\": [{\"operator\": \"AND\", \"nodes\": [{\"operator\": \"OR\", "
        "\"negate\": false,"
        " \"cpeMatch\": [{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:Some\\\\:Vendor:fox:*:*:*:*:"
        "*:*:*:*\", \"versionStartIncluding\": \"1.0\", \"versionEndExcluding\": \"1.5\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:*:*:*:*:*:linux:*:*\", "
        "\"versionStartExcluding\": \"2.0\", \"versionEndIncluding\": \"2.4\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:3.0:rc1:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:3.0:a:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:3.0:p12:*:*:*:-:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:4.0:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:v:all:*:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:v:none:-:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:v:plugin:*:*:*:*:*:wordpress:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*\", "
        "\"ve"
        "rsionEndExcluding\": \"6.1\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:h:v:box:1:*:*:*:*:*:*:*\"}]},\n"
        "{\"operator\": \"OR\", \"negate\": false, \"cpeMatch\": [{\"vulnerable\": false, "
        "\"criteria\": \""
        "cpe:2.3:a:v:host:1:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:bad\"}]},\n"
        "{\"operator\": \"OR\", \"negate\": true, \"cpeMatch\": [{\"vulnerable\": true, "
        "\"criteria\": \"cp"
        "e:2.3:a:v:negated:1:*:*:*:*:*:*:*\"}]}]}]}},\n"
        "{\"cve\": {\"id\": \"CVE-2026-0002\", \"sourceIdentifier\": \"x\", \"vulnStatus\": "
        "\"Rejected\", \""
        "configurations\": [{\"operator\": \"AND\", \"nodes\": [{\"operator\": \"OR\", \"negate\": "
        "false, "
        "\"cpeMatch\": [{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:Some\\\\:Vendor:fox:*:*:*:*:*"
        ":*:*:*\", \"versionStartIncluding\": \"1.0\", \"versionEndExcluding\": \"1.5\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:*:*:*:*:*:linux:*:*\", "
        "\"versionStartExcluding\": \"2.0\", \"versionEndIncluding\": \"2.4\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:3.0:rc1:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:3.0:a:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:3.0:p12:*:*:*:-:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:a:some\\\\:vendor:fox:4.0:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:v:all:*:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:v:none:-:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:v:plugin:*:*:*:*:*:wordpress:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": "
        "\"cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*\", "
        "\"ve"
        "rsionEndExcluding\": \"6.1\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:h:v:box:1:*:*:*:*:*:*:*\"}]},\n"
        "{\"operator\": \"OR\", \"negate\": false, \"cpeMatch\": [{\"vulnerable\": false, "
        "\"criteria\": \""
        "cpe:2.3:a:v:host:1:*:*:*:*:*:*:*\"},\n"
        "{\"vulnerable\": true, \"criteria\": \"cpe:2.3:a:bad\"}]},\n"
        "{\"operator\": \"OR\", \"negate\": true, \"cpeMatch\": [{\"vulnerable\": true, "
        "\"criteria\": \"cp"
        "e:2.3:a:v:negated:1:*:*:*:*:*:*:*\"}]}]}]}}]}\n");
    CHECK_STR(str_of(feeds_problems), "");
    feeds_check(
        db, "NVD:cpe", "some:vendor:fox",
        "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=unknown [1.0|1.5|] (2.0||2.4] +4\n");
    feeds_check(db, "NVD:cpe", "v:all",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=unknown [||]\n");
    feeds_check(db, "NVD:cpe", "v:none", "");
    feeds_check(db, "NVD:cpe", "v:plugin", "");
    feeds_check(db, "NVD:cpe", "debian:debian_linux", "");
    feeds_check(db, "NVD:cpe", "v:box", "");
    feeds_check(db, "NVD:cpe", "v:host", "");
    feeds_check(db, "NVD:cpe", "v:negated", "");
    feeds_check(db, "NVD:cpe", "linux:linux_kernel",
                "CVE-2026-0001 ids=CVE-2026-0001 status=0 severity=unknown [|6.1|]\n");
    static const char *const versions[] = {"3.0-rc1", "3.0a", "3.0p12", "4.0"};
    struct vulndb_cursor cursor;
    struct vulndb_statement s;
    CHECK(vulndb_lookup(db, STR("NVD:cpe"), STR("some:vendor:fox"), &cursor));
    CHECK(vulndb_next(&cursor, &s));
    CHECK_INT(s.version_count, 4);
    for (size_t i = 0; i < s.version_count; i++)
        CHECK_STR(s.versions[i], versions[i]);
    vulndb_cursor_free(&cursor);
    vulndb_close(db);
}

int main(void)
{
    scratch_make();
    RUN(cpe);
    scratch_remove();
    return test_end();
}
