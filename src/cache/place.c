#include "cache/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOCK_TRIES = 50, LOCK_WAIT = 20 /* milliseconds */ };

static int make_folders(const char *folder, struct pl_err *err)
{
    AUTO_FREE char *path = str_dup(str_of(folder));
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    /* It tells what is in images that not everybody may read. */
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return err_errno(err, errno, "cannot make the folder %s", path);
    return 0;
}

/* What somebody else can write to could tell that an image is clean. */
static int check_owner(const char *path, const struct stat *status, struct pl_err *err)
{
    if ((status->st_uid == geteuid() || status->st_uid == 0) && (status->st_mode & 022) == 0)
        return 0;
    return err_set(err, PL_E_DENIED,
                   "%s belongs to another user, or others can write to it: what it tells is not "
                   "trusted",
                   path);
}

static int check_folder(const char *folder, struct pl_err *err)
{
    struct stat status;
    if (stat(folder, &status) < 0)
        return err_errno(err, errno, "cannot look at %s", folder);
    if (!S_ISDIR(status.st_mode))
        return err_set(err, PL_E_IO, "%s is not a folder", folder);
    return check_owner(folder, &status, err);
}

static int check_file(const char *file, struct pl_err *err)
{
    struct stat status;
    if (lstat(file, &status) < 0)
        return errno == ENOENT ? 0 : err_errno(err, errno, "cannot look at %s", file);
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
        return err_set(err, PL_E_DENIED, "%s is not a plain file of one name", file);
    return check_owner(file, &status, err);
}

/* Whoever makes the file anew is done in a moment; one that was stopped while it did is not waited
 * for. */
static bool take_lock(int lock)
{
    for (unsigned i = 0; i < LOCK_TRIES; i++) {
        if (flock(lock, LOCK_SH | LOCK_NB) == 0)
            return true;
        clock_wait(LOCK_WAIT);
    }
    return false;
}

int place_open(struct str folder, struct place *ret_place, struct pl_err *err)
{
    struct place place = {.lock = -1};
    place.folder = arena_str(&place.arena, folder).data;
    place.file = arena_printf(&place.arena, "%.*s/layers.sqlite", STR_ARG(folder)).data;
    const char *lock = arena_printf(&place.arena, "%.*s/lock", STR_ARG(folder)).data;
    int r = access(place.folder, F_OK) == 0 ? 0 : make_folders(place.folder, err);
    if (r == 0)
        r = check_folder(place.folder, err);
    if (r == 0)
        r = check_file(place.file, err);
    if (r == 0) {
        place.lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (place.lock < 0)
            r = err_errno(err, errno, "cannot write %s", lock);
        else if (!take_lock(place.lock))
            r = err_set(err, PL_E_IO, "another process holds it");
    }
    *ret_place = place;
    if (r < 0)
        place_close(ret_place);
    return r;
}

void place_close(struct place *place)
{
    if (place->lock >= 0)
        close(place->lock);
    arena_free(&place->arena);
    *place = (struct place){.lock = -1};
}

static int take_away(struct place *place, bool foreign, struct pl_err *err)
{
    static const char *const journals[] = {"-wal", "-shm", "-journal"};
    if (foreign) {
        const char *path = arena_printf(&place->arena, "%s.aside", place->file).data;
        if (renameat2(AT_FDCWD, place->file, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
            return err_errno(err, errno, "%s is no cache, and cannot be put aside as %s",
                             place->file, path);
    }
    for (size_t i = 0; i < ARRAY_LEN(journals); i++)
        unlink(arena_printf(&place->arena, "%s%s", place->file, journals[i]).data);
    if (unlink(place->file) < 0 && errno != ENOENT)
        return err_errno(err, errno, "cannot remove %s", place->file);
    return 0;
}

int place_renew(struct place *place, bool foreign, struct pl_err *err)
{
    if (flock(place->lock, LOCK_EX | LOCK_NB) < 0) {
        flock(place->lock, LOCK_SH);
        return err_set(err, PL_E_IO, "%s is damaged, and another process still uses it",
                       place->file);
    }
    int r = take_away(place, foreign, err);
    flock(place->lock, LOCK_SH);
    return r;
}
