#include "app/database.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/database_internal.h"
#include "base/clock.h"
#include "io/tempfile.h"

static struct buf database_path(const char *directory, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", directory, name);
    buf_putc(&path, '\0');
    return path;
}

/* The directory and those above it that are missing. */
static int make_directory(const char *directory, struct pl_err *err)
{
    AUTO_FREE char *path = str_dup(str_of(directory));
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return err_errno(err, errno, "the folder %s can't be made", directory);
    return 0;
}

/* What a run that was killed left half-written; under the lock nobody is writing. */
static void remove_leftovers(const char *directory)
{
    DIR *dir = opendir(directory);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
        if (str_starts(str_of(entry->d_name), STR("." VULNDB_FILE ".")))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

int database_lock(const struct database_options *options, int *ret_fd, struct pl_err *err)
{
    int r = make_directory(options->directory, err);
    if (r < 0)
        return r;
    AUTO_BUF path = database_path(options->directory, "lock");
    int fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_errno(err, errno, "%s can't be opened", path.data);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        progress_tell(options->progress, "waiting for another plimsoll to end its import", 0, 0,
                      NULL);
        while ((r = flock(fd, LOCK_EX)) < 0 && errno == EINTR) {
        }
        progress_tell(options->progress, "waiting for another plimsoll to end its import", 1, 1,
                      NULL);
    }
    if (r < 0) {
        r = err_errno(err, errno, "%s can't be locked", path.data);
        close(fd);
        return r;
    }
    remove_leftovers(options->directory);
    *ret_fd = fd;
    return 0;
}

int database_open_old(const struct database_options *options, struct vulndb **ret_db,
                      struct pl_err *err)
{
    AUTO_BUF path = database_path(options->directory, VULNDB_FILE);
    *ret_db = NULL;
    if (access(path.data, F_OK) < 0 && errno == ENOENT)
        return 0;
    return vulndb_open_file(path.data, ret_db, err);
}

static int carry_and_write(const struct database_options *options, struct builder *builder,
                           const struct feed_import *import, struct builder_totals *totals,
                           struct pl_err *err)
{
    AUTO_BUF path = database_path(options->directory, VULNDB_FILE);
    CLEANUP(vulndb_closep) struct vulndb *old = NULL;
    char built[CLOCK_TEXT];
    int r = database_open_old(options, &old, err);
    if (r == 0 && old)
        r = builder_carry(builder, old, err);
    clock_format(clock_now(), built);
    /* As old as what was put into it. */
    if (import->snapshot_date[0])
        snprintf(built, sizeof(built), "%sT00:00:00Z", import->snapshot_date);
    if (r == 0)
        r = builder_write(builder, path.data, str_of(built), options->progress, totals, err);
    return r;
}

int database_write(const struct database_options *options, struct builder *builder,
                   const struct feed_import *import, struct database_result *ret_result,
                   struct pl_err *err)
{
    struct builder_totals totals = {0};
    int r = carry_and_write(options, builder, import, &totals, err);
    if (r < 0)
        return r;
    ret_result->documents = import->documents;
    ret_result->records = import->records;
    ret_result->problems += import->problems;
    ret_result->bad_scores = import->bad_scores;
    ret_result->advisories = totals.advisories;
    ret_result->statements = totals.statements;
    ret_result->bytes = totals.bytes;
    return 0;
}

static int import_paths(const struct database_options *options, struct builder *builder,
                        const char *const *paths, size_t path_count,
                        struct database_result *ret_result, struct pl_err *err)
{
    struct feed_import import = {.builder = builder,
                                 .problem = options->problem,
                                 .context = options->context,
                                 .progress = options->progress};
    struct pl_err problem;
    for (size_t i = 0; i < path_count; i++)
        import.bytes_total += feed_path_bytes(paths[i]);
    for (size_t i = 0; i < path_count; i++) {
        if (feed_import_path(&import, paths[i], &problem) >= 0)
            continue;
        import.problems++;
        if (options->problem)
            options->problem(options->context, str_of(paths[i]), &problem);
    }
    progress_tell(options->progress, "reading advisories", import.bytes_total, import.bytes_total,
                  "B");
    if (!import.records) {
        ret_result->problems = import.problems;
        return err_set(err, PL_E_FORMAT,
                       "nothing of what was named is an advisory feed: the database is as it was");
    }
    return database_write(options, builder, &import, ret_result, err);
}

static int copy_bytes(struct str bytes, int fd, const char *path, const struct progress *progress,
                      struct pl_err *err)
{
    enum { CHUNK = 1 << 20 };
    size_t done = 0;
    while (done < bytes.len) {
        size_t want = bytes.len - done < CHUNK ? bytes.len - done : CHUNK;
        ssize_t put = write(fd, bytes.data + done, want);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_errno(err, errno, "%s can't be written", path);
        done += (size_t)put;
        progress_tell(progress, "copying the database", done, bytes.len, "B");
    }
    return 0;
}

/* LMDB's magic number in the first page (liblmdb's lmdb.h and mdb.c, MDB_MAGIC). */
static bool is_database(const char *path)
{
    static const uint32_t magic = 0xBEEFC0DE;
    enum { MAGIC_AT = 16 };
    uint32_t found = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is =
        fd >= 0 && pread(fd, &found, sizeof(found), MAGIC_AT) == sizeof(found) && found == magic;
    if (fd >= 0)
        close(fd);
    return is;
}

/* A database that was exported is whole: it takes the old one's place. */
static int import_database(const struct database_options *options, const char *path,
                           struct database_result *ret_result, struct pl_err *err)
{
    AUTO_BUF final_path = database_path(options->directory, VULNDB_FILE);
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    CLEANUP(vulndb_closep) struct vulndb *source = NULL, *copy = NULL;
    int r = vulndb_open_file(path, &source, err);
    if (r == 0)
        r = tempfile_create(final_path.data, &file, err);
    if (r == 0)
        r = copy_bytes(vulndb_bytes(source), file.fd, final_path.data, options->progress, err);
    /* The copy is what is checked: the source could change meanwhile. */
    if (r == 0)
        r = vulndb_open_file(file.path, &copy, err);
    if (r == 0)
        r = vulndb_verify(copy, err);
    if (r == 0)
        r = tempfile_commit(&file, err);
    if (r < 0)
        return r;
    ret_result->documents = 1;
    ret_result->records = ret_result->advisories = vulndb_info(copy)->advisories;
    ret_result->bytes = vulndb_info(copy)->bytes;
    return 0;
}

/* Alone: else it would be open which of them has the last word. */
static int check_databases(const char *const *paths, size_t path_count, bool *ret_database,
                           struct pl_err *err)
{
    *ret_database = false;
    for (size_t i = 0; i < path_count; i++) {
        if (!is_database(paths[i]))
            continue;
        *ret_database = true;
        if (path_count > 1)
            return err_set(err, PL_E_USAGE,
                           "%s is a whole database, which is imported alone: it takes the place of "
                           "the one that is there",
                           paths[i]);
    }
    return 0;
}

int database_import(const struct database_options *options, const char *const *paths,
                    size_t path_count, struct database_result *ret_result, struct pl_err *err)
{
    CLEANUP(vulndb_closep) struct vulndb *old = NULL;
    int lock = -1;
    bool whole;
    *ret_result = (struct database_result){0};
    int r = check_databases(paths, path_count, &whole, err);
    if (r == 0)
        r = database_lock(options, &lock, err);
    if (r < 0)
        return r;
    if (whole) {
        r = import_database(options, paths[0], ret_result, err);
        close(lock);
        return r;
    }
    /* One that can't be carried over is told before the work, not after. */
    r = database_open_old(options, &old, err);
    if (r == 0) {
        struct builder *builder = builder_new();
        if (options->facts_only)
            builder_facts_only(builder);
        if (old)
            builder_follow(builder, old);
        r = import_paths(options, builder, paths, path_count, ret_result, err);
        builder_free(builder);
    }
    close(lock);
    return r;
}

int database_verify(const char *directory, struct pl_err *err)
{
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    int r = vulndb_open(directory, &db, err);
    return r < 0 ? r : vulndb_verify(db, err);
}

int database_export(const char *directory, const char *path, const struct progress *progress,
                    struct pl_err *err)
{
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    CLEANUP(vulndb_closep) struct vulndb *db = NULL;
    int r = vulndb_open(directory, &db, err);
    if (r == 0)
        r = vulndb_verify(db, err);
    if (r == 0)
        r = tempfile_create(path, &file, err);
    if (r == 0)
        r = copy_bytes(vulndb_bytes(db), file.fd, path, progress, err);
    return r < 0 ? r : tempfile_commit(&file, err);
}
