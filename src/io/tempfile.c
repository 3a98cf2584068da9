#include "io/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

/* A fixed table: a signal handler may read it at any moment. A path is put in only when its file is
 * there, and taken out before it is freed. */
enum { SLOTS = 64 };
static _Atomic(char *) slots[SLOTS];

static int take_slot(char *path)
{
    for (int i = 0; i < SLOTS; i++) {
        char *empty = NULL;
        if (atomic_compare_exchange_strong(&slots[i], &empty, path))
            return i;
    }
    return -1;
}

static void leave_slot(struct tempfile *file)
{
    if (file->slot >= 0)
        atomic_store(&slots[file->slot], NULL);
    file->slot = -1;
}

void tempfile_unlink_all(void)
{
    for (int i = 0; i < SLOTS; i++) {
        char *path = atomic_load(&slots[i]);
        if (path)
            unlink(path);
    }
}

static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* "folder/.name.XXXXXX": hidden, and told from finished files by its dot. */
static char *temporary_path(const char *final_path)
{
    size_t folder = folder_len(final_path);
    AUTO_BUF path = {0};
    buf_add(&path, str_make(final_path, folder));
    buf_printf(&path, ".%s.XXXXXX", final_path + folder);
    return str_dup(buf_str(&path));
}

int tempfile_create(const char *final_path, struct tempfile *ret, struct pl_err *err)
{
    struct tempfile file = TEMPFILE_NONE;
    file.path = temporary_path(final_path);
    file.fd = mkostemp(file.path, O_CLOEXEC);
    if (file.fd < 0) {
        int r = err_errno(err, errno, "no file can be made beside %s", final_path);
        free(file.path);
        return r;
    }
    file.slot = take_slot(file.path);
    file.final_path = str_dup(str_of(final_path));
    /* mkostemp() keeps others out; what is published here is for all that may read the folder. */
    mode_t mask = umask(0);
    umask(mask);
    fchmod(file.fd, 0666 & ~mask);
    *ret = file;
    return 0;
}

static void forget(struct tempfile *file)
{
    leave_slot(file);
    if (file->fd >= 0)
        close(file->fd);
    free(file->path);
    free(file->final_path);
    *file = TEMPFILE_NONE;
}

void tempfile_discard(struct tempfile *file)
{
    if (!file->path)
        return;
    unlink(file->path);
    forget(file);
}

static int sync_folder(const char *path)
{
    size_t len = folder_len(path);
    AUTO_FREE char *folder = len ? str_dup(str_make(path, len)) : str_dup(STR("."));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    /* Some file systems can't flush a folder: the rename itself has worked by now. */
    int r = fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
    close(fd);
    return r;
}

int tempfile_commit(struct tempfile *file, struct pl_err *err)
{
    int r = 0;
    if (fsync(file->fd) < 0)
        r = err_errno(err, errno, "%s can't be written to disk", file->final_path);
    else if (rename(file->path, file->final_path) < 0)
        r = err_errno(err, errno, "%s can't be replaced", file->final_path);
    if (r < 0) {
        tempfile_discard(file);
        return r;
    }
    leave_slot(file);
    if (sync_folder(file->final_path) < 0)
        r = err_errno(err, errno, "the folder of %s can't be written to disk", file->final_path);
    forget(file);
    return r;
}

int tempfile_nameless(struct pl_err *err)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        int fd =
            folders[i] && *folders[i] ? open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
        if (fd >= 0)
            return fd;
    }
    return err_errno(err, errno, "cannot make a temporary file; set TMPDIR to a folder with room");
}

int tempfile_write(int fd, struct str bytes, struct pl_err *err)
{
    while (bytes.len) {
        ssize_t wrote = write(fd, bytes.data, bytes.len);
        if (wrote < 0 && errno != EINTR)
            return err_errno(err, errno,
                             "cannot write a temporary file; set TMPDIR to a folder with room");
        bytes = str_from(bytes, wrote > 0 ? (size_t)wrote : 0);
    }
    return 0;
}
