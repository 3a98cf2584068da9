#include "vulndb/transport.h"

#include <lmdb.h>
#include <string.h>

#include "base/buf.h"
#include "vulndb/internal.h"

static const char MAGIC[] = "PLIMSOLL-ENTRIES\1";
enum { MAGIC_LEN = sizeof(MAGIC) - 1, EPSS_PLANES = 8, DECIMALS = 9 };

static uint32_t big_endian(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* ---- EPSS in columns ---- */

static uint32_t power_of_ten(unsigned exponent)
{
    uint32_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* How many decimals none of the values has. */
static unsigned spare_decimals(struct str entries)
{
    unsigned spare = entries.len ? DECIMALS : 0;
    for (size_t at = EPSS_KEY; at < entries.len && spare;
         at += at % EPSS_ENTRY == EPSS_KEY ? 4 : 10)
        while (spare && big_endian(entries.data + at) % power_of_ten(spare))
            spare--;
    return spare;
}

static void to_columns(struct str entries, struct buf *out)
{
    size_t count = entries.len / EPSS_ENTRY;
    unsigned spare = spare_decimals(entries);
    uint32_t unit = power_of_ten(spare);
    buf_putc(out, (char)spare);
    for (size_t i = 0; i < count; i++)
        buf_add(out, str_make(entries.data + i * EPSS_ENTRY, EPSS_KEY));
    for (unsigned plane = 0; plane < EPSS_PLANES; plane++)
        for (size_t i = 0; i < count; i++) {
            const char *at = entries.data + i * EPSS_ENTRY + EPSS_KEY + plane / 4 * 4;
            buf_putc(out, (char)(big_endian(at) / unit >> (24 - 8 * (plane % 4))));
        }
}

static bool from_columns(struct str columns, struct buf *out)
{
    if (columns.len == 0 || (columns.len - 1) % EPSS_ENTRY ||
        (unsigned char)columns.data[0] > DECIMALS)
        return false;
    size_t count = (columns.len - 1) / EPSS_ENTRY;
    uint32_t unit = power_of_ten((unsigned char)columns.data[0]);
    const char *ids = columns.data + 1, *planes = ids + count * EPSS_KEY;
    for (size_t i = 0; i < count; i++) {
        buf_add(out, str_make(ids + i * EPSS_KEY, EPSS_KEY));
        for (unsigned half = 0; half < 2; half++) {
            uint32_t value = 0;
            for (unsigned plane = 0; plane < 4; plane++)
                value = value << 8 | (unsigned char)planes[(half * 4 + plane) * count + i];
            value *= unit;
            for (int shift = 24; shift >= 0; shift -= 8)
                buf_putc(out, (char)(value >> shift));
        }
    }
    return true;
}

/* ---- writing ---- */

struct writer {
    struct transport_sink sink;
    struct sha256 sha;
    uint64_t size;
    struct buf head, columns;
    struct pl_err *err;
    int result;
};

static void give(struct writer *writer, struct str bytes)
{
    sha256_add(&writer->sha, bytes.data, bytes.len);
    writer->size += bytes.len;
    if (writer->result == 0 && writer->sink.take)
        writer->result = writer->sink.take(writer->sink.context, bytes, writer->err);
}

static bool write_entry(void *context, struct str key, struct str value)
{
    struct writer *writer = context;
    if (str_equal(key, STR(KEY_EPSS))) {
        writer->columns.len = 0;
        to_columns(value, &writer->columns);
        value = buf_str(&writer->columns);
    }
    writer->head.len = 0;
    format_put_number(&writer->head, key.len);
    buf_add(&writer->head, key);
    format_put_number(&writer->head, value.len);
    give(writer, buf_str(&writer->head));
    give(writer, value);
    return writer->result == 0;
}

int transport_write(const struct vulndb *db, struct transport_sink sink, uint64_t *ret_size,
                    char ret_digest[DIGEST_TEXT], struct pl_err *err)
{
    struct writer writer = {.sink = sink, .err = err};
    unsigned char digest[SHA256_BYTES];
    sha256_init(&writer.sha);
    give(&writer, str_make(MAGIC, MAGIC_LEN));
    enum pages_result r = pages_each(&db->pages, write_entry, &writer);
    buf_free(&writer.head);
    buf_free(&writer.columns);
    sha256_end(&writer.sha, digest);
    if (writer.result < 0)
        return writer.result;
    if (r == PAGES_DAMAGED)
        return err_set(err, PL_E_DATABASE,
                       "the advisory database is damaged: some of it can't be read; remove it and "
                       "import its feeds again");
    sha256_text(digest, ret_digest);
    *ret_size = writer.size;
    return 0;
}

/* ---- reading ---- */

struct loader {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    struct pl_err *err;
};

static int lmdb_error(struct loader *loader, int code)
{
    return err_set(loader->err, PL_E_IO, "the advisory database can't be written: %s",
                   mdb_strerror(code));
}

static int damaged(struct loader *loader)
{
    return err_set(loader->err, PL_E_FORMAT, "the entries of the database are damaged");
}

static int open_environment(struct loader *loader, const char *path, uint64_t size)
{
    /* A value on pages of its own wastes one at most. */
    size_t room = (size * 4 + (64u << 20)) & ~(size_t)65535;
    int r = mdb_env_create(&loader->env);
    if (r == 0)
        r = mdb_env_set_mapsize(loader->env, room);
    if (r == 0)
        r = mdb_env_open(loader->env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC | MDB_NOTLS,
                         0644);
    if (r == 0)
        r = mdb_txn_begin(loader->env, NULL, 0, &loader->txn);
    if (r == 0)
        r = mdb_dbi_open(loader->txn, NULL, 0, &loader->dbi);
    return r ? lmdb_error(loader, r) : 0;
}

static bool next_part(struct format_reader *reader, struct str *ret_part)
{
    uint64_t len = format_number(reader);
    if (reader->bad || len > (uint64_t)(reader->end - reader->next))
        return false;
    *ret_part = str_make((const char *)reader->next, len);
    reader->next += len;
    return true;
}

static int load_entry(struct loader *loader, struct str key, struct str value)
{
    AUTO_BUF entries = {0};
    if (str_equal(key, STR(KEY_EPSS))) {
        if (!from_columns(value, &entries))
            return damaged(loader);
        value = buf_str(&entries);
    }
    MDB_val lmdb_key = {key.len, (void *)(uintptr_t)key.data};
    MDB_val lmdb_value = {value.len, (void *)(uintptr_t)value.data};
    int r = mdb_put(loader->txn, loader->dbi, &lmdb_key, &lmdb_value, MDB_APPEND);
    return r ? lmdb_error(loader, r) : 0;
}

static int load_entries(struct loader *loader, struct str form)
{
    struct str key, value, last = STR_NONE;
    const unsigned char *start = (const unsigned char *)form.data;
    struct format_reader reader = {start + MAGIC_LEN, start + form.len, false};
    int r = 0;
    while (r == 0 && reader.next < reader.end) {
        /* liblmdb trusts its caller that keys come in their order and are not too long. */
        if (!next_part(&reader, &key) || !next_part(&reader, &value) || key.len == 0 ||
            key.len > KEY_MAX || str_compare(key, last) <= 0)
            return damaged(loader);
        r = load_entry(loader, key, value);
        last = key;
    }
    return r;
}

int transport_read(struct str form, const char *path, struct pl_err *err)
{
    struct loader loader = {.err = err};
    if (!str_starts(form, str_make(MAGIC, MAGIC_LEN)))
        return damaged(&loader);
    int r = open_environment(&loader, path, form.len);
    if (r == 0)
        r = load_entries(&loader, form);
    if (r == 0) {
        int code = mdb_txn_commit(loader.txn);
        loader.txn = NULL;
        if (code)
            r = lmdb_error(&loader, code);
    }
    if (loader.txn)
        mdb_txn_abort(loader.txn);
    if (loader.env)
        mdb_env_close(loader.env);
    return r;
}
