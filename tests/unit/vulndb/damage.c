/* A database whose bytes are not what they were: every answer is an error, "damaged" or still
 * right, never a crash, and the check of the whole finds it. */
#include <fcntl.h>
#include <sys/stat.h>

#include "scratch.h"
#include "vulndb/builder.h"

static uint64_t state = 88172645463325252u;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void make(const char *path)
{
    struct builder *builder = builder_new();
    uint32_t unit = builder_unit(builder, FEED_OSV, STR("osv"), STR("npm"));
    for (int i = 0; i < 600; i++) {
        char package[32], advisory[32];
        snprintf(package, sizeof(package), "package-%d", i % 90);
        snprintf(advisory, sizeof(advisory), "CVE-2024-%04d", i);
        struct str ids[2] = {str_of(advisory), STR("CVE-2023-0001")};
        struct advisory_range range = {STR("1.0"), str_of(advisory + 4), STR(""), false};
        struct vulndb_statement statement = {.advisory = STR("GHSA-1"),
                                             .ids = ids,
                                             .id_count = 2,
                                             .ranges = &range,
                                             .range_count = 1,
                                             .versions = ids,
                                             .version_count = (size_t)(i % 3)};
        struct vulndb_facet facet = {.title = str_of(package),
                                     .cvss = {{CVSS_3_1, 5.0, STR("AV:N"), STR("nvd")}},
                                     .cvss_count = 1,
                                     .aliases = ids,
                                     .alias_count = 2};
        builder_statement(builder, unit, STR("npm"), str_of(package), &statement, NULL);
        builder_facet(builder, unit, str_of(advisory), &facet, NULL);
        builder_epss(builder, str_of(advisory), 0.5, 0.5);
    }
    struct builder_totals totals;
    struct pl_err err;
    if (builder_write(builder, path, STR("2026-01-01T00:00:00Z"), NULL, &totals, &err) < 0)
        FAIL("%s", err.message);
    builder_free(builder);
}

static void count_namespace(void *context, struct str name, uint64_t statements)
{
    (void)statements;
    *(size_t *)context += name.len;
}

/* Everything that can be asked; true when the database says that it is whole. */
static bool ask_everything(const char *path)
{
    struct vulndb *db = NULL;
    struct pl_err err;
    if (vulndb_open_file(path, &db, &err) < 0) {
        CHECK_INT(err.code, PL_E_DATABASE);
        return false;
    }
    size_t bytes = 0;
    for (int i = 0; i < 95; i++) {
        char name[32];
        struct vulndb_cursor cursor;
        struct vulndb_statement statement;
        struct vulndb_vulnerability known;
        snprintf(name, sizeof(name), "package-%d", i);
        vulndb_lookup(db, STR("npm"), str_of(name), &cursor);
        while (vulndb_next(&cursor, &statement)) {
            for (size_t j = 0; j < statement.id_count; j++)
                bytes += statement.ids[j].len;
            for (size_t j = 0; j < statement.version_count; j++)
                bytes += statement.versions[j].len;
            for (size_t j = 0; j < statement.range_count; j++)
                bytes += statement.ranges[j].fixed.len;
        }
        vulndb_cursor_free(&cursor);
        snprintf(name, sizeof(name), "CVE-2024-%04d", i * 6);
        if (vulndb_vulnerability(db, str_of(name), &known))
            for (size_t j = 0; j < known.alias_count; j++)
                bytes += known.aliases[j].len;
    }
    vulndb_each_namespace(db, count_namespace, &bytes);
    struct builder *builder = builder_new();
    builder_carry(builder, db, &err);
    builder_free(builder);
    bool whole = vulndb_verify(db, &err) == 0;
    vulndb_close(db);
    return whole;
}

static void write_bytes(const char *path, const unsigned char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        FAIL("%s can't be written", path);
    close(fd);
}

static unsigned char *bytes;
static size_t size;

static void changed_bytes(void)
{
    const char *path = scratch_file("changed.db");
    for (int round = 0; round < 500; round++) {
        unsigned char before[16];
        size_t at[16], count = 1 + next_random() % 16;
        for (size_t i = 0; i < count; i++) {
            at[i] = next_random() % size;
            before[i] = bytes[at[i]];
            bytes[at[i]] = (unsigned char)(next_random() % 3 ? next_random() : 0xff);
        }
        write_bytes(path, bytes, size);
        ask_everything(path);
        for (size_t i = count; i-- > 0;)
            bytes[at[i]] = before[i];
    }
    write_bytes(path, bytes, size);
    CHECK(ask_everything(path));
}

/* Page headers, where one byte decides most. */
static void changed_headers(void)
{
    const char *path = scratch_file("headers.db");
    for (size_t page = 0; page < size / 4096; page++)
        for (size_t i = 0; i < 14; i++) {
            size_t at = page * 4096 + 8 + i;
            unsigned char before = bytes[at];
            bytes[at] = (unsigned char)next_random();
            write_bytes(path, bytes, size);
            ask_everything(path);
            bytes[at] = before;
        }
}

static void cut_off(void)
{
    const char *path = scratch_file("cut.db");
    for (size_t len = 0; len < size; len += 1 + next_random() % 700) {
        write_bytes(path, bytes, len);
        if (ask_everything(path))
            FAIL("cut to %zu of %zu bytes", len, size);
    }
}

static void other_schema(void)
{
    struct vulndb *db = NULL;
    struct pl_err err;
    unsigned char *info = memmem(bytes, size, "PLIMSOLL", 8);
    CHECK(info != NULL);
    if (!info)
        return;
    const char *path = scratch_file("schema.db");
    info[11]--;
    write_bytes(path, bytes, size);
    CHECK_INT(vulndb_open_file(path, &db, &err), -PL_E_DATABASE);
    CHECK(strstr(err.message, "an older plimsoll wrote it"));
    info[11] += 2;
    write_bytes(path, bytes, size);
    CHECK_INT(vulndb_open_file(path, &db, &err), -PL_E_DATABASE);
    CHECK(strstr(err.message, "a newer plimsoll wrote it"));
    info[11]--;
    info[3]++;
    write_bytes(path, bytes, size);
    CHECK_INT(vulndb_open_file(path, &db, &err), -PL_E_DATABASE);
    CHECK(strstr(err.message, "not one that plimsoll wrote"));
    info[3]--;
}

int main(void)
{
    scratch_make();
    make(scratch_file("good.db"));
    int fd = open(scratch_file("good.db"), O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return 1;
    size = (size_t)st.st_size;
    bytes = malloc(size);
    if (read(fd, bytes, size) != (ssize_t)size)
        return 1;
    close(fd);
    RUN(changed_bytes);
    RUN(changed_headers);
    RUN(cut_off);
    RUN(other_schema);
    free(bytes);
    scratch_remove();
    return test_end();
}
