#include "cache/cache.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/vec.h"
#include "cache/place.h"
#include "cache/sqlite.h"

enum {
    APPLICATION = 0x506c6d73, /* tells our file from others ("Plms") */
    FORMAT = 1,               /* of the file; another one is made anew */
    BUSY_MILLISECONDS = 5000, /* that another process may take to write */
    TOUCHED_MAX = 100000,     /* values whose use is noted */
    CREATE_TRIES = 50,
    CREATE_WAIT = 20, /* milliseconds */
};

enum statement { GET, PUT, TOUCH, SIZE, EVICT, SPAN, COUNT, STATEMENT_COUNT };

static const char *const sql[STATEMENT_COUNT] = {
    [GET] = "SELECT id, used, bytes FROM value WHERE key = ?1",
    [PUT] = "INSERT INTO value(key, kind, used, bytes) VALUES(?1, ?2, (SELECT ifnull(max(used), 0) "
            "+ 1 FROM value), ?3) ON CONFLICT(key) DO UPDATE SET kind = excluded.kind, used = "
            "excluded.used, bytes = excluded.bytes",
    [TOUCH] = "UPDATE value SET used = (SELECT max(used) + 1 FROM value) WHERE id = ?1",
    [SIZE] = "SELECT (page_count - freelist_count) * page_size, page_count * page_size FROM "
             "pragma_page_count, pragma_freelist_count, pragma_page_size",
    [EVICT] = "DELETE FROM value WHERE id IN (SELECT id FROM value ORDER BY used LIMIT 1)",
    [SPAN] = "SELECT ifnull(min(used), 0), ifnull(max(used), 0) FROM value",
    [COUNT] = "SELECT count(*) FROM value WHERE kind = ?1",
};

/* A cache that is lost costs time and nothing else, and every value carries its sum: nothing waits
 * for the disk. */
static const char settings[] = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                               "PRAGMA synchronous = OFF;";
static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS value(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, kind "
    "INTEGER NOT NULL, used INTEGER NOT NULL, bytes BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS value_used ON value(used);"
    "PRAGMA application_id = 1349283187; PRAGMA user_version = 1;"
    "COMMIT";
_Static_assert(APPLICATION == 1349283187 && FORMAT == 1, "the schema's text has these numbers");

enum state { UNTRIED, USABLE, UNUSABLE };

struct cache {
    pthread_mutex_t lock;
    struct arena arena;
    struct str folder;
    uint64_t bound;
    enum state state;
    bool renewed, read_only;
    bool has_problem;
    struct pl_err problem;
    struct place place;
    const struct sqlite_api *sqlite;
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    int64_t fresh;        /* values that were used since then are not noted again */
    VEC(int64_t) touched; /* ids of values whose use is to be noted */
    pthread_cond_t released;
    VEC(struct cache_key) claims;
};

struct cache *cache_new(struct str folder, uint64_t size)
{
    struct cache *cache = mem_zalloc(1, sizeof(*cache));
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->released, NULL);
    cache->folder = arena_str(&cache->arena, folder);
    cache->bound = size;
    cache->place.lock = -1;
    return cache;
}

/* ---- the file ---- */

static void close_file(struct cache *cache)
{
    for (size_t i = 0; i < STATEMENT_COUNT && cache->db; i++) {
        cache->sqlite->finalize(cache->statements[i]);
        cache->statements[i] = NULL;
    }
    if (cache->db)
        cache->sqlite->close(cache->db);
    cache->db = NULL;
    cache->touched.count = 0;
}

static int exec(struct cache *cache, const char *text)
{
    return cache->sqlite->exec(cache->db, text, NULL, NULL, NULL);
}

/* One number that a statement's only row has; `rc` is SQLite's code. */
static int64_t number_of(struct cache *cache, const char *text, int *rc)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = 0;
    if (*rc == SQLITE_OK)
        *rc = cache->sqlite->prepare_v2(cache->db, text, -1, &statement, NULL);
    if (*rc != SQLITE_OK)
        return 0;
    *rc = cache->sqlite->step(statement);
    if (*rc == SQLITE_ROW) {
        number = cache->sqlite->column_int64(statement, 0);
        *rc = SQLITE_OK;
    }
    cache->sqlite->finalize(statement);
    return number;
}

enum what { OURS, FRESH, OLD, FOREIGN };

static int look(struct cache *cache, enum what *ret_what)
{
    int rc = SQLITE_OK;
    int64_t application = number_of(cache, "PRAGMA application_id", &rc);
    int64_t format = number_of(cache, "PRAGMA user_version", &rc);
    int64_t changes = number_of(cache, "PRAGMA schema_version", &rc);
    if (application == APPLICATION)
        *ret_what = format == FORMAT ? OURS : OLD;
    else
        *ret_what = application == 0 && changes == 0 ? FRESH : FOREIGN;
    return rc;
}

/* Several processes can be at it at once; SQLite does not wait for one that changes the journal's
 * mode. */
static int create(struct cache *cache)
{
    int rc = exec(cache, "PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
    for (int i = 0; i < CREATE_TRIES && rc == SQLITE_OK; i++) {
        rc = exec(cache, "PRAGMA journal_mode = WAL");
        if ((rc & 0xff) != SQLITE_BUSY)
            break;
        clock_wait(CREATE_WAIT);
        rc = i + 1 < CREATE_TRIES ? SQLITE_OK : rc;
    }
    return rc == SQLITE_OK ? exec(cache, schema) : rc;
}

static int prepare(struct cache *cache)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < STATEMENT_COUNT && rc == SQLITE_OK; i++)
        rc = cache->sqlite->prepare_v2(cache->db, sql[i], -1, &cache->statements[i], NULL);
    return rc;
}

static int open_file(struct cache *cache, enum what *ret_what)
{
    int rc = cache->sqlite->open_v2(
        cache->place.file, &cache->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = cache->sqlite->busy_timeout(cache->db, BUSY_MILLISECONDS);
    if (rc == SQLITE_OK)
        rc = exec(cache, settings);
    if (rc == SQLITE_OK)
        rc = look(cache, ret_what);
    if (rc == SQLITE_OK && *ret_what == FRESH)
        rc = create(cache);
    if (rc == SQLITE_OK && *ret_what != OLD && *ret_what != FOREIGN)
        rc = prepare(cache);
    return rc;
}

/* ---- what can go wrong ---- */

static bool is_damage(int rc)
{
    return rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB || rc == SQLITE_FORMAT ||
           rc == SQLITE_ERROR || rc == SQLITE_MISMATCH;
}

static void set_problem(struct cache *cache, const struct pl_err *problem)
{
    if (!cache->has_problem)
        cache->problem = *problem;
    cache->has_problem = true;
}

static int tell_reason(int rc, struct pl_err *err)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return err_set(err, PL_E_IO, "the disk is full");
    case SQLITE_READONLY:
        return err_set(err, PL_E_IO, "it can only be read");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return err_set(err, PL_E_IO, "it cannot be opened");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, PL_E_IO, "another process holds it");
    default:
        return err_set(err, PL_E_IO, "it cannot be read or written");
    }
}

static void give_up(struct cache *cache, const struct pl_err *problem)
{
    close_file(cache);
    place_close(&cache->place);
    cache->state = UNUSABLE;
    if (problem)
        set_problem(cache, problem);
}

static void tell_code(struct cache *cache, int rc)
{
    struct pl_err problem;
    tell_reason(rc, &problem);
    err_prefix(&problem, "%s", cache->place.file);
    set_problem(cache, &problem);
}

static void start(struct cache *cache);

/* A file that is none of ours, or damaged, is made anew, once. */
static void renew(struct cache *cache, bool foreign)
{
    struct pl_err problem;
    close_file(cache);
    if (cache->renewed) {
        err_set(&problem, PL_E_IO, "%s cannot be made anew", cache->place.file);
        give_up(cache, &problem);
        return;
    }
    cache->renewed = true;
    if (place_renew(&cache->place, foreign, &problem) < 0)
        give_up(cache, &problem);
    else
        start(cache);
}

/* What a code of SQLite means for the rest of the run. */
static void take_code(struct cache *cache, int rc)
{
    rc &= 0xff; /* the primary code of an extended one */
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return;
    cache->read_only = true;
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        return; /* whoever writes will have written what we could have */
    if (is_damage(rc))
        renew(cache, rc == SQLITE_NOTADB);
    else
        tell_code(cache, rc);
}

/* ---- opening ---- */

static void read_span(struct cache *cache)
{
    sqlite3_stmt *statement = cache->statements[SPAN];
    int rc = cache->sqlite->step(statement);
    int64_t oldest = 0, newest = 0;
    if (rc == SQLITE_ROW) {
        oldest = cache->sqlite->column_int64(statement, 0);
        newest = cache->sqlite->column_int64(statement, 1);
    }
    cache->sqlite->reset(statement);
    if (newest < oldest || oldest < 0)
        newest = oldest = 0;
    /* Uses among the newest quarter change little: most scans then write nothing at all. */
    cache->fresh = newest - (newest - oldest) / 4;
    take_code(cache, rc);
}

static void start(struct cache *cache)
{
    enum what what = OURS;
    int rc = open_file(cache, &what);
    cache->state = USABLE;
    cache->read_only = false;
    if (rc == SQLITE_OK && (what == OLD || what == FOREIGN)) {
        renew(cache, what == FOREIGN);
    } else if (is_damage(rc & 0xff)) {
        renew(cache, (rc & 0xff) == SQLITE_NOTADB);
    } else if (rc != SQLITE_OK) {
        tell_code(cache, rc);
        give_up(cache, NULL);
    } else {
        read_span(cache);
    }
}

/* With the lock held. */
static bool ready(struct cache *cache)
{
    struct pl_err problem;
    if (cache->state != UNTRIED)
        return cache->state == USABLE;
    cache->sqlite = sqlite_load();
    if (!cache->sqlite) {
        err_set(&problem, PL_E_UNSUPPORTED,
                "the cache needs SQLite, which is not installed here (Debian: package "
                "libsqlite3-0)");
        give_up(cache, &problem);
    } else if (place_open(cache->folder, &cache->place, &problem) < 0) {
        give_up(cache, &problem);
    } else {
        start(cache);
    }
    return cache->state == USABLE;
}

/* ---- values ---- */

static bool read_stored(struct cache *cache, const struct cache_key *key, struct buf *stored)
{
    const struct sqlite_api *sqlite = cache->sqlite;
    sqlite3_stmt *get = cache->statements[GET];
    sqlite->bind_blob(get, 1, key->bytes, sizeof(key->bytes), SQLITE_STATIC);
    int rc = sqlite->step(get);
    bool found = rc == SQLITE_ROW;
    if (found) {
        const void *bytes = sqlite->column_blob(get, 2);
        int len = sqlite->column_bytes(get, 2);
        if (bytes && len > 0)
            buf_add(stored, str_make(bytes, (size_t)len));
        if (sqlite->column_int64(get, 1) < cache->fresh && cache->touched.count < TOUCHED_MAX)
            *VEC_ADD(&cache->touched) = sqlite->column_int64(get, 0);
    }
    int end = sqlite->reset(get);
    take_code(cache, found ? end : rc);
    return found;
}

bool cache_get(struct cache *cache, const struct cache_key *key, struct buf *ret_value)
{
    AUTO_BUF stored = {0};
    pthread_mutex_lock(&cache->lock);
    bool found = ready(cache) && read_stored(cache, key, &stored);
    pthread_mutex_unlock(&cache->lock);
    return found && value_open(key, buf_str(&stored), ret_value);
}

static int step_once(struct cache *cache, enum statement which)
{
    int rc = cache->sqlite->step(cache->statements[which]);
    cache->sqlite->reset(cache->statements[which]);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int read_size(struct cache *cache, uint64_t *ret_used, uint64_t *ret_file)
{
    sqlite3_stmt *statement = cache->statements[SIZE];
    int rc = cache->sqlite->step(statement);
    *ret_used = *ret_file = 0;
    if (rc == SQLITE_ROW) {
        *ret_used = (uint64_t)cache->sqlite->column_int64(statement, 0);
        *ret_file = (uint64_t)cache->sqlite->column_int64(statement, 1);
    }
    cache->sqlite->reset(statement);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* What was not used for longest goes, until there is some room again. */
static int evict(struct cache *cache)
{
    uint64_t used, file;
    int rc = read_size(cache, &used, &file);
    if (rc != SQLITE_OK || used <= cache->bound)
        return rc;
    while (rc == SQLITE_OK && used > cache->bound - cache->bound / 16) {
        rc = step_once(cache, EVICT);
        if (rc == SQLITE_OK && cache->sqlite->changes(cache->db) == 0)
            break;
        if (rc == SQLITE_OK)
            rc = read_size(cache, &used, &file);
    }
    return rc;
}

/* Room that is not used goes back to the file system when the file is larger than it may be. */
static int shrink(struct cache *cache)
{
    uint64_t used, file;
    int rc = read_size(cache, &used, &file);
    return rc == SQLITE_OK && file > cache->bound ? exec(cache, "PRAGMA incremental_vacuum") : rc;
}

static int write_stored(struct cache *cache, const struct cache_key *key, enum cache_kind kind,
                        struct str stored)
{
    const struct sqlite_api *sqlite = cache->sqlite;
    sqlite3_stmt *put = cache->statements[PUT];
    int rc = exec(cache, "BEGIN IMMEDIATE");
    if (rc != SQLITE_OK)
        return rc;
    sqlite->bind_blob(put, 1, key->bytes, sizeof(key->bytes), SQLITE_STATIC);
    sqlite->bind_int64(put, 2, kind);
    sqlite->bind_blob(put, 3, stored.data, (int)stored.len, SQLITE_STATIC);
    rc = step_once(cache, PUT);
    if (rc == SQLITE_OK)
        rc = evict(cache);
    if (rc == SQLITE_OK)
        rc = exec(cache, "COMMIT");
    if (rc != SQLITE_OK) {
        exec(cache, "ROLLBACK");
        return rc;
    }
    return shrink(cache);
}

void cache_put(struct cache *cache, const struct cache_key *key, enum cache_kind kind,
               struct str value)
{
    AUTO_BUF stored = {0};
    if (!value_seal(key, value, &stored) || stored.len > cache->bound / 4)
        return;
    pthread_mutex_lock(&cache->lock);
    if (ready(cache) && !cache->read_only)
        take_code(cache, write_stored(cache, key, kind, buf_str(&stored)));
    pthread_mutex_unlock(&cache->lock);
}

/* ---- claims ---- */

static size_t claim_of(const struct cache *cache, const struct cache_key *key)
{
    for (size_t i = 0; i < cache->claims.count; i++) /* one a thread at the most */
        if (memcmp(&cache->claims.items[i], key, sizeof(*key)) == 0)
            return i;
    return SIZE_MAX;
}

void cache_claim(struct cache *cache, const struct cache_key *key)
{
    pthread_mutex_lock(&cache->lock);
    while (claim_of(cache, key) != SIZE_MAX)
        pthread_cond_wait(&cache->released, &cache->lock);
    *VEC_ADD(&cache->claims) = *key;
    pthread_mutex_unlock(&cache->lock);
}

void cache_release(struct cache *cache, const struct cache_key *key)
{
    pthread_mutex_lock(&cache->lock);
    size_t at = claim_of(cache, key);
    if (at != SIZE_MAX)
        cache->claims.items[at] = cache->claims.items[--cache->claims.count];
    pthread_cond_broadcast(&cache->released);
    pthread_mutex_unlock(&cache->lock);
}

/* ---- the end of a run ---- */

static void write_touched(struct cache *cache)
{
    if (cache->touched.count == 0 || cache->read_only || exec(cache, "BEGIN IMMEDIATE"))
        return;
    for (size_t i = 0; i < cache->touched.count; i++) {
        cache->sqlite->bind_int64(cache->statements[TOUCH], 1, cache->touched.items[i]);
        if (step_once(cache, TOUCH) != SQLITE_OK)
            break;
    }
    exec(cache, "COMMIT");
}

void cache_free(struct cache *cache)
{
    if (cache->state == USABLE)
        write_touched(cache);
    close_file(cache);
    place_close(&cache->place);
    VEC_FREE(&cache->touched);
    VEC_FREE(&cache->claims);
    pthread_cond_destroy(&cache->released);
    pthread_mutex_destroy(&cache->lock);
    arena_free(&cache->arena);
    free(cache);
}

const struct pl_err *cache_problem(struct cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    const struct pl_err *problem = cache->has_problem ? &cache->problem : NULL;
    pthread_mutex_unlock(&cache->lock);
    return problem;
}

/* ---- for people ---- */

static int fail(const struct cache *cache, int rc, struct pl_err *err)
{
    if (cache->has_problem) {
        *err = cache->problem;
        return -(int)err->code;
    }
    tell_reason(rc, err);
    return err_prefix(err, "%s", cache->place.file ? cache->place.file : cache->folder.data);
}

static int count(struct cache *cache, struct cache_info *info)
{
    uint64_t used;
    int rc = read_size(cache, &used, &info->bytes);
    for (int kind = 0; kind < CACHE_KIND_COUNT && rc == SQLITE_OK; kind++) {
        sqlite3_stmt *statement = cache->statements[COUNT];
        cache->sqlite->bind_int64(statement, 1, kind);
        rc = cache->sqlite->step(statement);
        if (rc == SQLITE_ROW) {
            info->counts[kind] = (uint64_t)cache->sqlite->column_int64(statement, 0);
            rc = SQLITE_OK;
        }
        cache->sqlite->reset(statement);
    }
    return rc;
}

int cache_info(struct cache *cache, struct cache_info *ret_info, struct pl_err *err)
{
    *ret_info = (struct cache_info){.bound = cache->bound};
    pthread_mutex_lock(&cache->lock);
    bool usable = ready(cache);
    int rc = usable ? count(cache, ret_info) : SQLITE_ERROR;
    ret_info->path = usable ? arena_str(&cache->arena, str_of(cache->place.file)) : STR_NONE;
    int r = rc == SQLITE_OK ? 0 : fail(cache, rc, err);
    pthread_mutex_unlock(&cache->lock);
    return r;
}

int cache_clear(struct cache *cache, struct pl_err *err)
{
    pthread_mutex_lock(&cache->lock);
    bool usable = ready(cache);
    int rc = usable ? exec(cache, "DELETE FROM value; PRAGMA incremental_vacuum;"
                                  "PRAGMA wal_checkpoint(TRUNCATE)")
                    : SQLITE_ERROR;
    int r = rc == SQLITE_OK ? 0 : fail(cache, rc, err);
    pthread_mutex_unlock(&cache->lock);
    return r;
}
