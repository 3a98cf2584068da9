#include "cache/sqlite.h"

#include <pthread.h>

#include <stdbool.h>

#include "base/mem.h"
#include "io/library.h"

static struct sqlite_api api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Where each symbol goes. */
static const struct library_symbol symbols[] = {
    {"sqlite3_open_v2", offsetof(struct sqlite_api, open_v2)},
    {"sqlite3_close", offsetof(struct sqlite_api, close)},
    {"sqlite3_exec", offsetof(struct sqlite_api, exec)},
    {"sqlite3_busy_timeout", offsetof(struct sqlite_api, busy_timeout)},
    {"sqlite3_prepare_v2", offsetof(struct sqlite_api, prepare_v2)},
    {"sqlite3_step", offsetof(struct sqlite_api, step)},
    {"sqlite3_reset", offsetof(struct sqlite_api, reset)},
    {"sqlite3_finalize", offsetof(struct sqlite_api, finalize)},
    {"sqlite3_bind_blob", offsetof(struct sqlite_api, bind_blob)},
    {"sqlite3_bind_int64", offsetof(struct sqlite_api, bind_int64)},
    {"sqlite3_column_blob", offsetof(struct sqlite_api, column_blob)},
    {"sqlite3_column_bytes", offsetof(struct sqlite_api, column_bytes)},
    {"sqlite3_column_int64", offsetof(struct sqlite_api, column_int64)},
    {"sqlite3_changes", offsetof(struct sqlite_api, changes)},
};

static void load(void)
{
    static const char *const names[] = {"libsqlite3.so.0", NULL};
    loaded = library_load(names, symbols, ARRAY_LEN(symbols), &api);
}

const struct sqlite_api *sqlite_load(void)
{
    pthread_once(&once, load);
    return loaded ? &api : NULL;
}
