#include "image/folder_image.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "image/manifest_internal.h"

int folder_open(struct str path, int *ret_fd, struct pl_err *err)
{
    AUTO_FREE char *name = str_dup(path);
    *ret_fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    return *ret_fd < 0 ? err_errno(err, errno, "cannot open %s", name) : 0;
}

/* Who may not open the folders must not find an image without packages. */
static int check_folders(const struct folder_image *parts, struct pl_err *err)
{
    for (size_t i = 0; i < parts->count; i++) {
        int fd, r = folder_open(parts->folders[i], &fd, err);
        if (r < 0)
            return r;
        close(fd);
    }
    return 0;
}

static void add_folder(struct image *image, const struct folder_image *parts, size_t index)
{
    struct image_layer layer = {
        .folder = arena_str(&image->arena, parts->folders[index]),
        .user_marks = parts->user_marks,
        .name_marks = parts->name_marks,
        .size = UINT64_MAX,
    };
    if (parts->whole_trees && index)
        layer.below = arena_str(&image->arena, parts->folders[index - 1]);
    *VEC_ADD(&image->layers) = layer;
}

static struct image *new_image(enum target_kind kind, struct str name,
                               const struct image_options *options)
{
    struct image *image = mem_zalloc(1, sizeof(*image));
    image->root_fd = -1;
    image->kind = kind;
    image->budget.progress = options->progress;
    image->name = arena_str(&image->arena, name);
    return image;
}

static int fill(struct image *image, const struct folder_image *parts,
                const struct image_options *options, struct pl_err *err)
{
    size_t count = parts->count - parts->has_own;
    image->digest = arena_str(&image->arena, parts->digest);
    image->image_id = arena_str(&image->arena, parts->image_id);
    for (size_t i = 0; i < count; i++)
        add_folder(image, parts, i);
    int r = manifest_apply_config(image, parts->config, "the image's config", err);
    if (r == 0 && options->platform.len && !platform_matches(options->platform, image->platform))
        r = err_set(err, PL_E_NOT_FOUND, "the engine holds %.*s, not %.*s",
                    STR_ARG(image->platform), STR_ARG(options->platform));
    if (r < 0 || !parts->has_own)
        return r;
    add_folder(image, parts, count);
    image->layers.items[count].created_by = arena_str(&image->arena, parts->own_created_by);
    return 0;
}

int image_from_folders(const struct folder_image *parts, const struct image_options *options,
                       struct image **ret_image, struct pl_err *err)
{
    if (parts->count > LIMIT_LAYERS)
        return manifest_too_many_layers(parts->count, err);
    int r = check_folders(parts, err);
    if (r < 0)
        return r;
    struct image *image = new_image(parts->kind, parts->name, options);
    r = fill(image, parts, options, err);
    if (r < 0)
        image_close(image);
    else
        *ret_image = image;
    return r;
}

int image_from_root_tar(struct str name, struct str created_by, int fd, uint64_t size,
                        const struct image_options *options, struct image **ret_image,
                        struct pl_err *err)
{
    struct image *image = new_image(TARGET_CONTAINER, name, options);
    int r = archive_open_file(fd, size, STR("root"), &image->archive, err);
    if (r < 0) {
        image_close(image);
        return r;
    }
    *VEC_ADD(&image->layers) = (struct image_layer){
        .member = STR("root"),
        .created_by = arena_str(&image->arena, created_by),
        .size = size,
        .plain_names = true,
    };
    *ret_image = image;
    return 0;
}
