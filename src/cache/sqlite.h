/* SQLite, loaded when it is first needed: a machine without it scans without a cache. One table of
 * the symbols that are used; the types are SQLite's own. */
#pragma once

#include <sqlite3.h>

struct sqlite_api {
    int (*open_v2)(const char *path, sqlite3 **ret_db, int flags, const char *vfs);
    int (*close)(sqlite3 *db);
    int (*exec)(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
                void *context, char **ret_message);
    int (*busy_timeout)(sqlite3 *db, int milliseconds);
    int (*prepare_v2)(sqlite3 *db, const char *sql, int bytes, sqlite3_stmt **ret_statement,
                      const char **ret_tail);
    int (*step)(sqlite3_stmt *statement);
    int (*reset)(sqlite3_stmt *statement);
    int (*finalize)(sqlite3_stmt *statement);
    int (*bind_blob)(sqlite3_stmt *statement, int index, const void *bytes, int count,
                     void (*destroy)(void *));
    int (*bind_int64)(sqlite3_stmt *statement, int index, sqlite3_int64 value);
    const void *(*column_blob)(sqlite3_stmt *statement, int column);
    int (*column_bytes)(sqlite3_stmt *statement, int column);
    sqlite3_int64 (*column_int64)(sqlite3_stmt *statement, int column);
    int (*changes)(sqlite3 *db);
};

/* NULL when it is not installed. Lives for ever. */
const struct sqlite_api *sqlite_load(void);
