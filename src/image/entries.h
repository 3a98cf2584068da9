/* The entries of a layer, one after the other, whatever they come from: a tar, or the folder that
 * an engine keeps the layer in. */
#pragma once

#include <sys/types.h>

#include "io/input.h"
#include "io/source.h"
#include "io/tar.h"

struct entries {
    const struct tar_entry *entry; /* the current one; valid until the next */
    uint64_t number;               /* of it, from 1 */
    /* A whiteout that is no file's name but the folder's own mark: entry->path is written as a tar
     * would have it (layer.md of the image-spec, "Whiteouts"). */
    bool marked;
    /* 1: `entry` is the next one; 0: the end. Negative: nothing behind it can be read. */
    int (*next)(struct entries *entries, struct pl_err *err);
    /* The next bytes of the current file, at least one; len 0 at its end. */
    int (*content)(struct entries *entries, struct str *ret_chunk, struct pl_err *err);
    /* The first bytes of the current file, before anything of it is read; fewer at its end. */
    int (*head)(struct entries *entries, struct str *ret_head, struct pl_err *err);
    /* Where the current file's bytes stand in one piece: sets fd and fd_offset. */
    void (*place)(struct entries *entries, struct input *input);
};

struct tar_entries {
    struct entries entries; /* first */
    struct tar tar;
};
void tar_entries_init(struct tar_entries *entries, struct source *source);
void tar_entries_free(struct tar_entries *entries);

enum { FOLDER_HEAD = 16 };

/* What a folder of an engine holds of a layer. */
struct layer_folder {
    int fd; /* of the folder */
    /* The folder of the layer below, where each folder is the whole tree (vfs): what is the same in
     * both is not of this layer. -1: the folder holds what the layer changed (overlay2). */
    int below_fd;
    /* Marks are in user.overlay.* too, which processes in containers of root could set. */
    bool user_marks;
    bool statuses; /* owners, modes and devices are wanted of all entries */
};

struct folder_frame;

/* Entries of a folder, sorted, with overlayfs' marks (Documentation/filesystems/overlayfs.rst of
 * Linux) turned into whiteouts. No link is followed; nothing but regular files is opened. */
struct folder_entries {
    struct entries entries; /* first */
    struct layer_folder folder;
    void *context; /* of `problem` */
    void (*problem)(void *context, bool incomplete, const struct pl_err *problem);
    struct tar_entry entry;
    struct folder_frame *top; /* folders that are being gone through */
    struct folder_links *links;
    struct buf path, link, capability;
    int fd; /* of the current file, once it was opened */
    bool is_file, opaque_next;
    uint64_t left; /* of the size that it had when it was opened */
    char head[FOLDER_HEAD];
    char *buffer;
};
void folder_entries_init(struct folder_entries *entries, const struct layer_folder *folder,
                         void (*problem)(void *context, bool incomplete,
                                         const struct pl_err *problem),
                         void *context);
void folder_entries_free(struct folder_entries *entries);
