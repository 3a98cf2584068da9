/* Images whose layers an engine keeps as folders: read in place, nothing is exported. */
#pragma once

#include "image/image.h"

struct folder_image {
    enum target_kind kind;
    struct str name, digest, image_id;
    struct str config;         /* its bytes: diff IDs, history, platform */
    const struct str *folders; /* lowest first */
    size_t count;
    /* A folder more than the config has layers, above them: what a container changed. */
    bool has_own;
    struct str own_created_by;
    bool whole_trees; /* each folder has all of the layers below it, too (vfs) */
    bool
        user_marks; /* overlayfs was mounted by somebody who is not root: marks in user.overlay.* */
    bool name_marks; /* by fuse-overlayfs: whiteouts are files called ".wh.NAME" */
};

/* PL_E_IO, PL_E_NOT_FOUND when a folder cannot be opened, PL_E_FORMAT on the config. */
int image_from_folders(const struct folder_image *parts, const struct image_options *options,
                       struct image **ret_image, struct pl_err *err);
/* A container's root as a tar without layers, `size` bytes of `fd`, which is taken over. */
int image_from_root_tar(struct str name, struct str created_by, int fd, uint64_t size,
                        const struct image_options *options, struct image **ret_image,
                        struct pl_err *err);
int folder_open(struct str path, int *ret_fd, struct pl_err *err);
