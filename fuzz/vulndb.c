/* An advisory database of any bytes: opened, asked, verified. */
#include <stdio.h>

#include "memory_file.h"
#include "vulndb/vulndb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seen; /* so that every byte that is handed out is read */

static void look_at(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        seen += (uint8_t)text.data[i];
}

static void ask(const struct vulndb *db, struct str name_space, const char *package)
{
    struct vulndb_cursor cursor;
    struct vulndb_statement statement;
    if (!vulndb_lookup(db, name_space, str_of(package), &cursor))
        return;
    for (unsigned i = 0; i < 1000 && vulndb_next(&cursor, &statement); i++) {
        look_at(statement.advisory);
        look_at(statement.reason);
        look_at(statement.module);
        for (size_t k = 0; k < statement.id_count; k++)
            look_at(statement.ids[k]);
        for (size_t k = 0; k < statement.range_count; k++) {
            look_at(statement.ranges[k].introduced);
            look_at(statement.ranges[k].fixed);
            look_at(statement.ranges[k].last_affected);
        }
        for (size_t k = 0; k < statement.version_count; k++)
            look_at(statement.versions[k]);
    }
    vulndb_cursor_free(&cursor);
}

static void visit_namespace(void *context, struct str name, uint64_t statements)
{
    const struct vulndb *db = context;
    seen += statements;
    look_at(name);
    ask(db, name, "p");
    ask(db, name, "nodejs");
}

static void ask_for(const struct vulndb *db, const char *id)
{
    struct vulndb_vulnerability known;
    if (!vulndb_vulnerability(db, str_of(id), &known))
        return;
    look_at(known.title);
    look_at(known.published);
    look_at(known.modified);
    look_at(known.kev_added);
    for (size_t i = 0; i < known.cvss_count; i++) {
        look_at(known.cvss[i].vector);
        look_at(known.cvss[i].source);
    }
    for (size_t i = 0; i < known.alias_count; i++)
        look_at(known.aliases[i]);
    for (size_t i = 0; i < known.cwe_count; i++)
        look_at(known.cwes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct vulndb *db;
    struct pl_err err;
    int fd = memory_file(data, size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (vulndb_open_file(path, &db, &err) == 0) {
        const struct vulndb_info *info = vulndb_info(db);
        look_at(info->built);
        for (size_t i = 0; i < info->feed_count; i++) {
            look_at(info->feeds[i].name);
            look_at(info->feeds[i].unit);
            look_at(info->feeds[i].updated);
        }
        vulndb_each_namespace(db, visit_namespace, db);
        ask(db, STR("Debian:12"), "p");
        ask_for(db, "CVE-2024-1000");
        ask_for(db, "CVE-1999-0001");
        ask_for(db, "GHSA-aaaa-bbbb-cccc");
        (void)vulndb_verify(db, &err);
        vulndb_close(db);
    }
    close(fd);
    return 0;
}
