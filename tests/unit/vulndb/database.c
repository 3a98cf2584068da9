/* Building, writing, reading and merging advisory databases. */
#include "scratch.h"
#include "vulndb/builder.h"

#define BUILT STR("2026-01-02T03:04:05Z")

static struct vulndb_statement fixed_in(const char *advisory, struct str *id,
                                        struct advisory_range *range, const char *version)
{
    *id = str_of(advisory);
    *range = (struct advisory_range){.introduced = STR("0"), .fixed = str_of(version)};
    return (struct vulndb_statement){.advisory = *id,
                                     .ids = id,
                                     .id_count = 1,
                                     .status = ADVISORY_AFFECTED,
                                     .ranges = range,
                                     .range_count = 1};
}

static void add(struct builder *builder, uint32_t unit, const char *name_space, const char *package,
                const char *advisory, const char *version)
{
    struct str id;
    struct advisory_range range;
    struct vulndb_statement statement = fixed_in(advisory, &id, &range, version);
    struct pl_err err;
    builder_advisory(builder, unit, id);
    if (builder_statement(builder, unit, str_of(name_space), str_of(package), &statement, &err) < 0)
        FAIL("%s", err.message);
}

static void write_to(struct builder *builder, const char *path)
{
    struct builder_totals totals;
    struct pl_err err;
    if (builder_write(builder, path, BUILT, NULL, &totals, &err) < 0)
        FAIL("%s", err.message);
    builder_free(builder);
}

static struct vulndb *open_db(const char *path)
{
    struct vulndb *db = NULL;
    struct pl_err err;
    if (vulndb_open_file(path, &db, &err) < 0) {
        printf("%s\n", err.message);
        exit(1);
    }
    if (vulndb_verify(db, &err) < 0)
        FAIL("%s", err.message);
    return db;
}

/* Every fixed version that the database knows for a package, apart by blanks, in its order. */
static const char *fixes(const struct vulndb *db, const char *name_space, const char *package)
{
    static char text[1024];
    struct vulndb_cursor cursor;
    struct vulndb_statement statement;
    text[0] = '\0';
    if (!vulndb_lookup(db, str_of(name_space), str_of(package), &cursor))
        return "none";
    while (vulndb_next(&cursor, &statement))
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s:%.*s",
                 text[0] ? " " : "", STR_ARG(statement.advisory),
                 STR_ARG(statement.ranges[0].fixed));
    vulndb_cursor_free(&cursor);
    return text;
}

static void everything_comes_back(void)
{
    struct builder *builder = builder_new();
    uint32_t osv = builder_unit(builder, FEED_OSV, STR("osv"), STR("AlmaLinux"));
    struct str ids[] = {STR("CVE-2024-1000"), STR("CVE-2024-1001")};
    struct str versions[] = {STR("1.0"), STR("1.1"), STR("1.1-é")};
    struct advisory_range ranges[] = {
        {STR("0"), STR("2:1.5-3.el9"), STR(""), false},
        {STR("2.0"), STR(""), STR("2.9"), false},
        {STR("3.0"), STR(""), STR(""), true},
    };
    struct vulndb_statement in = {.advisory = STR("ALSA-2024:1"),
                                  .ids = ids,
                                  .id_count = 2,
                                  .status = ADVISORY_DEFERRED,
                                  .severity = SEVERITY_HIGH,
                                  .unimportant = true,
                                  .reason = STR("postponed"),
                                  .module = STR("nodejs:18"),
                                  .modular = true,
                                  .ranges = ranges,
                                  .range_count = 3,
                                  .versions = versions,
                                  .version_count = 3};
    CHECK_INT(builder_statement(builder, osv, STR("AlmaLinux:9"), STR("nodejs"), &in, NULL), 0);
    CHECK_INT(builder_statement(builder, osv, STR("AlmaLinux:9"), STR("nodejs"), &in, NULL), 0);
    write_to(builder, scratch_file("a.db"));

    struct vulndb *db = open_db(scratch_file("a.db"));
    struct vulndb_cursor cursor;
    struct vulndb_statement out;
    CHECK(!vulndb_lookup(db, STR("AlmaLinux:9"), STR("node"), &cursor));
    CHECK(!vulndb_lookup(db, STR("AlmaLinux:8"), STR("nodejs"), &cursor));
    CHECK(vulndb_lookup(db, STR("AlmaLinux:9"), STR("nodejs"), &cursor));
    CHECK(vulndb_next(&cursor, &out));
    CHECK_INT(out.feed, FEED_OSV);
    CHECK_STR(out.advisory, "ALSA-2024:1");
    CHECK_INT(out.id_count, 2);
    CHECK_STR(out.ids[1], "CVE-2024-1001");
    CHECK_INT(out.status, ADVISORY_DEFERRED);
    CHECK_INT(out.severity, SEVERITY_HIGH);
    CHECK(out.unimportant && out.modular);
    CHECK_STR(out.reason, "postponed");
    CHECK_STR(out.module, "nodejs:18");
    CHECK_INT(out.range_count, 3);
    CHECK_STR(out.ranges[0].introduced, "");
    CHECK_STR(out.ranges[0].fixed, "2:1.5-3.el9");
    CHECK_STR(out.ranges[1].last_affected, "2.9");
    CHECK_STR(out.ranges[2].introduced, "3.0");
    CHECK_INT(out.version_count, 3);
    CHECK_STR(out.versions[2], "1.1-é");
    CHECK(!vulndb_next(&cursor, &out)); /* the same statement is stored once */
    CHECK(!vulndb_damaged(db));
    vulndb_cursor_free(&cursor);
    vulndb_close(db);
}

static void vulnerabilities(void)
{
    struct builder *builder = builder_new();
    uint32_t nvd = builder_unit(builder, FEED_NVD, STR("nvd"), STR(""));
    uint32_t kev = builder_unit(builder, FEED_KEV, STR("kev"), STR(""));
    uint32_t epss = builder_unit(builder, FEED_EPSS, STR("epss"), STR(""));
    struct str cwes[] = {STR("CWE-79"), STR("CWE-20")};
    struct vulndb_facet facet = {.title = STR("a long sentence of NVD's"),
                                 .published = STR("2024-01-01T00:00:00Z"),
                                 .cvss = {{CVSS_3_1, 9.8, STR("CVSS:3.1/AV:N"), STR("nvd")}},
                                 .cvss_count = 1,
                                 .cwes = cwes,
                                 .cwe_count = 2};
    CHECK_INT(builder_facet(builder, nvd, STR("CVE-2024-1000"), &facet, NULL), 0);
    facet = (struct vulndb_facet){
        .title = STR("A short name"), .kev_added = STR("2024-05-06"), .kev_ransomware = true};
    CHECK_INT(builder_facet(builder, kev, STR("CVE-2024-1000"), &facet, NULL), 0);
    facet = (struct vulndb_facet){.title = STR("gone"), .withdrawn = true};
    CHECK_INT(builder_facet(builder, nvd, STR("GHSA-aaaa-bbbb-cccc"), &facet, NULL), 0);
    CHECK(builder_epss(builder, STR("CVE-2024-1000"), 0.00793, 0.73407));
    CHECK(builder_epss(builder, STR("CVE-1999-0001"), 0.5, 1));
    CHECK(!builder_epss(builder, STR("CVE-1999"), 0.5, 1));
    CHECK(!builder_epss(builder, STR("CVE-1999-0002"), 1.5, 1));
    builder_updated(builder, epss, STR("2024-02-02"));
    builder_updated(builder, epss, STR("2024-01-01"));
    write_to(builder, scratch_file("v.db"));

    struct vulndb *db = open_db(scratch_file("v.db"));
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2024-1000"), &v));
    CHECK_STR(v.title, "A short name");
    CHECK_STR(v.published, "2024-01-01T00:00:00Z");
    CHECK_INT(v.cvss_count, 1);
    CHECK_INT((int)(v.cvss[0].score * 10 + 0.5), 98);
    CHECK_INT(v.cwe_count, 2);
    CHECK_STR(v.cwes[1], "CWE-20");
    CHECK_STR(v.kev_added, "2024-05-06");
    CHECK(v.kev_ransomware && v.has_epss && !v.withdrawn);
    CHECK(v.epss_score > 0.007929 && v.epss_score < 0.007931);
    CHECK(vulndb_vulnerability(db, STR("CVE-1999-0001"), &v));
    CHECK(v.has_epss && v.epss_score > 0.49 && !v.title.len);
    CHECK(vulndb_vulnerability(db, STR("GHSA-aaaa-bbbb-cccc"), &v));
    CHECK(v.withdrawn);
    CHECK(!vulndb_vulnerability(db, STR("CVE-1999-0002"), &v));
    CHECK(!vulndb_vulnerability(db, STR(""), &v));
    CHECK_STR(vulndb_info(db)->built, "2026-01-02T03:04:05Z");
    for (size_t i = 0; i < vulndb_info(db)->feed_count; i++)
        if (str_is(vulndb_info(db)->feeds[i].name, "epss")) {
            CHECK_INT(vulndb_info(db)->feeds[i].advisories, 2);
            CHECK_STR(vulndb_info(db)->feeds[i].updated, "2024-02-02");
        }
    vulndb_close(db);
}

static void collect(void *context, struct str name, uint64_t statements)
{
    char *text = context;
    snprintf(text + strlen(text), 100, "%.*s=%llu ", STR_ARG(name), (unsigned long long)statements);
}

static void merging(void)
{
    struct builder *builder = builder_new();
    uint32_t alpine = builder_unit(builder, FEED_ALPINE, STR("alpine"), STR("v3.19/main"));
    uint32_t osv = builder_unit(builder, FEED_OSV, STR("osv"), STR("npm"));
    add(builder, alpine, "Alpine:v3.19", "curl", "CVE-2024-1", "8.0-r0");
    add(builder, alpine, "Alpine:v3.19", "gone", "CVE-2024-2", "1-r0");
    add(builder, osv, "npm", "left", "GHSA-1", "1.0.1");
    add(builder, osv, "npm", "left", "GHSA-2", "1.0.2");
    builder_epss(builder, STR("CVE-2024-0001"), 0.1, 0.2);
    write_to(builder, scratch_file("old.db"));

    /* A whole unit, one advisory of another, and a new unit. */
    struct vulndb *old = open_db(scratch_file("old.db"));
    builder = builder_new();
    alpine = builder_unit(builder, FEED_ALPINE, STR("alpine"), STR("v3.19/main"));
    builder_replace(builder, alpine);
    add(builder, alpine, "Alpine:v3.19", "curl", "CVE-2024-1", "8.1-r0");
    osv = builder_unit(builder, FEED_OSV, STR("osv"), STR("npm"));
    add(builder, osv, "npm", "left", "GHSA-2", "1.0.3");
    uint32_t debian = builder_unit(builder, FEED_DEBIAN, STR("debian"), STR(""));
    builder_replace(builder, debian);
    builder_namespace(builder, debian, STR("Debian:13"));
    struct pl_err err;
    CHECK_INT(builder_carry(builder, old, &err), 0);
    vulndb_close(old);
    write_to(builder, scratch_file("new.db"));

    struct vulndb *db = open_db(scratch_file("new.db"));
    CHECK_STR(str_of(fixes(db, "Alpine:v3.19", "curl")), "CVE-2024-1:8.1-r0");
    CHECK_STR(str_of(fixes(db, "Alpine:v3.19", "gone")), "none");
    CHECK_STR(str_of(fixes(db, "npm", "left")), "GHSA-2:1.0.3 GHSA-1:1.0.1");
    struct vulndb_vulnerability v;
    CHECK(vulndb_vulnerability(db, STR("CVE-2024-0001"), &v) && v.has_epss);
    char namespaces[400] = "";
    vulndb_each_namespace(db, collect, namespaces);
    CHECK_STR(str_of(namespaces), "Alpine:v3.19=1 Debian:13=0 npm=2 ");
    CHECK(vulndb_has_namespace(db, STR("Debian:13")));
    CHECK(!vulndb_has_namespace(db, STR("Debian:12")));
    CHECK_INT(vulndb_info(db)->advisories, 3);
    vulndb_close(db);
}

static struct buf read_whole(const char *path)
{
    struct buf bytes = {0};
    FILE *in = fopen(path, "re");
    size_t got = 1;
    while (in && got) {
        got = fread(buf_reserve(&bytes, 65536), 1, 65536, in);
        bytes.len += got;
    }
    if (in)
        fclose(in);
    return bytes;
}

static void many(struct builder *builder)
{
    uint32_t unit = builder_unit(builder, FEED_OSV, STR("osv"), STR("npm"));
    for (int i = 0; i < 3000; i++) {
        char package[32], advisory[32], version[32];
        snprintf(package, sizeof(package), "package-%d", i % 700);
        snprintf(advisory, sizeof(advisory), "CVE-2024-%04d", i);
        snprintf(version, sizeof(version), "1.%d", i % 97);
        add(builder, unit, i % 3 ? "npm" : "PyPI", package, advisory, version);
    }
}

static void same_input_same_bytes(void)
{
    for (int i = 0; i < 2; i++) {
        struct builder *builder = builder_new();
        many(builder);
        write_to(builder, scratch_file(i ? "two.db" : "one.db"));
    }
    AUTO_BUF one = read_whole(scratch_file("one.db")), two = read_whole(scratch_file("two.db"));
    CHECK(one.len > 0);
    CHECK(str_equal(buf_str(&one), buf_str(&two)));
}

static void whole_or_nothing(void)
{
    int files = scratch_count();
    struct builder *builder = builder_new();
    struct builder_totals totals;
    struct pl_err err;
    CHECK(builder_write(builder, scratch_file("missing/x.db"), BUILT, NULL, &totals, &err) < 0);
    builder_free(builder);
    CHECK_INT(scratch_count(), files);
    struct vulndb *db = NULL;
    CHECK_INT(vulndb_open(scratch_file("missing"), &db, &err), -PL_E_DATABASE);
    CHECK(strstr(err.message, "db import"));
}

static void limits(void)
{
    struct builder *builder = builder_new();
    uint32_t unit = builder_unit(builder, FEED_OSV, STR("osv"), STR("npm"));
    struct str id;
    struct advisory_range range;
    struct vulndb_statement statement = fixed_in("CVE-2024-1", &id, &range, "1");
    struct pl_err err;
    char name[600];
    memset(name, 'a', sizeof(name));
    CHECK_INT(builder_statement(builder, unit, STR("npm"), str_make(name, 600), &statement, &err),
              -PL_E_LIMIT);
    CHECK_INT(builder_statement(builder, unit, STR("npm"), STR(""), &statement, &err), -PL_E_LIMIT);
    struct vulndb_facet facet = {.title = STR("x")};
    CHECK_INT(builder_facet(builder, unit, str_make(name, 600), &facet, &err), -PL_E_LIMIT);
    CHECK_INT(builder_facet(builder, unit, STR(""), &facet, &err), -PL_E_LIMIT);
    builder_free(builder);
}

int main(void)
{
    scratch_make();
    RUN(everything_comes_back);
    RUN(vulnerabilities);
    RUN(merging);
    RUN(same_input_same_bytes);
    RUN(whole_or_nothing);
    RUN(limits);
    scratch_remove();
    return test_end();
}
