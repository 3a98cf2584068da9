/* What engines keep on disk, read without them: which folders an image's layers are, lowest first,
 * and what a container changed. Names and numbers in these files are checked before they get into
 * a path. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct stored_image {
    struct str image_id, digest; /* digest: of the manifest; empty: not told */
    struct str config;           /* its bytes, held against the image's ID */
    struct str name;             /* one of its names, when it was asked for by its id; else empty */
    struct str *folders;         /* lowest layer first; with has_own a container's at the end */
    size_t count;
    bool has_own;
    bool whole_trees, user_marks, name_marks; /* image/folder_image.h */
    /* Of a container */
    struct str container_id, container_name;
    struct str *mounts; /* folders of it that are elsewhere */
    size_t mount_count;
};

/* An engine's root folder: reads the image of that name or id, or the container. PL_E_NOT_FOUND:
 * the folder does not hold it; PL_E_USAGE: an id's beginning that several have. */
struct storage {
    int (*image)(struct str root, struct str name, struct arena *arena, struct stored_image *ret,
                 struct pl_err *err);
    int (*container)(struct str root, struct str name, struct arena *arena,
                     struct stored_image *ret, struct pl_err *err);
    /* Where it is when nobody says. Empty: nowhere. */
    struct str (*root)(struct arena *arena);
};
/* Docker Engine: overlay2, fuse-overlayfs, vfs; with daemon.json's data-root. */
extern const struct storage docker_storage;
/* Podman, CRI-O, Buildah (containers-storage(1), containers-storage.conf(5)): overlay, vfs. */
extern const struct storage containers_storage;

/* Shared by the two. */

bool storage_name_is_plain(
    struct str name); /* letters, digits, '-', '_', '.': one part of a path */
bool storage_exists(struct str path);
