/* The advisory database, read side: an LMDB file opened memory-mapped, read-only and without locks.
 *
 * Namespaces are OSV's ecosystem names with their release, without Ubuntu's ":LTS": "Debian:12",
 * "Debian:sid", "Alpine:v3.19", "Alpine:edge", "AlmaLinux:9", "Rocky Linux:9", "Ubuntu:22.04",
 * "Ubuntu:Pro:22.04", "npm", "PyPI", "crates.io", "Go", "Maven", "NuGet", "Packagist", "RubyGems",
 * "Bitnami" ...
 *
 * Packages are named as the feed names them. A statement on a SOURCE rpm (Red Hat's unfixed
 * components, SUSE's OSV, Azure Linux, Photon) stands under "NAME/src": all binary packages that
 * were built from it are meant, and the version is the source's.
 *
 * Every struct str that is handed out points into the map and lives until vulndb_close(). */
#pragma once

#include "base/err.h"
#include "model/advisory.h"

struct vulndb;

/* Opens `directory`/plimsoll.db. PL_E_DATABASE with a plain sentence when there is none, when an
 * older or newer plimsoll wrote it, or when it is damaged. Under a millisecond. */
int vulndb_open(const char *directory, struct vulndb **ret_db, struct pl_err *err);
void vulndb_close(struct vulndb *db);
static inline void vulndb_closep(struct vulndb **db)
{
    if (*db)
        vulndb_close(*db);
}

struct vulndb_feed {
    struct str name;    /* "debian", "alpine", "osv", "kev", "epss", "nvd", ... */
    struct str unit;    /* the part of it: "v3.19/main", "AlmaLinux", empty where there is one */
    struct str updated; /* RFC 3339: the newest date that the feed itself tells */
    uint64_t advisories;
};
struct vulndb_info {
    struct str built; /* RFC 3339 */
    uint64_t advisories;
    uint64_t bytes;
    const struct vulndb_feed *feeds;
    size_t feed_count;
};
const struct vulndb_info *vulndb_info(const struct vulndb *db);
/* A file by its path, whatever its name. */
int vulndb_open_file(const char *path, struct vulndb **ret_db, struct pl_err *err);
/* True once something that was looked up made no sense: what was found until then is not the whole,
 * and no scan may call it clean. PL_E_DATABASE is the error to make of it. */
bool vulndb_damaged(const struct vulndb *db);
/* Reads every byte: pages, records, and the hash that was computed when the database was written.
 */
int vulndb_verify(const struct vulndb *db, struct pl_err *err);
/* The hash that was written into it, 32 bytes: of everything in it but the date. */
struct str vulndb_hash(const struct vulndb *db);
/* The file as it is mapped: for a copy. */
struct str vulndb_bytes(const struct vulndb *db);
/* True when some feed speaks of this namespace (even if it names no vulnerability there). */
bool vulndb_has_namespace(const struct vulndb *db, struct str name_space);
/* Calls back for each namespace in byte order with its count of statements. */
void vulndb_each_namespace(const struct vulndb *db,
                           void (*each)(void *context, struct str name, uint64_t statements),
                           void *context);

/* One statement: what one advisory says of one package. */
struct vulndb_statement {
    enum feed_id feed;
    struct str advisory;   /* "ALSA-2022:1234", "CVE-2024-1" (Debian, Alpine) */
    const struct str *ids; /* vulnerability ids: CVEs, else the advisory's own id */
    size_t id_count;
    enum advisory_status status;
    enum severity severity; /* the feed's own word, SEVERITY_UNKNOWN: none */
    bool unimportant;       /* Debian's urgency: a finding of negligible severity */
    struct str reason;      /* "no-dsa", "ignored", "postponed", "undetermined", "end-of-life" */
    struct str module;      /* rpm "name:stream", when the advisory speaks of one */
    bool modular;           /* rpm: its versions are of a module build */
    const struct advisory_range *ranges;
    size_t range_count;
    const struct str *versions; /* enumerated affected versions */
    size_t version_count;
};

/* A cursor over the statements of one package; reads nothing but the map. The arrays in a statement
 * belong to the cursor and hold until its next step. */
struct vulndb_cursor {
    const struct vulndb *db;
    const unsigned char *next, *end;
    uint32_t unit; /* of the last statement: index into vulndb_info()->feeds */
    struct {
        struct str *strs; /* NULL: those below are enough so far */
        struct advisory_range *ranges;
        size_t str_capacity, range_capacity;
        struct str few_strs[24];
        struct advisory_range few_ranges[4];
    } scratch;
};
/* False when the database has nothing about this package. One look-up. */
bool vulndb_lookup(const struct vulndb *db, struct str name_space, struct str package,
                   struct vulndb_cursor *ret_cursor);
bool vulndb_next(struct vulndb_cursor *cursor, struct vulndb_statement *ret_statement);
void vulndb_cursor_free(struct vulndb_cursor *cursor);

/* The namespace of jars: a package is the SHA-1 in 40 lower-case hex digits, its statement's
 * advisory "group:artifact:version". */
#define VULNDB_JARS "maven-sha1"
/* The first of them; false when the database does not know the digest. */
bool vulndb_jar(const struct vulndb *db, struct str sha1, struct str *ret_coordinates);

/* What is known of a vulnerability or advisory id, whatever the package. Empty members: not known.
 * `cvss` and `aliases` are filled from the cursor's scratch memory of the caller's arena. */
struct vulndb_vulnerability {
    struct str title;
    struct str published, modified; /* RFC 3339 */
    struct cvss_entry cvss[8];
    size_t cvss_count;
    struct str aliases[16]; /* other ids of the same vulnerability */
    size_t alias_count;
    struct str cwes[8];
    size_t cwe_count;
    enum severity severity; /* database_specific severity of a general source */
    bool has_epss;
    double epss_score, epss_percentile;
    struct str kev_added; /* "YYYY-MM-DD"; empty: not in KEV */
    bool kev_ransomware;
    bool withdrawn;
};
bool vulndb_vulnerability(const struct vulndb *db, struct str id,
                          struct vulndb_vulnerability *ret_vulnerability);
