/* Opening a database: the map, the info entry, units and namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vulndb/internal.h"

void vulndb_tell_damage(const struct vulndb *db)
{
    atomic_store_explicit(db->damaged, true, memory_order_relaxed);
}

bool vulndb_damaged(const struct vulndb *db)
{
    return atomic_load_explicit(db->damaged, memory_order_relaxed);
}

static struct format_reader reader_of(struct str bytes)
{
    const unsigned char *start = (const unsigned char *)bytes.data;
    return (struct format_reader){start, start + bytes.len, false};
}

static int damaged(struct pl_err *err)
{
    return err_set(err, PL_E_DATABASE, "it is damaged: remove it and import its feeds again");
}

static int read_info(struct vulndb *db, struct pl_err *err)
{
    struct str value;
    enum pages_result r = pages_find(&db->pages, STR(KEY_INFO), &value);
    if (r == PAGES_DAMAGED)
        return damaged(err);
    if (r == PAGES_NONE || value.len < VULNDB_INFO_HEAD || !str_starts(value, STR(VULNDB_MAGIC)))
        return err_set(err, PL_E_DATABASE, "it is not one that plimsoll wrote");
    const unsigned char *at = (const unsigned char *)value.data + VULNDB_MAGIC_LEN;
    unsigned schema = (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
    if (schema < VULNDB_SCHEMA)
        return err_set(err, PL_E_DATABASE,
                       "an older plimsoll wrote it (format %u, this one reads %d): remove it and "
                       "import its feeds again",
                       schema, VULNDB_SCHEMA);
    if (schema > VULNDB_SCHEMA)
        return err_set(err, PL_E_DATABASE,
                       "a newer plimsoll wrote it (format %u, this one reads %d): use that one, or "
                       "remove it and import its feeds again",
                       schema, VULNDB_SCHEMA);
    memcpy(db->hash, at + 4, VULNDB_HASH_LEN);

    struct format_reader reader = reader_of(str_from(value, VULNDB_INFO_HEAD));
    uint64_t built_len = format_number(&reader);
    if (reader.bad || built_len > (uint64_t)(reader.end - reader.next))
        return damaged(err);
    db->info.built = str_make((const char *)reader.next, built_len);
    reader.next += built_len;
    db->info.advisories = format_number(&reader);
    /* Databases of before say nothing of it. */
    db->unwanted = reader.next < reader.end ? format_number(&reader) : 0;
    db->info.bytes = db->map_size;
    return reader.bad ? damaged(err) : 0;
}

/* Every record of a table has at least this many bytes: what bounds its count. */
enum { UNIT_BYTES = 5, NAMESPACE_BYTES = 3 };

static int read_units(struct vulndb *db, struct pl_err *err)
{
    struct str value;
    if (pages_find(&db->pages, STR(KEY_UNITS), &value) != PAGES_FOUND)
        return damaged(err);
    struct format_reader reader = reader_of(value);
    size_t room = value.len / UNIT_BYTES + 1, count = 0;
    db->feeds = mem_zalloc(room, sizeof(*db->feeds));
    db->feed_ids = mem_zalloc(room, sizeof(*db->feed_ids));
    while (!reader.bad && reader.next < reader.end && count < room) {
        struct vulndb_feed *feed = &db->feeds[count];
        unsigned id = format_byte(&reader);
        if (id >= FEED_COUNT)
            reader.bad = true;
        db->feed_ids[count] = (enum feed_id)id;
        feed->name = vulndb_read_text(db, &reader);
        feed->unit = vulndb_read_text(db, &reader);
        feed->updated = vulndb_read_text(db, &reader);
        feed->advisories = format_number(&reader);
        count++;
    }
    db->info.feeds = db->feeds;
    db->info.feed_count = count;
    return reader.bad ? damaged(err) : 0;
}

static int read_namespaces(struct vulndb *db, struct pl_err *err)
{
    struct str value;
    if (pages_find(&db->pages, STR(KEY_NAMESPACES), &value) != PAGES_FOUND)
        return damaged(err);
    struct format_reader reader = reader_of(value);
    size_t room = value.len / NAMESPACE_BYTES + 1;
    db->namespaces = mem_zalloc(room, sizeof(*db->namespaces));
    while (!reader.bad && reader.next < reader.end && db->namespace_count < room) {
        struct vulndb_namespace *entry = &db->namespaces[db->namespace_count++];
        uint64_t unit = format_number(&reader);
        if (unit >= db->info.feed_count)
            reader.bad = true;
        entry->unit = (uint32_t)unit;
        entry->name = vulndb_read_text(db, &reader);
        entry->statements = format_number(&reader);
    }
    return reader.bad ? damaged(err) : 0;
}

static int read_tables(struct vulndb *db, struct pl_err *err)
{
    if (pages_find(&db->pages, STR(KEY_STRINGS), &db->strings) != PAGES_FOUND || !db->strings.len)
        return damaged(err);
    if (pages_find(&db->pages, STR(KEY_EPSS), &db->epss) != PAGES_FOUND ||
        db->epss.len % EPSS_ENTRY)
        return damaged(err);
    int r = read_units(db, err);
    return r < 0 ? r : read_namespaces(db, err);
}

static int map_file(struct vulndb *db, const char *path, struct pl_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return err_set(err, PL_E_DATABASE,
                       "there is none: make one with \"plimsoll db update\", or with \"plimsoll db "
                       "import\" from files");
    if (fd < 0 || fstat(fd, &st) < 0) {
        int r = err_errno(err, errno, "it can't be opened");
        if (fd >= 0)
            close(fd);
        return r;
    }
    if (!S_ISREG(st.st_mode) || st.st_size <= 0) {
        close(fd);
        return err_set(err, PL_E_DATABASE, "it is no database file");
    }
    db->map_size = (size_t)st.st_size;
    db->map = mmap(NULL, db->map_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (db->map == MAP_FAILED) {
        db->map = NULL;
        return err_errno(err, errno, "it can't be mapped");
    }
    madvise(db->map, db->map_size, MADV_RANDOM);
    return 0;
}

int vulndb_open_file(const char *path, struct vulndb **ret_db, struct pl_err *err)
{
    struct vulndb *db = mem_zalloc(1, sizeof(*db));
    db->damaged = mem_zalloc(1, sizeof(*db->damaged));
    int r = map_file(db, path, err);
    if (r == 0)
        r = pages_open(db->map, db->map_size, &db->pages, err);
    if (r == 0)
        r = read_info(db, err);
    if (r == 0)
        r = read_tables(db, err);
    if (r < 0) {
        vulndb_close(db);
        r = err_prefix(err, "the advisory database %s", path);
        if (err)
            err->code = PL_E_DATABASE;
        return err ? -PL_E_DATABASE : r;
    }
    *ret_db = db;
    return 0;
}

int vulndb_open(const char *directory, struct vulndb **ret_db, struct pl_err *err)
{
    AUTO_BUF path = {0};
    buf_printf(&path, "%s/%s", directory, VULNDB_FILE);
    buf_putc(&path, '\0');
    return vulndb_open_file(path.data, ret_db, err);
}

void vulndb_close(struct vulndb *db)
{
    if (!db)
        return;
    if (db->map)
        munmap(db->map, db->map_size);
    free(db->feeds);
    free(db->feed_ids);
    free(db->namespaces);
    free(db->damaged);
    free(db);
}

struct str vulndb_bytes(const struct vulndb *db)
{
    return str_make(db->map, db->map_size);
}

struct str vulndb_hash(const struct vulndb *db)
{
    return str_make((const char *)db->hash, sizeof(db->hash));
}

const struct vulndb_info *vulndb_info(const struct vulndb *db)
{
    return &db->info;
}

bool vulndb_has_namespace(const struct vulndb *db, struct str name_space)
{
    for (size_t i = 0; i < db->namespace_count; i++)
        if (str_equal(db->namespaces[i].name, name_space))
            return true;
    return false;
}

/* The list is sorted by name; a namespace stands there once for each unit that speaks of it. */
void vulndb_each_namespace(const struct vulndb *db,
                           void (*each)(void *context, struct str name, uint64_t statements),
                           void *context)
{
    for (size_t i = 0; i < db->namespace_count;) {
        struct str name = db->namespaces[i].name;
        uint64_t statements = 0;
        for (; i < db->namespace_count && str_equal(db->namespaces[i].name, name); i++)
            statements += db->namespaces[i].statements;
        each(context, name, statements);
    }
}
