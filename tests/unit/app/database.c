/* Import, export, verify, and updates from a server of the test's own. */
#include "app/database.h"

#include <sys/stat.h>

#include "../vulndb/scratch.h"
#include "base/mem.h"
#include "server.h"

static char problems[4096];

static void keep_problem(void *context, struct str where, const struct pl_err *problem)
{
    (void)context;
    size_t len = strlen(problems);
    snprintf(problems + len, sizeof(problems) - len, "%.*s: %s\n", STR_ARG(where),
             problem->message);
}

static struct database_options options(void)
{
    static char directory[512];
    snprintf(directory, sizeof(directory), "%s", scratch_file("db/sub"));
    problems[0] = '\0';
    return (struct database_options){.directory = directory, .problem = keep_problem};
}

static void write_file(const char *name, const char *text)
{
    FILE *out = fopen(scratch_file(name), "we");
    if (!out || fputs(text, out) < 0 || fclose(out))
        FAIL("%s can't be written", name);
}

static bool knows(const char *directory, const char *id)
{
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    struct vulndb_vulnerability v;
    struct pl_err err;
    if (vulndb_open(directory, &db, &err) < 0) {
        FAIL("%s", err.message);
        return false;
    }
    return vulndb_vulnerability(db, str_of(id), &v);
}

#define KEV(id)                                                                                    \
    "{\"catalogVersion\":\"1\",\"vulnerabilities\":[{\"cveID\":\"" id                              \
    "\",\"dateAdded\":\"2025-01-01\",\"vulnerabilityName\":\"x\"}]}"

static void import_export_verify(void)
{
    struct database_options o = options();
    struct database_result result;
    struct pl_err err;
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    write_file("kev.json", KEV("CVE-2025-0001"));
    const char *paths[] = {scratch_file("kev.json"), "/no/such/file"};
    CHECK_INT(database_import(&o, paths, 2, &result, &err), 0);
    CHECK_INT(result.problems, 1);
    CHECK_INT(result.records, 1);
    CHECK_INT(result.advisories, 1);
    CHECK(strstr(problems, "/no/such/file"));
    CHECK(knows(o.directory, "CVE-2025-0001"));
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    CHECK_INT(vulndb_open(o.directory, &db, &err), 0);
    CHECK_STR(vulndb_info(db)->built, "2023-11-14T22:13:20Z");
    CHECK_INT(database_verify(o.directory, &err), 0);
    mkdir(scratch_file("copy"), 0700);
    CHECK_INT(database_export(o.directory, scratch_file("copy/plimsoll.db"), NULL, &err), 0);
    CHECK_INT(database_verify(scratch_file("copy"), &err), 0);
    CHECK(knows(scratch_file("copy"), "CVE-2025-0001"));
    CHECK(database_export(scratch_file("nothing"), scratch_file("copy/x"), NULL, &err) < 0);
    unlink(scratch_file("copy/plimsoll.db"));
    rmdir(scratch_file("copy"));
}

static void nothing_to_import(void)
{
    struct database_options o = options();
    struct database_result result;
    struct pl_err err;
    write_file("note", "hello");
    const char *paths[] = {scratch_file("note")};
    write_file("db/sub/.plimsoll.db.killed", "half");
    CHECK(database_import(&o, paths, 1, &result, &err) < 0);
    CHECK(strstr(err.message, "as it was"));
    CHECK_INT(result.problems, 1);
    CHECK(knows(o.directory, "CVE-2025-0001"));
    CHECK(access(scratch_file("db/sub/.plimsoll.db.killed"), F_OK) != 0);
}

static const char *const kev_only[] = {"kev", NULL};

struct fixture {
    struct server server;
    struct database_options options;
    const char *from[1], *to[1];
    char address[64];
};

static void set_up(struct fixture *fixture)
{
    *fixture = (struct fixture){.server = {.body = KEV("CVE-2025-0002"), .etag = "\"one\""}};
    server_start(&fixture->server);
    snprintf(fixture->address, sizeof(fixture->address), "http://127.0.0.1:%u/",
             fixture->server.port);
    fixture->options = options();
    fixture->from[0] = "https://";
    fixture->to[0] = fixture->address;
    fixture->options.mirror_from = fixture->from;
    fixture->options.mirror_to = fixture->to;
    fixture->options.mirror_count = 1;
    unsetenv("http_proxy");
    setenv("no_proxy", "*", 1);
}

static void update(void)
{
    struct fixture f;
    struct database_result result;
    struct pl_err err;
    set_up(&f);
    CHECK_INT(database_update(&f.options, kev_only, &result, &err), 0);
    CHECK_INT(result.problems, 0);
    CHECK(knows(f.options.directory, "CVE-2025-0002"));
    CHECK(!knows(f.options.directory, "CVE-2025-0001"));
    /* Unchanged: nothing is imported. */
    CHECK_INT(database_update(&f.options, kev_only, &result, &err), 0);
    CHECK_INT(result.unchanged, 1);
    CHECK_INT(f.server.unchanged, 1);
    CHECK_INT(f.server.requests, 2);
    /* Changed. */
    f.server.body = KEV("CVE-2025-0003");
    f.server.etag = "\"two\"";
    CHECK_INT(database_update(&f.options, kev_only, &result, &err), 0);
    CHECK_INT(result.unchanged, 0);
    CHECK(knows(f.options.directory, "CVE-2025-0003"));
    server_stop(&f.server);
}

static void broken_off_and_continued(void)
{
    struct fixture f;
    struct database_result result;
    struct pl_err err;
    set_up(&f);
    f.server.etag = "\"three\"";
    f.server.break_after = 40;
    CHECK(database_update(&f.options, kev_only, &result, &err) < 0);
    CHECK(strstr(err.message, "nothing could be downloaded"));
    CHECK(strstr(problems, "the download failed"));
    CHECK(knows(f.options.directory, "CVE-2025-0003"));
    f.server.break_after = 0;
    CHECK_INT(database_update(&f.options, kev_only, &result, &err), 0);
    CHECK_INT(f.server.ranges, 1);
    CHECK(knows(f.options.directory, "CVE-2025-0002"));
    server_stop(&f.server);
}

static void broken_off_and_changed(void)
{
    struct fixture f;
    struct database_result result;
    struct pl_err err;
    set_up(&f);
    f.server.etag = "\"four\"";
    f.server.break_after = 40;
    CHECK(database_update(&f.options, kev_only, &result, &err) < 0);
    f.server.break_after = 0;
    f.server.etag = "\"five\"";
    f.server.body = KEV("CVE-2025-0005");
    CHECK_INT(database_update(&f.options, kev_only, &result, &err), 0);
    CHECK_INT(f.server.ranges, 0);
    CHECK(knows(f.options.directory, "CVE-2025-0005"));
    server_stop(&f.server);
}

static void checksum(void)
{
    struct fixture f;
    struct database_result result;
    struct pl_err err;
    set_up(&f);
    f.server.etag = "\"six\"";
    f.server.body = KEV("CVE-2025-0006");
    f.server.extra_header = "x-goog-hash: crc32c=AAAAAA==\r\nx-goog-hash: "
                            "md5=AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    CHECK(database_update(&f.options, kev_only, &result, &err) < 0);
    CHECK(strstr(problems, "checksum"));
    CHECK(knows(f.options.directory, "CVE-2025-0005"));
    server_stop(&f.server);
}

static void refused(void)
{
    struct fixture f;
    struct database_result result;
    struct pl_err err;
    static const char *const unknown[] = {"nonsense", NULL};
    set_up(&f);
    f.server.status = 404;
    CHECK(database_update(&f.options, kev_only, &result, &err) < 0);
    CHECK(strstr(problems, "status 404"));
    CHECK_INT(database_update(&f.options, unknown, &result, &err), -PL_E_USAGE);
    f.options.offline = true;
    CHECK_INT(database_update(&f.options, kev_only, &result, &err), -PL_E_USAGE);
    CHECK_INT(f.server.requests, 1);
    server_stop(&f.server);
}

int main(void)
{
    scratch_make();
    RUN(import_export_verify);
    RUN(nothing_to_import);
    RUN(update);
    RUN(broken_off_and_continued);
    RUN(broken_off_and_changed);
    RUN(checksum);
    RUN(refused);
    const char *const left[] = {"db/sub/plimsoll.db", "db/sub/lock", "db/sub/downloads", NULL};
    for (size_t i = 0; left[i]; i++)
        unlink(scratch_file(left[i]));
    rmdir(scratch_file("db/sub/incoming"));
    if (rmdir(scratch_file("db/sub")) < 0)
        printf("FAIL something is left in the database's folder\n");
    rmdir(scratch_file("db"));
    scratch_remove();
    return test_end();
}
