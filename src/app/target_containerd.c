#include <fcntl.h>

#include "app/engine_parts.h"
#include "app/target_engine.h"
#include "image/folder_image.h"
#include "runtime/containerd.h"

static int open_content(struct str root, const struct containerd_image *found,
                        const struct target_options *options, struct arena *arena,
                        struct image **ret_image, struct pl_err *err)
{
    struct image_options image_options = image_options_of(options);
    struct archive *archive;
    int fd, r = folder_open(containerd_content(root, arena), &fd, err);
    if (r == 0)
        r = archive_open_dir(fd, &archive, err);
    if (r == 0)
        r = image_from_blobs(TARGET_CONTAINERD, found->name, archive, found->digest, &image_options,
                             ret_image, err);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(found->name)) : 0;
}

int target_open_containerd(struct str name, const struct target_options *options,
                           struct image **ret_image, struct pl_err *err)
{
    const struct engine_options *engines = options->engines;
    struct arena arena = {0};
    struct containerd_image found;
    struct str root = str_of(engines ? engines->storage : NULL);
    struct str name_space = str_of(engines ? engines->name_space : NULL);
    int r = name.len ? 0 : err_set(err, PL_E_USAGE, "the name of an image is missing");
    if (root.len == 0)
        root = containerd_root(&arena);
    if (r == 0 && root.len == 0)
        r = err_set(err, PL_E_NOT_FOUND,
                    "containerd has no folder here (/var/lib/containerd); name it with --storage");
    if (r == 0)
        r = containerd_find(root, name, name_space, &arena, &found, err);
    if (r == 0)
        r = open_content(root, &found, options, &arena, ret_image, err);
    else if (options->bare && r != -PL_E_USAGE) {
        err->code = PL_E_NOT_FOUND; /* it is not there, or not for this user */
        r = -PL_E_NOT_FOUND;
    }
    arena_free(&arena);
    return r;
}
