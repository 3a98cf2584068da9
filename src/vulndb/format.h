/* What stands in the database file. One tree of LMDB whose keys begin with a letter for their kind:
 *
 *     E                      EPSS: entries of EPSS_ENTRY bytes, sorted by their first six
 *     P namespace 0 package  statements
 *     S                      strings: every text once; others refer to it by its offset
 *     U                      units of feeds: [feed, feed's name, unit, updated, advisories]...
 *     V id                   facets: what each source knows of a vulnerability
 *     W                      namespaces: [unit, name, statements]..., sorted by name
 *     Z                      magic, schema, hash of everything else, date, count of advisories,
 * bytes of texts in S that nothing refers to
 *
 * Numbers are varints: seven bits a byte, low ones first, the top bit says that another follows. A
 * text in S is its length and its bytes; offset 0 is the empty text. A list is a text whose bytes
 * are varints, the offsets of its texts. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* Raised with every change of what stands here: other numbers are refused. */
enum { VULNDB_SCHEMA = 2 };

#define VULNDB_FILE "plimsoll.db"
#define VULNDB_MAGIC "PLIMSOLL"
enum { VULNDB_MAGIC_LEN = 8, VULNDB_HASH_LEN = 32 };
/* Behind the magic: schema (4 bytes, big-endian), hash, then varints and texts. */
enum { VULNDB_INFO_HEAD = VULNDB_MAGIC_LEN + 4 + VULNDB_HASH_LEN };

#define KEY_EPSS "E"
#define KEY_PACKAGE 'P'
#define KEY_STRINGS "S"
#define KEY_UNITS "U"
#define KEY_VULNERABILITY 'V'
#define KEY_NAMESPACES "W"
#define KEY_INFO "Z"
/* liblmdb's largest key. */
enum { KEY_MAX = 511 };

/* year (2), number (4), score (4), percentile (4), big-endian; the last two in units of 1e-9 */
enum { EPSS_ENTRY = 14, EPSS_KEY = 6 };
#define EPSS_UNIT 1e9

/* A statement: two bytes of flags, then unit, advisory, [ids], [reason], [module], count of ranges,
 * [introduced, fixed, last affected, [after]] of each, [versions]. */
enum {
    STATEMENT_STATUS = 0x07, /* enum advisory_status */
    STATEMENT_SEVERITY_SHIFT = 3,
    STATEMENT_SEVERITY = 0x38, /* enum severity */
    STATEMENT_OWN_ID = 0x40,   /* the only id is the advisory's */
    STATEMENT_HAS_REASON = 0x80,
    /* second byte */
    STATEMENT_UNIMPORTANT = 0x01,
    STATEMENT_MODULAR = 0x02,
    STATEMENT_HAS_MODULE = 0x04,
    STATEMENT_HAS_VERSIONS = 0x08,
    STATEMENT_HAS_AFTER = 0x10, /* some range begins behind its first version */
    STATEMENT_FLAGS2 = 0x1f,
};

/* A facet: unit, flags, then what the flags say. */
enum {
    FACET_ADVISORY = 0x001, /* of another id than the key's */
    FACET_TITLE = 0x002,
    FACET_PUBLISHED = 0x004,
    FACET_MODIFIED = 0x008,
    FACET_CVSS = 0x010,    /* count, then [version, score in tenths, vector, source] of each */
    FACET_ALIASES = 0x020, /* list */
    FACET_CWES = 0x040,    /* list */
    FACET_SEVERITY = 0x080,
    FACET_KEV = 0x100, /* date */
    FACET_RANSOMWARE = 0x200,
    FACET_WITHDRAWN = 0x400,
    FACET_FLAGS = 0x7ff,
};

enum { FACET_CVSS_MAX = 8 };

/* Texts of one list: more is a damaged file, and is refused when one is written. */
enum { LIST_MAX = 50000 };

void format_put_number(struct buf *buf, uint64_t number);

/* Reads on behind the last number; once something was wrong, everything is 0. */
struct format_reader {
    const unsigned char *next, *end;
    bool bad;
};
static inline uint64_t format_number(struct format_reader *reader)
{
    const unsigned char *at = reader->next, *end = reader->end;
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 63 && at < end && !reader->bad; shift += 7) {
        unsigned char byte = *at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            reader->next = at;
            return number;
        }
    }
    reader->bad = true;
    return 0;
}

static inline unsigned format_byte(struct format_reader *reader)
{
    if (reader->bad || reader->next >= reader->end) {
        reader->bad = true;
        return 0;
    }
    return *reader->next++;
}

/* The key of a vulnerability: a CVE in seven bytes, else the id. False when it is too long. */
bool format_vulnerability_key(struct str id, struct buf *key);
/* The id again; "" for a key that is none. */
void format_vulnerability_id(struct str key, struct buf *id);
/* False when `id` is not "CVE-YEAR-NUMBER" as it is properly written. */
bool format_parse_cve(struct str id, uint16_t *ret_year, uint32_t *ret_number);
/* "P" namespace 0 package; false when that is too long. */
bool format_package_key(struct str name_space, struct str package, char ret_key[KEY_MAX],
                        size_t *ret_len);
