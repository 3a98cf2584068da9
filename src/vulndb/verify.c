/* Reading the whole of a database: that its bytes are those that were written, and that every
 * record can be read. */
#include "base/hash.h"
#include "vulndb/internal.h"

struct verify {
    const struct vulndb *db;
    struct sha256 sha;
    struct buf last; /* key before */
    bool unsorted;
};

static void read_statements(const struct vulndb *db, struct str value)
{
    struct vulndb_cursor cursor;
    vulndb_cursor_start(&cursor, db, value);
    struct vulndb_statement statement;
    while (vulndb_next(&cursor, &statement)) {
    }
    vulndb_cursor_free(&cursor);
}

static void read_facets(const struct vulndb *db, struct str value)
{
    const unsigned char *start = (const unsigned char *)value.data;
    struct format_reader reader = {start, start + value.len, false};
    struct vulndb_facet facet;
    while (vulndb_read_facet(db, &reader, &facet)) {
        struct format_reader *lists[] = {&facet.alias_list, &facet.cwe_list};
        for (size_t i = 0; i < 2; i++) {
            while (lists[i]->next && !lists[i]->bad && lists[i]->next < lists[i]->end)
                vulndb_read_text(db, lists[i]);
            reader.bad = reader.bad || lists[i]->bad;
        }
    }
    if (reader.bad)
        vulndb_tell_damage(db);
}

static bool verify_entry(void *context, struct str key, struct str value)
{
    struct verify *verify = context;
    if (str_compare(key, buf_str(&verify->last)) <= 0)
        verify->unsorted = true;
    verify->last.len = 0;
    buf_add(&verify->last, key);
    if (str_equal(key, STR(KEY_INFO)))
        return true;
    vulndb_hash_entry(&verify->sha, key, value);
    if (key.data[0] == KEY_PACKAGE)
        read_statements(verify->db, value);
    else if (key.data[0] == KEY_VULNERABILITY)
        read_facets(verify->db, value);
    return !vulndb_damaged(verify->db) && !verify->unsorted;
}

int vulndb_verify(const struct vulndb *db, struct pl_err *err)
{
    struct verify verify = {.db = db};
    unsigned char hash[SHA256_BYTES];
    sha256_init(&verify.sha);
    enum pages_result r = pages_each(&db->pages, verify_entry, &verify);
    buf_free(&verify.last);
    sha256_end(&verify.sha, hash);
    if (r == PAGES_DAMAGED || vulndb_damaged(db) || verify.unsorted)
        return err_set(err, PL_E_DATABASE,
                       "the advisory database is damaged: some of it can't be read; remove it and "
                       "import its feeds again");
    if (memcmp(hash, db->hash, sizeof(hash)) != 0)
        return err_set(err, PL_E_DATABASE,
                       "the advisory database is damaged: its hash is not the one that was written "
                       "into it; remove it and import its feeds again");
    return 0;
}
