/* Named blobs: the members of an outer tar (docker save, OCI archive), the files of an OCI layout
 * folder, or what a registry holds. Members of a tar are found by their headers; their bytes stay
 * where they are. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "io/stream.h"

struct archive;

/* Where a blob's bytes stand, or the stream that they come from. `own_fd`: the caller closes fd. */
struct blob {
    int fd; /* -1: a stream */
    bool own_fd;
    uint64_t offset, length; /* UINT64_MAX: not told */
    struct stream *stream;
};
void blob_close(struct blob *blob);

/* What a manifest says of a blob. */
struct blob_descriptor {
    struct str digest; /* "sha256:..." */
    uint64_t size;     /* UINT64_MAX: not told */
    struct str url;    /* of a foreign layer; empty: the archive has it */
};

/* A store of blobs elsewhere (a registry). Calls come from several threads at once. Neither is held
 * against its digest here: that is the caller's. */
struct blob_store {
    void *context;
    /* A small document, at most LIMIT_MANIFEST bytes, in the arena. `manifest`: it is a manifest or
     * an index, not a config. */
    int (*read)(void *context, struct arena *arena, struct str digest, bool manifest,
                struct str *ret_bytes, struct pl_err *err);
    int (*open)(void *context, const struct blob_descriptor *blob, struct stream **ret_stream,
                struct pl_err *err);
    void (*close)(void *context);
    /* A part of a blob, added to `ret_bytes`; NULL: there are no parts to be had. */
    int (*range)(void *context, struct str digest, uint64_t offset, uint64_t len,
                 struct buf *ret_bytes, struct pl_err *err);
};

/* Reads the members' names of the tar in `fd`, which the archive takes over. A damaged tail is told
 * through *ret_damage (code PL_OK when there is none); the members before it can be used. */
int archive_open_tar(int fd, uint64_t size, struct archive **ret_archive, struct pl_err *ret_damage,
                     struct pl_err *err);
/* One file as the only member, called `name`. `fd` is taken over. */
int archive_open_file(int fd, uint64_t size, struct str name, struct archive **ret_archive,
                      struct pl_err *err);
/* `dir_fd` is taken over. Names are opened below it with RESOLVE_BENEATH. */
int archive_open_dir(int dir_fd, struct archive **ret_archive, struct pl_err *err);
/* `store` is taken over. Its blobs are named as in an OCI layout: "blobs/sha256/HEX". */
void archive_open_store(const struct blob_store *store, struct archive **ret_archive);
void archive_close(struct archive *archive);
/* The blobs of this one are elsewhere: opening one costs a transfer. */
bool archive_is_remote(const struct archive *archive);
/* The store's own; NULL when it is none. */
void *archive_store_context(const struct archive *archive);
/* PL_E_NOT_FOUND when there is no such member. Links inside the archive are followed. */
int archive_find(const struct archive *archive, struct str name, struct blob *ret_blob,
                 struct pl_err *err);
/* A blob by its descriptor, as a file or as a stream. `member`: its name in a tar or a folder. */
int archive_open_blob(const struct archive *archive, struct str member,
                      const struct blob_descriptor *descriptor, struct blob *ret_blob,
                      struct pl_err *err);
/* `len` bytes of a blob from `offset` on, added to `ret_bytes`. PL_E_UNSUPPORTED where no parts can
 * be had. Safe for several threads. */
int archive_range(const struct archive *archive, struct str digest, uint64_t offset, uint64_t len,
                  struct buf *ret_bytes, struct pl_err *err);
/* The whole of a small document named by its digest, held against it; in the arena. `manifest`: it
 * is a manifest or an index. PL_E_DIGEST when it has other bytes. */
int archive_read_digest(const struct archive *archive, struct arena *arena, struct str digest,
                        bool manifest, struct str *ret_bytes, struct pl_err *err);
/* The whole of a small document, at most LIMIT_MANIFEST bytes; in the arena. */
int archive_read(const struct archive *archive, struct arena *arena, struct str name,
                 struct str *ret_bytes, struct pl_err *err);
