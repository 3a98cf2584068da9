/* The store of the cache: many processes, killed ones, damaged files, its bound, whom it trusts. */
#include "cache/cache.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../vulndb/scratch.h"
#include "base/limits.h"
#include "test.h"

static struct cache_key key_of(unsigned number)
{
    struct cache_key key = {{0}};
    memcpy(key.bytes, &number, sizeof(number));
    return key;
}

/* A value that nothing can make smaller, a function of its number. */
static void make_value(unsigned number, size_t size, struct buf *ret)
{
    uint64_t state = number * 0x9e3779b97f4a7c15ULL + 1;
    ret->len = 0;
    for (size_t i = 0; i < size; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        buf_putc(ret, (char)(unsigned char)(state >> 56));
    }
}

static struct cache *open_cache(uint64_t size)
{
    return cache_new(str_of(scratch_path), size);
}

static void put(struct cache *cache, unsigned number, size_t size)
{
    AUTO_BUF value = {0};
    struct cache_key key = key_of(number);
    make_value(number, size, &value);
    cache_put(cache, &key, CACHE_LAYER, buf_str(&value));
}

enum found { MISSING, RIGHT, WRONG };

static enum found get(struct cache *cache, unsigned number, size_t size)
{
    AUTO_BUF want = {0};
    AUTO_BUF got = {0};
    struct cache_key key = key_of(number);
    if (!cache_get(cache, &key, &got))
        return MISSING;
    make_value(number, size, &want);
    return str_equal(buf_str(&got), buf_str(&want)) ? RIGHT : WRONG;
}

static void keeps_values(void)
{
    scratch_make();
    struct cache *cache = open_cache(GIB);
    CHECK_INT(get(cache, 1, 100), MISSING);
    put(cache, 1, 100);
    put(cache, 2, 300000);
    put(cache, 3, 0);
    CHECK_INT(get(cache, 1, 100), RIGHT);
    cache_free(cache);
    cache = open_cache(GIB);
    CHECK_INT(get(cache, 1, 100), RIGHT);
    CHECK_INT(get(cache, 2, 300000), RIGHT);
    CHECK_INT(get(cache, 3, 0), RIGHT);
    put(cache, 2, 5); /* the later one counts */
    CHECK_INT(get(cache, 2, 5), RIGHT);
    CHECK(cache_problem(cache) == NULL);
    struct cache_info info;
    struct pl_err err;
    CHECK_INT(cache_info(cache, &info, &err), 0);
    CHECK_INT(info.counts[CACHE_LAYER], 3);
    CHECK_INT(info.counts[CACHE_NAME], 0);
    CHECK(info.bytes > 300000 && info.bytes < 2 * MIB);
    CHECK_INT(cache_clear(cache, &err), 0);
    CHECK_INT(get(cache, 1, 100), MISSING);
    CHECK_INT(cache_info(cache, &info, &err), 0);
    CHECK_INT(info.counts[CACHE_LAYER], 0);
    CHECK(info.bytes < 300000);
    cache_free(cache);
    scratch_remove();
}

static uint64_t file_size(const char *name)
{
    struct stat status;
    return stat(scratch_file(name), &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* What is used stays, what was not used for longest goes. */
static void keeps_its_bound(void)
{
    enum { SIZE = 100 * 1000, BOUND = 4 * MIB, VALUES = 200 };
    scratch_make();
    for (unsigned i = 0; i < VALUES; i++) { /* each a run of its own */
        struct cache *cache = open_cache(BOUND);
        put(cache, i, SIZE);
        CHECK_INT(get(cache, 0, SIZE), RIGHT);
        cache_free(cache);
        if (file_size("layers.sqlite") > BOUND + SIZE * 2)
            FAIL("after %u values the file has %llu bytes", i,
                 (unsigned long long)file_size("layers.sqlite"));
    }
    struct cache *cache = open_cache(BOUND);
    unsigned kept = 0;
    for (unsigned i = 0; i < VALUES; i++)
        kept += get(cache, i, SIZE) == RIGHT;
    CHECK(kept > 30 && kept < 42);
    CHECK_INT(get(cache, VALUES - 1, SIZE), RIGHT);
    CHECK_INT(get(cache, 1, SIZE), MISSING);
    put(cache, 1000, 2 * MIB); /* one that would take most of it is not kept */
    CHECK_INT(get(cache, 1000, 2 * MIB), MISSING);
    CHECK_INT(get(cache, VALUES - 1, SIZE), RIGHT);
    cache_free(cache);
    cache = open_cache(MIB); /* a smaller bound is met at the next value */
    put(cache, 2000, 1000);
    cache_free(cache);
    CHECK(file_size("layers.sqlite") <= MIB);
    scratch_remove();
}

/* Eight at once, on a new file, writing what others write, too. */
static void serves_many_processes(void)
{
    enum { PROCESSES = 8, VALUES = 60, SIZE = 5000 };
    pid_t children[PROCESSES];
    scratch_make();
    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct cache *cache = open_cache(GIB);
            bool right = true;
            for (unsigned k = 0; k < VALUES; k++) {
                unsigned number = (i % 2) * VALUES + k;
                put(cache, number, SIZE);
                right = right && get(cache, number, SIZE) == RIGHT;
            }
            right = right && cache_problem(cache) == NULL;
            cache_free(cache);
            _exit(right ? 0 : 1);
        }
    }
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        CHECK_INT(status, 0);
    }
    struct cache *cache = open_cache(GIB);
    for (unsigned k = 0; k < 2 * VALUES; k++)
        CHECK_INT(get(cache, k, SIZE), RIGHT);
    cache_free(cache);
    scratch_remove();
}

/* Writers that are killed in the middle leave nothing that is wrong. */
static void survives_kills(void)
{
    enum { KILLS = 12, SIZE = 40000 };
    scratch_make();
    for (unsigned round = 0; round < KILLS; round++) {
        int told[2];
        char byte;
        CHECK_INT(pipe(told), 0);
        pid_t child = fork();
        if (child == 0) {
            struct cache *cache = open_cache(8 * MIB);
            for (unsigned k = 0;; k++) {
                put(cache, k % 300, SIZE);
                if (write(told[1], "x", 1) != 1)
                    _exit(1);
            }
        }
        for (unsigned k = 0; k < 1 + round * 7; k++) /* so many values later */
            CHECK_INT(read(told[0], &byte, 1), 1);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(told[0]);
        close(told[1]);
        struct cache *cache = open_cache(8 * MIB);
        unsigned right = 0;
        for (unsigned k = 0; k < 300; k++) {
            enum found found = get(cache, k, SIZE);
            CHECK(found != WRONG);
            right += found == RIGHT;
        }
        CHECK(right > 0);
        CHECK(cache_problem(cache) == NULL);
        cache_free(cache);
    }
    scratch_remove();
}

static void overwrite(const char *path, off_t at, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(pwrite(fd, bytes, size, at), size);
    close(fd);
}

/* Whatever is damaged: a value is right or is not there, and the cache goes on. */
static void stands_damage(void)
{
    enum { VALUES = 40, SIZE = 9000, PAGE = 16384 };
    scratch_make();
    unsigned pages = 1;
    for (unsigned page = 0; page < pages; page++) {
        unsigned char junk[1024];
        struct cache *cache = open_cache(GIB);
        for (unsigned k = 0; k < VALUES; k++)
            put(cache, k, SIZE);
        cache_free(cache);
        pages = (unsigned)(file_size("layers.sqlite") / PAGE);
        memset(junk, page % 2 ? 0xff : 0x55, sizeof(junk));
        overwrite(scratch_file("layers.sqlite"), (off_t)page * PAGE, junk, sizeof(junk));
        cache = open_cache(GIB);
        for (unsigned k = 0; k < VALUES; k++)
            CHECK(get(cache, k, SIZE) != WRONG);
        put(cache, 7, SIZE);
        CHECK_INT(get(cache, 7, SIZE), RIGHT);
        cache_free(cache);
        cache = open_cache(GIB);
        CHECK_INT(get(cache, 7, SIZE), RIGHT);
        cache_free(cache);
        unlink(scratch_file("layers.sqlite.aside"));
    }
    CHECK(pages > 20);
    scratch_remove();
}

/* A value that stands under another key, or that was altered, is none. */
static void holds_values_against_their_keys(void)
{
    sqlite3 *db = NULL;
    scratch_make();
    struct cache *cache = open_cache(GIB);
    put(cache, 1, 100);
    put(cache, 2, 100);
    cache_free(cache);
    CHECK_INT(sqlite3_open(scratch_file("layers.sqlite"), &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(db,
                           "UPDATE value SET bytes = (SELECT bytes FROM value WHERE id = 1) WHERE "
                           "id = 2",
                           NULL, NULL, NULL),
              SQLITE_OK);
    sqlite3_close(db);
    cache = open_cache(GIB);
    CHECK_INT(get(cache, 1, 100), RIGHT);
    CHECK_INT(get(cache, 2, 100), MISSING);
    cache_free(cache);
    scratch_remove();
}

/* Files of other formats: a newer one of ours goes, one of somebody else is kept beside. */
static void makes_other_files_anew(void)
{
    static const struct {
        const char *sql;
        bool aside;
    } cases[] = {
        {"PRAGMA application_id = 1349283187; PRAGMA user_version = 2; CREATE TABLE value(x)",
         false},
        {"PRAGMA application_id = 7; CREATE TABLE t(x)", true},
        {"CREATE TABLE value(x)", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        sqlite3 *db = NULL;
        scratch_make();
        CHECK_INT(sqlite3_open(scratch_file("layers.sqlite"), &db), SQLITE_OK);
        CHECK_INT(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        struct cache *cache = open_cache(GIB);
        put(cache, 1, 100);
        CHECK_INT(get(cache, 1, 100), RIGHT);
        CHECK(cache_problem(cache) == NULL);
        cache_free(cache);
        if ((access(scratch_file("layers.sqlite.aside"), F_OK) == 0) != cases[i].aside)
            FAIL("case %zu", i);
        scratch_remove();
    }
}

static void check_refused(enum pl_code code)
{
    struct cache *cache = open_cache(GIB);
    put(cache, 1, 100);
    CHECK_INT(get(cache, 1, 100), MISSING);
    const struct pl_err *problem = cache_problem(cache);
    CHECK(problem && problem->code == code);
    cache_free(cache);
}

/* What others could have written is not read. */
static void trusts_only_its_own(void)
{
    scratch_make();
    struct cache *cache = open_cache(GIB);
    put(cache, 1, 100);
    cache_free(cache);
    chmod(scratch_path, 0777);
    check_refused(PL_E_DENIED);
    chmod(scratch_path, 0770);
    check_refused(PL_E_DENIED);
    chmod(scratch_path, 0755);
    chmod(scratch_file("layers.sqlite"), 0666);
    check_refused(PL_E_DENIED);
    chmod(scratch_file("layers.sqlite"), 0644);
    if (geteuid() == 0) { /* nobody else can give files away */
        CHECK_INT(chown(scratch_file("layers.sqlite"), 12345, 12345), 0);
        check_refused(PL_E_DENIED);
        CHECK_INT(chown(scratch_file("layers.sqlite"), 0, 0), 0);
    }
    CHECK_INT(link(scratch_file("layers.sqlite"), scratch_file("other")), 0);
    check_refused(PL_E_DENIED);
    unlink(scratch_file("layers.sqlite"));
    CHECK_INT(symlink("other", scratch_file("layers.sqlite")), 0);
    check_refused(PL_E_DENIED);
    unlink(scratch_file("layers.sqlite"));
    CHECK_INT(rename(scratch_file("other"), scratch_file("layers.sqlite")), 0);
    cache = open_cache(GIB);
    CHECK_INT(get(cache, 1, 100), RIGHT);
    cache_free(cache);
    scratch_remove();
}

struct claiming {
    struct cache *cache;
    unsigned key;
    _Atomic int *inside;
    _Atomic int *collisions;
};

static void *claim_often(void *context)
{
    struct claiming *claiming = context;
    struct cache_key key = key_of(claiming->key);
    for (unsigned i = 0; i < 200; i++) {
        cache_claim(claiming->cache, &key);
        if (atomic_fetch_add(claiming->inside, 1) != 0)
            atomic_fetch_add(claiming->collisions, 1);
        sched_yield();
        atomic_fetch_sub(claiming->inside, 1);
        cache_release(claiming->cache, &key);
    }
    return NULL;
}

/* One thread at a time for each key; others go on meanwhile. */
static void lets_one_thread_work(void)
{
    enum { THREADS = 8, KEYS = 2 };
    pthread_t threads[THREADS];
    struct claiming claiming[THREADS];
    _Atomic int inside[KEYS] = {0}, collisions = 0;
    scratch_make();
    struct cache *cache = open_cache(GIB);
    struct cache_key other = key_of(99);
    cache_claim(cache, &other);
    for (unsigned i = 0; i < THREADS; i++) {
        claiming[i] = (struct claiming){cache, i % KEYS, &inside[i % KEYS], &collisions};
        CHECK_INT(pthread_create(&threads[i], NULL, claim_often, &claiming[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(collisions, 0);
    cache_release(cache, &other);
    cache_claim(cache, &other); /* it is free again */
    cache_free(cache);
    scratch_remove();
}

static void does_without(void)
{
    struct pl_err err;
    struct cache_info info;
    struct cache *cache = cache_new(STR("/proc/no/such/folder"), GIB);
    put(cache, 1, 100);
    CHECK_INT(get(cache, 1, 100), MISSING);
    CHECK(cache_problem(cache) != NULL);
    CHECK(cache_info(cache, &info, &err) < 0);
    CHECK(cache_clear(cache, &err) < 0);
    cache_free(cache);
}

int main(void)
{
    RUN(keeps_values);
    RUN(keeps_its_bound);
    RUN(serves_many_processes);
    RUN(survives_kills);
    RUN(stands_damage);
    RUN(holds_values_against_their_keys);
    RUN(makes_other_files_anew);
    RUN(trusts_only_its_own);
    RUN(lets_one_thread_work);
    RUN(does_without);
    return test_end();
}
