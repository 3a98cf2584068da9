#include "app/engine_parts.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "image/folder_image.h"

const struct storage *storage_of(enum engine_kind kind)
{
    return kind == ENGINE_DOCKER ? &docker_storage : &containers_storage;
}

enum target_kind target_kind_of(enum engine_kind kind)
{
    return kind == ENGINE_DOCKER ? TARGET_DOCKER : TARGET_PODMAN;
}

struct image_options image_options_of(const struct target_options *options)
{
    return (struct image_options){.platform = options->platform, .progress = options->progress};
}

int engine_connect(enum engine_kind kind, const struct target_options *options, struct arena *arena,
                   struct engine **ret_engine, struct pl_err *err)
{
    struct engine_address address;
    int r = engine_find(kind, options->engines, arena, &address, err);
    if (r == 0 && options->offline && address.socket.len == 0)
        r = err_set(err, PL_E_USAGE,
                    "the engine at %.*s is on another machine, and --offline forbids to ask it",
                    STR_ARG(address.text));
    return r < 0 ? r : engine_open(&address, options->engines, ret_engine, err);
}

struct str engine_root(struct engine *engine, struct arena *arena)
{
    AUTO_JSON *info = NULL;
    struct pl_err ignored;
    if (engine_address(engine)->socket.len == 0 || engine_ask(engine, "/info", &info, &ignored) < 0)
        return STR_NONE;
    struct str root = arena_str(arena, json_text(info, "DockerRootDir"));
    return root.len && storage_exists(root) ? root : STR_NONE;
}

int engine_path(const char *before, struct str name, const char *behind, struct buf *ret_path,
                struct pl_err *err)
{
    if (!engine_name_is_valid(name))
        return err_set(err, PL_E_USAGE, "\"%.*s\" is no name of an image or a container",
                       STR_ARG(str_first(name, 200)));
    buf_printf(ret_path, "%s%.*s%s", before, STR_ARG(name), behind);
    buf_putc(ret_path, 0);
    return 0;
}

/* Without CAP_SYS_ADMIN getxattr(2) finds no attribute of "trusted.", and tells nothing of it. */
static bool sees_trusted_marks(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capget, &head, sets) == 0 && sets[0].effective >> CAP_SYS_ADMIN & 1;
}

int image_of_stored(enum target_kind kind, struct str name, const struct stored_image *stored,
                    const struct target_options *options, struct image **ret_image,
                    struct pl_err *err)
{
    struct arena arena = {0};
    struct image_options image_options = image_options_of(options);
    struct folder_image parts = {
        .kind = kind,
        .name = name,
        .digest = stored->digest,
        .image_id = stored->image_id,
        .config = stored->config,
        .folders = stored->folders,
        .count = stored->count,
        .has_own = stored->has_own,
        .whole_trees = stored->whole_trees,
        .user_marks = stored->user_marks,
        .name_marks = stored->name_marks,
    };
    if (!stored->whole_trees && !stored->user_marks && !sees_trusted_marks())
        return err_set(err, PL_E_DENIED,
                       "this process may not see what the layers hide of one another (overlayfs' "
                       "marks need CAP_SYS_ADMIN): run plimsoll as root, or save the image and "
                       "scan the archive");
    if (stored->has_own)
        parts.own_created_by = arena_printf(&arena, "container %.*s: its own changes",
                                            STR_ARG(stored->container_name));
    int r = image_from_folders(&parts, &image_options, ret_image, err);
    arena_free(&arena);
    return r;
}
