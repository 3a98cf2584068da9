#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "base/vec.h"
#include "image/entries.h"

enum { CHUNK = 256 * 1024, TO_READ = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW };
enum { CAPABILITY_MAX = 64 }; /* bytes of the xattr: vfs_ns_cap_data has 24 */

enum item_kind { ITEM_FILE, ITEM_DIR, ITEM_SYMLINK, ITEM_OTHER, ITEM_WHITEOUT };

struct folder_item {
    struct str name;
    enum item_kind kind;
    struct stat status; /* of files; of everything where trees are compared */
    bool same_folder;   /* the layer below has a folder there, too */
};

struct folder_frame {
    struct folder_frame *parent;
    struct arena arena;
    VEC(struct folder_item) items;
    size_t next, path_len;
};

/* The first name of every file that has several. */
struct folder_links {
    struct arena arena;
    struct link_slot {
        uint64_t device, inode;
        struct str path; /* without bytes: the slot is free */
    } * slots;
    size_t count, mask;
    size_t alive; /* items of all frames */
};

/* ---- below the folder, and nowhere else ---- */

static int open_below(int root_fd, struct str path, int flags)
{
    AUTO_FREE char *name = str_dup(path.len ? path : STR("."));
    struct open_how how = {
        .flags = (unsigned)(O_CLOEXEC | flags),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    for (;;) {
        int fd = (int)syscall(SYS_openat2, root_fd, name, &how, sizeof(how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            return fd;
    }
}

static void tell(const struct folder_entries *folder, bool incomplete, struct pl_err *problem)
{
    folder->problem(folder->context, incomplete, problem);
}

/* What vanished while a container was read is not there any more. */
static void tell_errno(const struct folder_entries *folder, struct str path)
{
    struct pl_err problem;
    if (errno == ENOENT || errno == ENOTDIR)
        return;
    err_errno(&problem, errno, "cannot open /%.*s", STR_ARG(path));
    tell(folder, true, &problem);
}

/* ---- marks of overlayfs ---- */

static ssize_t get_mark(const struct folder_entries *folder, int fd, const char *name, char *value,
                        size_t size)
{
    static const char *const spaces[] = {"trusted.overlay.", "user.overlay.",
                                         "user.fuseoverlayfs."};
    size_t count = folder->folder.user_marks ? ARRAY_LEN(spaces) : 1;
    for (size_t i = 0; i < count; i++) {
        char full[64];
        size_t len = strlen(spaces[i]);
        memcpy(full, spaces[i], len);
        memcpy(full + len, name, strlen(name) + 1);
        ssize_t got = fgetxattr(fd, full, value, size);
        if (got >= 0 || errno == ERANGE)
            return got >= 0 ? got : (ssize_t)size;
    }
    return -1;
}

static bool has_mark_at(const struct folder_entries *folder, int dir_fd, const char *name,
                        const char *mark)
{
    char value[4];
    int fd = openat(dir_fd, name, TO_READ | O_CLOEXEC);
    bool result = fd >= 0 && get_mark(folder, fd, mark, value, sizeof(value)) >= 0;
    if (fd >= 0)
        close(fd);
    return result;
}

/* 'y': the layers below are hidden; 'x': files without bytes in it can be whiteouts; 0: neither. */
static char opaque_mark(const struct folder_entries *folder, int fd, struct str path)
{
    char value[4];
    struct pl_err problem;
    if (get_mark(folder, fd, "redirect", value, sizeof(value)) >= 0) {
        err_set(&problem, PL_E_UNSUPPORTED,
                "%.*s was renamed as a whole (redirect_dir of overlayfs): what the layers below "
                "have of it was not seen; save the image and scan the archive",
                STR_ARG(path));
        tell(folder, true, &problem);
    }
    return get_mark(folder, fd, "opaque", value, sizeof(value)) == 1 ? value[0] : 0;
}

/* A file whose bytes are in a layer below, since only its owner or mode was changed here: it is not
 * this layer's. False when it is an ordinary one. */
static bool is_elsewhere(const struct folder_entries *folder, int dir_fd, const char *name,
                         const struct stat *status, struct str path)
{
    struct pl_err problem;
    if (status->st_size == 0 || status->st_blocks != 0 ||
        !has_mark_at(folder, dir_fd, name, "metacopy"))
        return false;
    if (has_mark_at(folder, dir_fd, name, "redirect")) {
        err_set(&problem, PL_E_UNSUPPORTED,
                "%.*s/%s was renamed without its bytes (metacopy of overlayfs) and was not read; "
                "save the image and scan the archive",
                STR_ARG(path), name);
        tell(folder, true, &problem);
    }
    return true;
}

/* ---- what a folder holds ---- */

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct folder_item *)a)->name,
                       ((const struct folder_item *)b)->name);
}

static enum item_kind kind_of(const struct stat *status)
{
    switch (status->st_mode & S_IFMT) {
    case S_IFREG:
        return ITEM_FILE;
    case S_IFDIR:
        return ITEM_DIR;
    case S_IFLNK:
        return ITEM_SYMLINK;
    default:
        return ITEM_OTHER;
    }
}

/* Items of one folder in their order; closes `fd`. False when it cannot be gone through. */
static bool list_folder(struct folder_entries *folder, struct folder_frame *frame, int fd,
                        bool with_status)
{
    struct pl_err problem;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct folder_item item = {.kind = ITEM_OTHER};
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (folder->links->alive >= LIMIT_ENTRIES) {
            err_limit(&problem, LIMIT_NAME(LIMIT_ENTRIES),
                      "the layers have more entries than LIMIT_ENTRIES (%llu)", LIMIT_ENTRIES);
            tell(folder, true, &problem);
            break;
        }
        if (!with_status && !folder->folder.statuses &&
            (entry->d_type == DT_DIR || entry->d_type == DT_LNK)) {
            item.kind = entry->d_type == DT_DIR ? ITEM_DIR : ITEM_SYMLINK;
        } else {
            if (fstatat(fd, entry->d_name, &item.status, AT_SYMLINK_NOFOLLOW) < 0)
                continue; /* it vanished */
            item.kind = kind_of(&item.status);
        }
        item.name = arena_str(&frame->arena, str_of(entry->d_name));
        folder->links->alive++;
        *VEC_ADD(&frame->items) = item;
    }
    if (frame->items.count)
        qsort(frame->items.items, frame->items.count, sizeof(frame->items.items[0]), by_name);
    closedir(dir);
    return true;
}

static void free_frame(struct folder_entries *folder, struct folder_frame *frame)
{
    folder->links->alive -= frame->items.count;
    VEC_FREE(&frame->items);
    arena_free(&frame->arena);
    free(frame);
}

/* Whiteouts, and files whose bytes are elsewhere. */
static void read_marks(const struct folder_entries *folder, struct folder_frame *frame, int fd,
                       bool marked_files, struct str path)
{
    size_t kept = 0;
    for (size_t i = 0; i < frame->items.count; i++) {
        struct folder_item *item = &frame->items.items[i];
        if (item->kind == ITEM_OTHER && S_ISCHR(item->status.st_mode) &&
            item->status.st_rdev == makedev(0, 0))
            item->kind = ITEM_WHITEOUT;
        else if (item->kind == ITEM_FILE && item->status.st_size == 0 && marked_files &&
                 has_mark_at(folder, fd, item->name.data, "whiteout"))
            item->kind = ITEM_WHITEOUT;
        else if (item->kind == ITEM_FILE &&
                 is_elsewhere(folder, fd, item->name.data, &item->status, path))
            continue;
        frame->items.items[kept++] = *item;
    }
    folder->links->alive -= frame->items.count - kept;
    frame->items.count = kept;
}

/* As Docker tells the changes between two trees (pkg/archive, changes_unix.go). */
static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid &&
           a->st_rdev == b->st_rdev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Leaves what is not the same in the layer below, and adds what is gone. */
static void compare_folders(struct folder_entries *folder, struct folder_frame *frame,
                            struct folder_frame *below)
{
    size_t b = 0, count = frame->items.count;
    struct folder_frame merged = {.arena = frame->arena};
    for (size_t a = 0; a < count || b < below->items.count;) {
        struct folder_item *mine = a < count ? &frame->items.items[a] : NULL;
        struct folder_item *other = b < below->items.count ? &below->items.items[b] : NULL;
        int order = !mine ? 1 : !other ? -1 : str_compare(mine->name, other->name);
        if (order > 0) {
            *VEC_ADD(&merged.items) = (struct folder_item){
                .name = arena_str(&merged.arena, other->name), .kind = ITEM_WHITEOUT};
            b++;
            continue;
        }
        a++;
        b += order == 0;
        if (order == 0 && mine->kind == ITEM_DIR && other->kind == ITEM_DIR)
            mine->same_folder = true;
        else if (order == 0 && is_same(&mine->status, &other->status))
            continue;
        *VEC_ADD(&merged.items) = *mine;
    }
    folder->links->alive += merged.items.count;
    folder->links->alive -= count;
    VEC_FREE(&frame->items);
    merged.parent = frame->parent;
    merged.path_len = frame->path_len;
    *frame = merged;
}

static void read_below(struct folder_entries *folder, struct folder_frame *frame, struct str path)
{
    struct folder_frame *below = mem_zalloc(1, sizeof(*below));
    int fd = open_below(folder->folder.below_fd, path, TO_READ | O_DIRECTORY);
    if (fd < 0)
        tell_errno(folder, path);
    else
        list_folder(folder, below, fd, true);
    compare_folders(folder, frame, below);
    free_frame(folder, below);
}

/* Goes into the folder `path`. `compare`: the layer below has it, too. */
static void push_folder(struct folder_entries *folder, struct str path, bool compare)
{
    bool trees = folder->folder.below_fd >= 0, root = !folder->top;
    int fd = open_below(folder->folder.fd, path, TO_READ | O_DIRECTORY);
    if (fd < 0) {
        tell_errno(folder, path);
        return;
    }
    struct folder_frame *frame = mem_zalloc(1, sizeof(*frame));
    frame->parent = folder->top;
    frame->path_len = path.len;
    char opaque = trees || root ? 0 : opaque_mark(folder, fd, path);
    int kept_fd = dup(fd);
    if (list_folder(folder, frame, fd, trees) && kept_fd >= 0) {
        if (!trees)
            read_marks(folder, frame, kept_fd, opaque == 'x', path);
        else if (compare)
            read_below(folder, frame, path);
    }
    if (kept_fd >= 0)
        close(kept_fd);
    folder->top = frame;
    folder->opaque_next = opaque == 'y';
}

static void pop_folder(struct folder_entries *folder)
{
    struct folder_frame *frame = folder->top;
    folder->top = frame->parent;
    free_frame(folder, frame);
}

/* ---- files of several names ---- */

static void grow_links(struct folder_links *links)
{
    size_t old = links->slots ? links->mask + 1 : 0, size = old ? 2 * old : 64;
    struct link_slot *slots = mem_zalloc(size, sizeof(*slots));
    for (size_t i = 0; i < old; i++) {
        const struct link_slot *slot = &links->slots[i];
        size_t at = hash_with(slot->device, slot->inode) >> 7 & (size - 1);
        if (!slot->path.data)
            continue;
        while (slots[at].path.data)
            at = (at + 1) & (size - 1);
        slots[at] = *slot;
    }
    free(links->slots);
    links->slots = slots;
    links->mask = size - 1;
}

/* The first name of this file, or an empty one: then it is `path` from now on. */
static struct str first_name(struct folder_links *links, const struct stat *status, struct str path)
{
    if (2 * links->count >= links->mask)
        grow_links(links);
    size_t at = hash_with(status->st_dev, status->st_ino) >> 7 & links->mask;
    for (; links->slots[at].path.data; at = (at + 1) & links->mask)
        if (links->slots[at].device == status->st_dev && links->slots[at].inode == status->st_ino)
            return links->slots[at].path;
    if (links->arena.total > LIMIT_LINKED_NAMES)
        return STR_NONE; /* each name is read as a file of its own */
    links->slots[at] =
        (struct link_slot){status->st_dev, status->st_ino, arena_str(&links->arena, path)};
    links->count++;
    return STR_NONE;
}

/* ---- entries ---- */

static void set_path(struct folder_entries *folder, size_t dir_len, struct str prefix,
                     struct str name)
{
    folder->path.len = dir_len;
    if (dir_len)
        buf_putc(&folder->path, '/');
    buf_add(&folder->path, prefix);
    buf_add(&folder->path, name);
    folder->entry.path = buf_str(&folder->path);
}

static int emit(struct folder_entries *folder, enum tar_type type, bool marked)
{
    folder->entry.type = type;
    folder->entries.marked = marked;
    folder->entries.number++;
    return 1;
}

/* Only what can be run has a use for capabilities. */
static void read_capability(struct folder_entries *folder)
{
    int fd = open_below(folder->folder.fd, folder->entry.path, O_PATH | O_NOFOLLOW);
    char name[64];
    if (fd < 0)
        return;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    folder->capability.len = 0;
    char *value = buf_reserve(&folder->capability, CAPABILITY_MAX);
    ssize_t got = getxattr(name, "security.capability", value, CAPABILITY_MAX);
    close(fd);
    if (got > 0)
        folder->entry.capability = str_make(value, (size_t)got);
}

/* Owner, mode and device, as far as they were asked for. */
static void set_owner(struct folder_entries *folder, const struct folder_item *item)
{
    const struct stat *status = &item->status;
    struct tar_entry *entry = &folder->entry;
    entry->mode = status->st_mode & 07777;
    entry->uid = status->st_uid;
    entry->gid = status->st_gid;
    if (S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode)) {
        entry->special = S_ISCHR(status->st_mode) ? 'c' : 'b';
        entry->major = major(status->st_rdev);
        entry->minor = minor(status->st_rdev);
    } else if (S_ISFIFO(status->st_mode)) {
        entry->special = 'p';
    }
    if (folder->folder.statuses && S_ISREG(status->st_mode) && (entry->mode & 0111))
        read_capability(folder);
}

static int emit_file(struct folder_entries *folder, const struct folder_item *item)
{
    folder->entry.size = (uint64_t)item->status.st_size;
    if (item->status.st_nlink > 1)
        folder->entry.link = first_name(folder->links, &item->status, folder->entry.path);
    if (folder->entry.link.data) {
        folder->entry.size = 0;
        return emit(folder, TAR_HARDLINK, false);
    }
    folder->is_file = true;
    return emit(folder, TAR_FILE, false);
}

/* False when it vanished. */
static bool read_link(struct folder_entries *folder)
{
    int fd = open_below(folder->folder.fd, folder->entry.path, O_PATH | O_NOFOLLOW);
    folder->link.len = 0;
    char *target = buf_reserve(&folder->link, LIMIT_PATH);
    ssize_t got = fd < 0 ? -1 : readlinkat(fd, "", target, LIMIT_PATH);
    if (got < 0)
        tell_errno(folder, folder->entry.path);
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return false;
    folder->link.len = (size_t)got;
    folder->entry.link = buf_str(&folder->link);
    return true;
}

static bool path_fits(struct folder_entries *folder)
{
    struct pl_err problem;
    if (folder->entry.path.len < LIMIT_PATH)
        return true;
    err_limit(&problem, LIMIT_NAME(LIMIT_PATH),
              "/%.*s: paths in it are longer than LIMIT_PATH (%llu bytes) and were not read",
              STR_ARG(str_first(folder->entry.path, 200)), LIMIT_PATH);
    tell(folder, true, &problem);
    return false;
}

/* 0: it is no entry of the layer. */
static int take_item(struct folder_entries *folder, const struct folder_frame *frame,
                     const struct folder_item *item)
{
    if (item->kind == ITEM_WHITEOUT) {
        set_path(folder, frame->path_len, STR(".wh."), item->name);
        return emit(folder, TAR_FILE, true);
    }
    set_path(folder, frame->path_len, STR_NONE, item->name);
    if (!path_fits(folder))
        return 0;
    set_owner(folder, item);
    switch (item->kind) {
    case ITEM_FILE:
        return emit_file(folder, item);
    case ITEM_SYMLINK:
        return read_link(folder) ? emit(folder, TAR_SYMLINK, false) : 0;
    case ITEM_DIR: {
        bool same = item->same_folder;
        push_folder(folder, folder->entry.path, same);
        return same ? 0 : emit(folder, TAR_DIR, false);
    }
    case ITEM_WHITEOUT:
    case ITEM_OTHER:
        break;
    }
    return emit(folder, TAR_OTHER, false);
}

static struct folder_entries *folder_of(struct entries *entries)
{
    return (struct folder_entries *)entries;
}

static int next_entry(struct entries *entries, struct pl_err *err)
{
    struct folder_entries *folder = folder_of(entries);
    (void)err; /* what cannot be read is a problem of its own */
    if (folder->fd >= 0)
        close(folder->fd);
    folder->fd = -1;
    folder->is_file = false;
    folder->entry = (struct tar_entry){0};
    if (folder->opaque_next) {
        folder->opaque_next = false;
        set_path(folder, folder->top->path_len, STR_NONE, STR(".wh..wh..opq"));
        return emit(folder, TAR_FILE, true);
    }
    while (folder->top) {
        struct folder_frame *frame = folder->top;
        if (frame->next == frame->items.count) {
            pop_folder(folder);
            continue;
        }
        /* The path is that of the frame's folder, whatever was emitted since. */
        int r = take_item(folder, frame, &frame->items.items[frame->next++]);
        if (r)
            return r;
        folder->entry = (struct tar_entry){0};
    }
    return 0;
}

/* ---- bytes ---- */

static int open_file(struct folder_entries *folder, struct pl_err *err)
{
    struct stat status;
    if (folder->fd >= 0)
        return 0;
    folder->fd = open_below(folder->folder.fd, folder->entry.path, TO_READ);
    if (folder->fd < 0)
        return err_errno(err, errno, "cannot open");
    if (fstat(folder->fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(folder->fd);
        folder->fd = -1;
        return err_set(err, PL_E_FORMAT, "it is not a regular file any more");
    }
    folder->left = (uint64_t)status.st_size;
    return 0;
}

static int next_bytes(struct entries *entries, struct str *ret_chunk, struct pl_err *err)
{
    struct folder_entries *folder = folder_of(entries);
    *ret_chunk = STR_NONE;
    if (!folder->is_file)
        return 0;
    int r = open_file(folder, err);
    if (r < 0)
        return r;
    if (!folder->buffer)
        folder->buffer = mem_alloc(CHUNK);
    ssize_t got;
    do
        got = read(folder->fd, folder->buffer, CHUNK);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_errno(err, errno, "cannot read");
    if (got == 0 && folder->left)
        return err_set(err, PL_E_IO,
                       "the file ends %llu bytes before its size: it was cut off while it was read",
                       (unsigned long long)folder->left);
    folder->left -= (uint64_t)got < folder->left ? (uint64_t)got : folder->left;
    *ret_chunk = str_make(folder->buffer, (size_t)got);
    return 0;
}

static int first_bytes(struct entries *entries, struct str *ret_head, struct pl_err *err)
{
    struct folder_entries *folder = folder_of(entries);
    *ret_head = STR_NONE;
    int r = folder->is_file ? open_file(folder, err) : 0;
    if (r < 0) {
        /* Missed only if it could have been a program; what vanished was not missed. */
        if (r != -PL_E_NOT_FOUND && (folder->entry.mode & 0111)) {
            err_prefix(err, "%.*s", STR_ARG(folder->entry.path));
            tell(folder, true, err);
        }
        return r;
    }
    ssize_t got = folder->fd >= 0 ? pread(folder->fd, folder->head, sizeof(folder->head), 0) : 0;
    if (got > 0)
        *ret_head = str_make(folder->head, (size_t)got);
    return 0;
}

static void find_in_folder(struct entries *entries, struct input *input)
{
    struct folder_entries *folder = folder_of(entries);
    struct pl_err ignored; /* reading it fails the same way */
    if (!folder->is_file || open_file(folder, &ignored) < 0)
        return;
    input->size = folder->left;
    input->fd = folder->fd;
    input->fd_offset = 0;
}

void folder_entries_init(struct folder_entries *entries, const struct layer_folder *folder,
                         void (*problem)(void *context, bool incomplete,
                                         const struct pl_err *problem),
                         void *context)
{
    *entries = (struct folder_entries){
        .entries = {.next = next_entry,
                    .content = next_bytes,
                    .head = first_bytes,
                    .place = find_in_folder},
        .folder = *folder,
        .context = context,
        .problem = problem,
        .links = mem_zalloc(1, sizeof(struct folder_links)),
        .fd = -1,
    };
    entries->entries.entry = &entries->entry;
    push_folder(entries, STR_NONE, true);
}

void folder_entries_free(struct folder_entries *entries)
{
    while (entries->top)
        pop_folder(entries);
    if (entries->fd >= 0)
        close(entries->fd);
    arena_free(&entries->links->arena);
    free(entries->links->slots);
    free(entries->links);
    buf_free(&entries->path);
    buf_free(&entries->link);
    buf_free(&entries->capability);
    free(entries->buffer);
}
