/* Image sources: what a target is, its layers, and where their bytes stand.
 * Sources: OCI image-spec v1.1 (image-layout.md, manifest.md, image-index.md, config.md), and the
 * archive of `docker save` (manifest.json), old layout and new. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "base/vec.h"
#include "image/archive.h"
#include "image/record.h"
#include "image/toc.h"
#include "image/walk.h"
#include "io/decoded_source.h"
#include "io/file_identity.h"

enum target_kind {
    TARGET_DOCKER_ARCHIVE,
    TARGET_OCI,
    TARGET_OCI_ARCHIVE,
    TARGET_DIR,
    TARGET_REGISTRY,
    TARGET_DOCKER,
    TARGET_PODMAN,
    TARGET_CONTAINERD,
    TARGET_CONTAINER,
    TARGET_KIND_COUNT
};
/* The report's word for it: an OCI layout is "oci" as a folder and as a tar. */
const char *target_kind_name(enum target_kind kind);

struct image_layer {
    struct str member;     /* name in the archive */
    struct str digest;     /* of the blob as stored; empty: not told */
    struct str diff_id;    /* of the plain tar, as the config claims; empty: not told */
    struct str created_by; /* history of the config */
    struct str media_type;
    struct str url; /* where a foreign layer is; empty: with the others */
    uint64_t size;  /* of the blob as stored; UINT64_MAX: not there, or not told */
    /* The folder that an engine keeps it in, in the place of a blob; with that of the layer below
     * where each is a whole tree. Empty: none. */
    struct str folder, below;
    bool user_marks, name_marks; /* of the folder: image/folder_image.h */
    struct toc_place toc_place;  /* of its table of contents, when the manifest tells of one */
    struct toc *toc;             /* it is read by that; NULL: as a whole */
    struct pl_err *toc_problem;  /* why the table cannot be used; NULL: it can, or there is none */
    bool plain_names;            /* of a blob: names that begin with ".wh." are no whiteouts */
};

struct image {
    struct arena arena;
    enum target_kind kind;
    struct str name;       /* tag, or reference, or the path of the target */
    struct str path;       /* of the file or folder */
    struct str digest;     /* of the manifest; empty: none */
    struct str top_digest; /* of what the name stands for: an index, or the manifest; empty: none */
    struct str image_id;   /* digest of the config */
    struct str platform;   /* "linux/amd64" */
    struct str config;     /* the config's JSON (image-spec, config.md); empty: not there */
    struct archive *archive;
    int root_fd;                    /* a root folder in the place of layers; else -1 */
    VEC(struct image_layer) layers; /* lowest first */
    VEC(struct pl_err) problems; /* found while opening; each means: not everything can be seen */
    VEC(struct pl_err) notes;    /* what a person should know, and no more */
    bool whole_layers;           /* tables of contents are not used */
    struct inflate_budget budget;
};

struct image_options {
    struct str platform; /* "os/arch[/variant]"; empty: this machine's, or the only one */
    const struct progress *progress; /* NULL: none */
};

/* `target`: a path, with the kind found by content, or a path behind "docker-archive:", "oci:",
 * "oci-archive:" or "dir:" (for the first three with ":TAG" or "@INDEX" behind it).
 * PL_E_NOT_FOUND, PL_E_IO, PL_E_FORMAT, PL_E_UNSUPPORTED, PL_E_USAGE as the case may be. */
bool image_is_prefixed(struct str target); /* by one of these */
int image_open(struct str target, const struct image_options *options, struct image **ret_image,
               struct pl_err *err);
void image_close(struct image *image);
static inline void image_closep(struct image **image)
{
    if (*image)
        image_close(*image);
}

/* All there is of it is one root folder. */
static inline bool image_is_folder(const struct image *image)
{
    return image->root_fd >= 0;
}

/* An image out of a store of blobs: `archive`, which is taken over, has the index or manifest
 * `digest`. */
int image_from_blobs(enum target_kind kind, struct str name, struct archive *archive,
                     struct str digest, const struct image_options *options,
                     struct image **ret_image, struct pl_err *err);

/* What an engine exported, `size` bytes of `fd`, which is taken over: an archive of docker save
 * with one image. */
int image_from_archive(enum target_kind kind, struct str name, int fd, uint64_t size,
                       const struct image_options *options, struct image **ret_image,
                       struct pl_err *err);

/* Digests that were computed from the very bytes; empty: they were not all read. */
struct layer_digests {
    char blob[DIGEST_TEXT]; /* of the bytes as stored */
    char diff_id[DIGEST_TEXT];
    /* The file that was read, when it was the same before and behind the walk. */
    bool has_file;
    struct file_identity file;
};

struct layer_options {
    const struct walk_options *walk;
    bool verify; /* read all bytes and check every digest, also of plain layers */
};
/* Walks one layer into `record`. Negative: its bytes could not all be examined (truncated, damaged,
 * missing, wrong digest); what was read before is in the record. Safe for several layers at once.
 * `ret_digests` (NULL: they are not wanted) is filled only when all bytes were read and are right.
 */
int image_walk_layer(struct image *image, size_t index, const struct layer_options *options,
                     const struct walk_visitor *visitor, struct layer_record *record,
                     struct layer_digests *ret_digests, struct pl_err *err);
/* The file that has a layer's bytes as they are stored, without opening the layer: false when there
 * is none (the blob is elsewhere, or missing, or its file cannot be relied on). */
bool image_layer_file(const struct image *image, size_t index, struct file_identity *ret_file);
/* How the bytes of a layer's file are packed. */
enum compression image_layer_compression(const struct image *image, size_t index);
/* SHA-256 of the bytes that a layer is stored as, which are in a file. */
int image_layer_digest(const struct image *image, size_t index, char ret_text[DIGEST_TEXT],
                       struct pl_err *err);
