#include "image/rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "base/path.h"

struct reading {
    int root_fd;
    const struct walk_visitor *visitor;
    struct layer_record *record;
    const struct wants *wants;
    struct hash_set seen; /* files and readers */
    struct input input;
    int fd;        /* of the file being read */
    uint64_t left; /* of the size that it had when it was opened */
    char *buffer;
    struct buf inspected; /* link or capability of the entry that is shown to inspectors */
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
    uint64_t parts[] = {status->st_dev, status->st_ino, reader};
    return !hash_set_add(&reading->seen, hash_xxh3(parts, sizeof(parts)));
}

/* The open file, for `count` readers; the first `by_name` of them want it for its name. */
static void read_open_file(struct reading *reading, struct str path, const struct stat *status,
                           const unsigned *readers, size_t count, size_t by_name)
{
    struct layer_record *record = reading->record;
    struct record_file *files[WANTS_MATCHES];
    struct pl_err problem;
    size_t first = record->files.count, fresh = 0;
    struct str kept = by_name ? arena_str(&record->arena, path) : path;
    for (size_t i = 0; i < count; i++)
        *VEC_ADD(&record->files) = (struct record_file){
            .path = kept,
            .hash = hash_str(path),
            .size = (uint64_t)status->st_size,
            .mode = status->st_mode & 07777,
            .type = seen_before(reading, status, readers[i]) ? ENTRY_HARDLINK : ENTRY_FILE,
            .reader = readers[i],
            .by_magic = i >= by_name,
        };
    for (size_t i = first; i < record->files.count; i++) {
        struct record_file *file = &record->files.items[i];
        if (file->type == ENTRY_FILE)
            files[fresh++] = file;
        else
            file->nothing = file->by_magic;
    }
    if (fresh) {
        reading->input = (struct input){
            .path = kept, .size = (uint64_t)status->st_size, .next = next_chunk, .fd = reading->fd};
        reading->left = (uint64_t)status->st_size;
        if (reading->visitor->file(reading->visitor->context, files, fresh, &reading->input,
                                   &problem) < 0) {
            err_prefix(&problem, "/%.*s", STR_ARG(path));
            tell(reading, true, &problem);
        }
    }
    record_forget_nothing(record, first);
    if (by_name || record->files.count == first)
        return;
    kept = arena_str(&record->arena, path);
    for (size_t i = first; i < record->files.count; i++)
        record->files.items[i].path = kept;
}

static void read_one(struct reading *reading, struct str path, unsigned reader)
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
    read_open_file(reading, path, &status, &reader, 1, 1);
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
    read_one(reading, path, reader);
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

/* ---- patterns for files anywhere: the whole tree is gone through ---- */

/* File systems that the kernel makes up: there is nothing installed in them. */
static bool is_made_up(int fd)
{
    static const long types[] = {
        0x9fa0,     /* proc */
        0x62656572, /* sysfs */
        0x27e0eb,   /* cgroup */
        0x63677270, /* cgroup2 */
        0x1cd1,     /* devpts */
        0x64626720, /* debugfs */
        0x74726163, /* tracefs */
        0x73636673, /* securityfs */
        0xcafe4a11, /* bpf */
        0x6165676c, /* pstore */
        0xde5e81e4, /* efivarfs */
        0x958458f6, /* hugetlbfs */
        0x19800202, /* mqueue */
        0x62656570, /* configfs */
        0x6e736673, /* nsfs */
    };
    struct statfs status;
    if (fstatfs(fd, &status) < 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (status.f_type == types[i])
            return true;
    return false;
}

static size_t match_head(const struct reading *reading, unsigned *readers, size_t count)
{
    char head[16];
    ssize_t got = pread(reading->fd, head, sizeof(head), 0);
    return got <= 0 ? count
                    : wants_match_head(reading->wants, str_make(head, (size_t)got), readers, count);
}

/* A file that is wanted for its first bytes alone and can't be opened is missed only if it could
 * have been a program. */
static bool is_program(const struct reading *reading, struct str path)
{
    struct stat status;
    int fd = open_in_root(reading->root_fd, path, O_PATH | O_NOFOLLOW);
    bool result = fd >= 0 && fstat(fd, &status) == 0 && (status.st_mode & 0111);
    if (fd >= 0)
        close(fd);
    return result;
}

static void take_anywhere(struct reading *reading, struct str path)
{
    struct stat status;
    unsigned readers[WANTS_MATCHES];
    size_t by_name = wants_match_general(reading->wants, path, readers), count = by_name;
    if (by_name == 0 && reading->wants->magics.count == 0)
        return;
    reading->fd = open_in_root(reading->root_fd, path, TO_READ | O_NOFOLLOW);
    if (reading->fd < 0) {
        int error = errno;
        if (error == ELOOP || (by_name == 0 && !is_program(reading, path)))
            return;
        errno = error;
        tell_errno(reading, path);
        return;
    }
    if (reading->wants->magics.count)
        count = match_head(reading, readers, count);
    if (count && fstat(reading->fd, &status) == 0 && S_ISREG(status.st_mode))
        read_open_file(reading, path, &status, readers, count, by_name);
    close(reading->fd);
}

/* ---- inspectors ---- */

static void read_capability(int fd, struct buf *ret)
{
    enum { CAPABILITY_MAX = 64 }; /* vfs_ns_cap_data has 24 */
    char name[64];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    ret->len = 0;
    char *value = buf_reserve(ret, CAPABILITY_MAX);
    ssize_t got = getxattr(name, "security.capability", value, CAPABILITY_MAX);
    ret->len = got > 0 ? (size_t)got : 0;
}

static void read_target(int fd, struct buf *ret)
{
    ret->len = 0;
    char *target = buf_reserve(ret, LIMIT_PATH);
    ssize_t got = readlinkat(fd, "", target, LIMIT_PATH);
    ret->len = got > 0 ? (size_t)got : 0;
}

static enum entry_type type_of(const struct stat *status)
{
    if (S_ISREG(status->st_mode))
        return ENTRY_FILE;
    if (S_ISDIR(status->st_mode))
        return ENTRY_DIR;
    return S_ISLNK(status->st_mode) ? ENTRY_SYMLINK : ENTRY_OTHER;
}

static void inspect_bytes(struct reading *reading, struct str path, uint64_t size)
{
    const struct walk_visitor *visitor = reading->visitor;
    struct pl_err problem;
    struct str chunk = STR_NONE;
    int r = 0;
    reading->fd = open_in_root(reading->root_fd, path, TO_READ | O_NOFOLLOW);
    if (reading->fd < 0)
        r = err_errno(&problem, errno, "cannot open");
    reading->left = size;
    while (r == 0) {
        r = next_chunk(&reading->input, &chunk, &problem);
        if (r == 0 && chunk.len == 0)
            break;
        if (r == 0)
            visitor->inspect_bytes(visitor->context, chunk);
    }
    if (reading->fd >= 0)
        close(reading->fd);
    visitor->inspect_end(visitor->context, r < 0 ? &problem : NULL);
}

enum { INSPECTED = 0x10000 }; /* beside the readers of seen_before() */

/* Shows an entry to the inspectors. */
static void inspect(struct reading *reading, struct str path)
{
    struct stat status;
    const struct walk_visitor *visitor = reading->visitor;
    if (!visitor->inspect)
        return;
    int fd = open_in_root(reading->root_fd, path, O_PATH | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &status) < 0) {
        if (fd >= 0)
            close(fd);
        return; /* it vanished */
    }
    struct inspect_entry entry = {
        .path = path,
        .type = type_of(&status),
        .size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0,
        .mode = status.st_mode & 07777,
        .uid = status.st_uid,
        .gid = status.st_gid,
        .major = major(status.st_rdev),
        .minor = minor(status.st_rdev),
        .special = S_ISCHR(status.st_mode)    ? 'c'
                   : S_ISBLK(status.st_mode)  ? 'b'
                   : S_ISFIFO(status.st_mode) ? 'p'
                                              : 0,
    };
    if (entry.type == ENTRY_FILE && status.st_nlink > 1 && seen_before(reading, &status, INSPECTED))
        entry.type = ENTRY_HARDLINK;
    if (entry.type == ENTRY_FILE && (entry.mode & 0111)) {
        read_capability(fd, &reading->inspected);
        entry.capability = buf_str(&reading->inspected);
    } else if (entry.type == ENTRY_SYMLINK) {
        read_target(fd, &reading->inspected);
        entry.link = buf_str(&reading->inspected);
    }
    close(fd);
    if (visitor->inspect(visitor->context, &entry, 0) && entry.type == ENTRY_FILE)
        inspect_bytes(reading, path, entry.size);
}

struct folder_entry {
    struct str path;
    unsigned char type;
};

static int by_path(const void *a, const void *b)
{
    return str_compare(((const struct folder_entry *)a)->path,
                       ((const struct folder_entry *)b)->path);
}

/* Readers that want the folder itself are given no bytes. */
static void take_folder(struct reading *reading, struct str path)
{
    unsigned readers[WANTS_MATCHES];
    struct record_file *files[WANTS_MATCHES];
    struct layer_record *record = reading->record;
    struct pl_err problem;
    size_t count = wants_match_folder(reading->wants, path, readers), first = record->files.count;
    if (count == 0)
        return;
    struct str kept = arena_str(&record->arena, path);
    for (size_t i = 0; i < count; i++)
        *VEC_ADD(&record->files) = (struct record_file){
            .path = kept, .hash = hash_str(path), .type = ENTRY_DIR, .reader = readers[i]};
    for (size_t i = 0; i < count; i++)
        files[i] = &record->files.items[first + i];
    reading->input = (struct input){.path = kept, .fd = -1};
    if (reading->visitor->file(reading->visitor->context, files, count, &reading->input, &problem) <
        0) {
        err_prefix(&problem, "/%.*s", STR_ARG(path));
        tell(reading, true, &problem);
    }
}

/* Folders in which container engines keep what images and containers consist of: other roots, each
 * a target of its own. */
static bool is_engine_storage(struct str dir)
{
    static const char *const ends[] = {
        "/docker/overlay2",
        "/docker/vfs/dir",
        "/containers/storage/overlay",
        "/containers/storage/vfs/dir",
        "/io.containerd.snapshotter.v1.overlayfs/snapshots",
        "/io.containerd.snapshotter.v1.native/snapshots",
    };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(dir, str_of(ends[i])))
            return true;
    return false;
}

static void walk_folder(struct reading *reading, struct str dir, dev_t device)
{
    struct arena arena = {0};
    VEC(struct folder_entry) entries = {0};
    struct stat status = {0};
    struct pl_err problem;
    int fd = open_in_root(reading->root_fd, dir, TO_READ | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0) {
        tell_errno(reading, dir);
        return;
    }
    if (is_engine_storage(dir)) {
        close(fd);
        err_set(&problem, PL_E_UNSUPPORTED,
                "/%.*s holds images and containers, which are targets of their own: it was passed "
                "over",
                STR_ARG(dir));
        tell(reading, false, &problem);
        return;
    }
    fstat(fd, &status);
    DIR *stream = status.st_dev != device && is_made_up(fd) ? NULL : fdopendir(fd);
    if (!stream) {
        close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        unsigned char type = entry->d_type;
        struct stat here;
        if (type == DT_UNKNOWN && fstatat(fd, entry->d_name, &here, AT_SYMLINK_NOFOLLOW) == 0)
            type = S_ISDIR(here.st_mode) ? DT_DIR : S_ISREG(here.st_mode) ? DT_REG : DT_UNKNOWN;
        if (type == DT_DIR || type == DT_REG || reading->visitor->inspect)
            *VEC_ADD(&entries) = (struct folder_entry){
                arena_printf(&arena, "%.*s%s%s", STR_ARG(dir), dir.len ? "/" : "", entry->d_name),
                type};
    }
    closedir(stream);
    if (entries.count)
        qsort(entries.items, entries.count, sizeof(entries.items[0]), by_path);
    for (size_t i = 0; i < entries.count; i++) {
        const struct folder_entry *entry = &entries.items[i];
        if (entry->path.len >= LIMIT_PATH) {
            err_limit(
                &problem, LIMIT_NAME(LIMIT_PATH),
                "/%.*s: paths in it are longer than LIMIT_PATH (%llu bytes) and were not read",
                STR_ARG(str_first(dir, 200)), LIMIT_PATH);
            tell(reading, true, &problem);
            break;
        }
        inspect(reading, entry->path);
        if (entry->type == DT_DIR) {
            take_folder(reading, entry->path);
            walk_folder(reading, entry->path, status.st_dev);
        } else if (entry->type == DT_REG) {
            take_anywhere(reading, entry->path);
        }
    }
    VEC_FREE(&entries);
    arena_free(&arena);
}

void rootfs_read(int root_fd, const struct wants *wants, const struct walk_visitor *visitor,
                 struct layer_record *record)
{
    struct reading reading = {
        .root_fd = root_fd,
        .visitor = visitor,
        .record = record,
        .wants = wants,
        .buffer = mem_alloc(CHUNK),
    };
    for (size_t i = 0; i < wants->items.count; i++) {
        const struct want *want = &wants->items.items[i];
        if (want->kind == WANT_PATH)
            read_path(&reading, want->pattern, want->reader);
        else if (want->kind == WANT_IN_DIR)
            read_folder(&reading, want);
    }
    if (visitor->inspect || wants->kinds[WANT_NAME] || wants->kinds[WANT_EXTENSION] ||
        wants->kinds[WANT_OTHER] || wants->magics.count || wants->folders.count)
        walk_folder(&reading, STR_NONE, 0);
    record_seal(record);
    record_index_files(record);
    hash_set_free(&reading.seen);
    free(reading.buffer);
    buf_free(&reading.inspected);
}
