/* Reads tar archives entry by entry: POSIX ustar and pax (IEEE Std 1003.1-2017, pax, "ustar
 * Interchange Format" and "pax Header Block"), GNU long names and sparse files, old v7. Where
 * archives of containers leave room, Go's archive/tar decides, since it is what the engines extract
 * with: links and directories have no bytes, whatever their size field says. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "io/source.h"

enum tar_type { TAR_FILE, TAR_DIR, TAR_SYMLINK, TAR_HARDLINK, TAR_OTHER };

struct tar_segment { /* bytes of a sparse file that are stored */
    uint64_t offset, length;
};

struct tar_entry {
    enum tar_type type;
    struct str path; /* as written; valid until the next entry */
    struct str link; /* target of links, as written */
    uint64_t size;   /* of the file, holes included */
    uint32_t mode;
    uint32_t uid, gid;
    /* 'b', 'c': a device with these numbers; 'p': a pipe; else 0 */
    char special;
    uint32_t major, minor;
    struct str capability; /* xattr security.capability as it is; empty: none */
    bool sparse;
};

struct tar {
    struct source *source;
    struct tar_entry entry;
    uint64_t number;     /* of the entry, from 1 */
    uint64_t header_at;  /* position of its header */
    uint64_t stored;     /* bytes of the entry in the archive */
    uint64_t left;       /* of them, not yet read */
    uint64_t padding;    /* behind them, up to a whole block */
    uint64_t content_at; /* position in the file of the next byte to hand out */
    VEC(struct tar_segment) segments;
    size_t segment;
    bool end_marked; /* it ended with a block of zeros, not with the last byte of the source */
    /* Extended headers waiting for the entry that they speak of. */
    struct buf long_path, long_link;
    struct buf global_path, global_link; /* pax 'g' */
    struct {
        bool has_size, sparse, sparse_1_0, has_real_size;
        uint64_t size, real_size, global_size;
        bool global_has_size;
        uint64_t sparse_offset;
        bool has_offset, has_uid, has_gid;
        uint64_t uid, gid;
    } pax;
    struct buf capability;
    char name[257]; /* of a ustar header, prefix and name joined */
    char link_name[101];
};

void tar_init(struct tar *tar, struct source *source);
void tar_free(struct tar *tar);
/* 1: tar->entry is the next one; 0: the end of the archive. An error ends the archive: nothing
 * behind a damaged header can be trusted. */
int tar_next(struct tar *tar, struct pl_err *err);
/* The next bytes of the current entry's file, holes as zeros; len 0 at its end. */
int tar_content(struct tar *tar, struct str *ret_chunk, struct pl_err *err);
/* True when the 512 bytes look like a tar header (its checksum holds). */
bool tar_is_header(const unsigned char *block);
