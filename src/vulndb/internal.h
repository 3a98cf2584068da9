/* What the files of this folder share of an open database. */
#pragma once

#include <stdatomic.h>

#include "base/hash.h"
#include "vulndb/format.h"
#include "vulndb/pages.h"
#include "vulndb/vulndb.h"

struct vulndb_namespace {
    struct str name;
    uint32_t unit;
    uint64_t statements;
};

struct vulndb {
    void *map;
    size_t map_size;
    struct pages pages;
    struct str strings, epss;
    struct vulndb_info info;
    struct vulndb_feed *feeds;
    enum feed_id *feed_ids; /* of each unit */
    struct vulndb_namespace *namespaces;
    size_t namespace_count;
    unsigned char hash[VULNDB_HASH_LEN];
    uint64_t unwanted;     /* bytes of texts that nothing refers to */
    _Atomic bool *damaged; /* something that was read made no sense */
};

void vulndb_tell_damage(const struct vulndb *db);
/* A cursor over the statements of one entry. */
void vulndb_cursor_start(struct vulndb_cursor *cursor, const struct vulndb *db,
                         struct str statements);
/* What the hash of a database is over: every entry but the info, in their order. */
void vulndb_hash_entry(struct sha256 *sha, struct str key, struct str value);

/* The text at an offset that the reader stands at. Wrong offsets set reader->bad. Inline: a scan
 * reads hundreds of thousands. */
static inline struct str vulndb_read_text(const struct vulndb *db, struct format_reader *reader)
{
    uint64_t offset = format_number(reader);
    if (reader->bad || offset >= db->strings.len) {
        reader->bad = true;
        return STR_NONE;
    }
    const unsigned char *start = (const unsigned char *)db->strings.data;
    struct format_reader text = {start + offset, start + db->strings.len, false};
    uint64_t len = format_number(&text);
    if (text.bad || len > (uint64_t)(text.end - text.next)) {
        reader->bad = true;
        return STR_NONE;
    }
    return str_make((const char *)text.next, len);
}

/* A list: a reader of the numbers that are its texts' offsets. */
static inline struct format_reader vulndb_read_list(const struct vulndb *db,
                                                    struct format_reader *reader)
{
    struct str bytes = vulndb_read_text(db, reader);
    const unsigned char *start = (const unsigned char *)bytes.data;
    if (!start)
        return (struct format_reader){NULL, NULL, true};
    return (struct format_reader){start, start + bytes.len, false};
}

/* One facet of a vulnerability: what one advisory of one unit knows of it. */
struct vulndb_facet {
    uint32_t unit;
    struct str advisory; /* empty: the id's own */
    struct str title, published, modified;
    struct cvss_entry cvss[FACET_CVSS_MAX];
    size_t cvss_count;
    const struct str *aliases; /* when writing */
    size_t alias_count;
    const struct str *cwes;
    size_t cwe_count;
    enum severity severity;
    struct str kev_added; /* empty: not in KEV */
    bool kev_ransomware;
    bool withdrawn;
    /* when reading */
    struct format_reader alias_list, cwe_list;
};
/* False at the end, or when reader->bad. */
bool vulndb_read_facet(const struct vulndb *db, struct format_reader *reader,
                       struct vulndb_facet *ret_facet);
