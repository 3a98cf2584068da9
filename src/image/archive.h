/* Named blobs: the members of an outer tar (docker save, OCI archive), or the files of an OCI
 * layout folder. Members are found by their headers; their bytes stay where they are. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct archive;

/* Where a blob's bytes stand. `own_fd`: the caller closes fd. */
struct blob {
    int fd;
    bool own_fd;
    uint64_t offset, length;
};
void blob_close(struct blob *blob);

/* Reads the members' names of the tar in `fd`, which the archive takes over. A damaged tail is told
 * through *ret_damage (code PL_OK when there is none); the members before it can be used. */
int archive_open_tar(int fd, uint64_t size, struct archive **ret_archive, struct pl_err *ret_damage,
                     struct pl_err *err);
/* `dir_fd` is taken over. Names are opened below it with RESOLVE_BENEATH. */
int archive_open_dir(int dir_fd, struct archive **ret_archive, struct pl_err *err);
void archive_close(struct archive *archive);
/* PL_E_NOT_FOUND when there is no such member. Links inside the archive are followed. */
int archive_find(const struct archive *archive, struct str name, struct blob *ret_blob,
                 struct pl_err *err);
/* The whole of a small document, at most LIMIT_MANIFEST bytes; in the arena. */
int archive_read(const struct archive *archive, struct arena *arena, struct str name,
                 struct str *ret_bytes, struct pl_err *err);
