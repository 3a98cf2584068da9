#include "image/rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/hash.h"
#include "image/path.h"

struct seen {
    dev_t device;
    ino_t inode;
    unsigned reader;
};

struct reading {
    int root_fd;
    const struct walk_visitor *visitor;
    struct layer_record *record;
    VEC(struct seen) seen;
    struct input input;
    int fd;        /* of the file being read */
    uint64_t left; /* of the size that it had when it was opened */
    char *buffer;
};

enum { CHUNK = 256 * 1024 };

enum { TO_READ = O_RDONLY | O_NONBLOCK | O_NOCTTY };

static int open_in_root(int root_fd, struct str path, int flags)
{
    AUTO_FREE char *name = str_dup(path.len ? path : STR("."));
    struct open_how how = {
        .flags = (unsigned)(O_CLOEXEC | flags),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    for (;;) {
        int fd = (int)syscall(SYS_openat2, root_fd, name, &how, sizeof(how));
        /* EAGAIN: a rename elsewhere raced with "..": openat2(2) says try again. */
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            return fd;
    }
}

static void tell(struct reading *reading, bool incomplete, const struct pl_err *problem)
{
    reading->visitor->problem(reading->visitor->context, incomplete, problem);
}

static void tell_errno(struct reading *reading, struct str path)
{
    struct pl_err problem;
    if (errno == ENOENT || errno == ENOTDIR)
        return; /* it is not there: nothing was missed */
    err_errno(&problem, errno, "cannot open /%.*s", STR_ARG(path));
    tell(reading, true, &problem);
}

static int next_chunk(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct reading *reading = (struct reading *)((char *)input - offsetof(struct reading, input));
    ssize_t got;
    do
        got = read(reading->fd, reading->buffer, CHUNK);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_errno(err, errno, "cannot read");
    if (got == 0 && reading->left)
        return err_set(err, PL_E_IO,
                       "the file ends %llu bytes before its size: it was cut off while it was read",
                       (unsigned long long)reading->left);
    reading->left -= (uint64_t)got < reading->left ? (uint64_t)got : reading->left;
    *ret_chunk = str_make(reading->buffer, (size_t)got);
    return 0;
}

static bool seen_before(struct reading *reading, const struct stat *status, unsigned reader)
{
    for (size_t i = 0; i < reading->seen.count; i++) {
        const struct seen *seen = &reading->seen.items[i];
        if (seen->device == status->st_dev && seen->inode == status->st_ino &&
            seen->reader == reader)
            return true;
    }
    *VEC_ADD(&reading->seen) = (struct seen){status->st_dev, status->st_ino, reader};
    return false;
}

static void read_open_file(struct reading *reading, struct str path, unsigned reader)
{
    struct stat status;
    struct pl_err problem;
    if (fstat(reading->fd, &status) < 0) {
        tell_errno(reading, path);
        return;
    }
    if (!S_ISREG(status.st_mode)) {
        err_set(&problem, PL_E_FORMAT, "/%.*s is not a regular file and was not read",
                STR_ARG(path));
        tell(reading, true, &problem);
        return;
    }
    bool again = seen_before(reading, &status, reader);
    struct layer_record *record = reading->record;
    struct str kept = arena_str(&record->arena, path);
    *VEC_ADD(&record->files) = (struct record_file){
        .path = kept,
        .hash = hash_str(path),
        .size = (uint64_t)status.st_size,
        .mode = status.st_mode & 07777,
        .type = again ? ENTRY_HARDLINK : ENTRY_FILE,
        .reader = reader,
    };
    struct record_file *file = &record->files.items[record->files.count - 1];
    reading->input = (struct input){.path = file->path, .size = file->size, .next = next_chunk};
    reading->left = file->size;
    if (reading->visitor->file(reading->visitor->context, &file, 1, &reading->input, &problem) <
        0) {
        err_prefix(&problem, "/%.*s", STR_ARG(path));
        tell(reading, true, &problem);
    }
}

/* A link that leads nowhere is kept as one that was not read. */
static bool take_dangling(struct reading *reading, struct str path, unsigned reader)
{
    struct stat status;
    struct layer_record *record = reading->record;
    int fd = open_in_root(reading->root_fd, path, O_PATH | O_NOFOLLOW);
    bool dangling = fd >= 0 && fstat(fd, &status) == 0 && S_ISLNK(status.st_mode);
    if (fd >= 0)
        close(fd);
    if (dangling)
        *VEC_ADD(&record->files) = (struct record_file){
            .path = arena_str(&record->arena, path),
            .hash = hash_str(path),
            .type = ENTRY_SYMLINK,
            .reader = reader,
        };
    return dangling;
}

static void read_path(struct reading *reading, struct str path, unsigned reader)
{
    reading->fd = open_in_root(reading->root_fd, path, TO_READ);
    if (reading->fd < 0) {
        int error = errno;
        if ((error == ENOENT || error == ENOTDIR) && take_dangling(reading, path, reader))
            return;
        errno = error;
        tell_errno(reading, path);
        return;
    }
    read_open_file(reading, path, reader);
    close(reading->fd);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void read_folder(struct reading *reading, const struct want *want)
{
    struct arena arena = {0};
    VEC(struct str) names = {0};
    int fd = open_in_root(reading->root_fd, want->dir, TO_READ | O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        tell_errno(reading, want->dir);
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct str path = arena_printf(&arena, "%.*s%s%s", STR_ARG(want->dir),
                                       want->dir.len ? "/" : "", entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            entry->d_type != DT_DIR && str_glob(want->pattern, path))
            *VEC_ADD(&names) = path;
    }
    closedir(dir);
    if (names.count)
        qsort(names.items, names.count, sizeof(names.items[0]), by_name);
    for (size_t i = 0; i < names.count; i++)
        read_path(reading, names.items[i], want->reader);
    VEC_FREE(&names);
    arena_free(&arena);
}

void rootfs_read(int root_fd, const struct wants *wants, const struct walk_visitor *visitor,
                 struct layer_record *record)
{
    struct reading reading = {
        .root_fd = root_fd,
        .visitor = visitor,
        .record = record,
        .buffer = mem_alloc(CHUNK),
    };
    for (size_t i = 0; i < wants->exact.count; i++)
        read_path(&reading, wants->exact.items[i].pattern, wants->exact.items[i].reader);
    for (size_t i = 0; i < wants->in_dir.count; i++)
        read_folder(&reading, &wants->in_dir.items[i]);
    record_seal(record);
    record_index_files(record);
    VEC_FREE(&reading.seen);
    free(reading.buffer);
}
