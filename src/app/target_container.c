#include <unistd.h>

#include "app/engine_parts.h"
#include "app/target_engine.h"
#include "base/buf.h"
#include "image/folder_image.h"

struct opening {
    struct str asked;
    const struct target_options *options;
    struct arena arena;
    struct image **ret_image;
};

/* What is mounted into a container is not in its layers. */
static void tell_mounts(struct image *image, struct str container, const struct str *mounts,
                        size_t count)
{
    struct pl_err note;
    AUTO_BUF places = {0};
    if (count == 0)
        return;
    for (size_t i = 0; i < count && places.len < 600; i++)
        buf_printf(&places, "%s%.*s", i ? ", " : "", STR_ARG(mounts[i]));
    err_set(&note, PL_E_UNSUPPORTED,
            "volumes and folders that are mounted into the container %.*s were not looked at: %.*s",
            STR_ARG(container), STR_ARG(buf_str(&places)));
    *VEC_ADD(&image->notes) = note;
}

static int read_folders(struct opening *opening, enum engine_kind kind, struct str root,
                        struct str name, struct pl_err *err)
{
    struct stored_image stored;
    int r = storage_of(kind)->container(root, name, &opening->arena, &stored, err);
    if (r < 0)
        return r;
    struct str told = stored.container_name.len ? stored.container_name : stored.container_id;
    r = image_of_stored(TARGET_CONTAINER, told, &stored, opening->options, opening->ret_image, err);
    if (r == 0)
        tell_mounts(*opening->ret_image, told, stored.mounts, stored.mount_count);
    return r;
}

/* ---- as the engine hands it over ---- */

static struct str container_name(const json_t *inspected)
{
    struct str name = json_text(inspected, "Name");
    return str_starts(name, STR("/")) ? str_from(name, 1) : name;
}

static void describe(struct opening *opening, struct engine *engine, const json_t *inspected,
                     struct image *image)
{
    AUTO_JSON *config = NULL;
    AUTO_BUF path = {0};
    struct pl_err ignored;
    struct str id = json_text(inspected, "Image");
    image->image_id = arena_str(&image->arena, id);
    (void)opening;
    if (engine_path("/images/", id, "/json", &path, &ignored) < 0 ||
        engine_ask(engine, path.data, &config, &ignored) < 0)
        return;
    image->platform = arena_printf(&image->arena, "%.*s/%.*s", STR_ARG(json_text(config, "Os")),
                                   STR_ARG(json_text(config, "Architecture")));
}

/* A tar of the merged root: all of it is one layer. */
static int export(struct opening *opening, struct engine *engine, const json_t *inspected,
                  struct pl_err *err)
{
    AUTO_BUF path = {0};
    struct image_options image_options = image_options_of(opening->options);
    struct str name = arena_str(&opening->arena, container_name(inspected));
    struct str created_by = arena_printf(&opening->arena, "container %.*s", STR_ARG(name));
    uint64_t size;
    int fd, r = engine_path("/containers/", json_text(inspected, "Id"), "/export", &path, err);
    if (r == 0)
        r = engine_download(engine, path.data, opening->options->progress, &fd, &size, err);
    if (r == 0)
        r = image_from_root_tar(name, created_by, fd, size, &image_options, opening->ret_image,
                                err);
    if (r == 0)
        describe(opening, engine, inspected, *opening->ret_image);
    return r;
}

static void tell_engine_mounts(struct opening *opening, const json_t *inspected)
{
    const json_t *list = json_list(inspected, "Mounts");
    size_t count = list ? json_array_size(list) : 0;
    struct str *places = ARENA_ARRAY(&opening->arena, struct str, count + 1);
    struct image *image = *opening->ret_image;
    for (size_t i = 0; i < count; i++)
        places[i] = json_text(json_array_get(list, i), "Destination");
    image->notes.count = 0; /* the engine knows better than its files */
    tell_mounts(image, image->name, places, count);
}

static int ask_engine(struct opening *opening, struct engine *engine, struct pl_err *err)
{
    AUTO_JSON *inspected = NULL;
    AUTO_BUF path = {0};
    int r = engine_path("/containers/", opening->asked, "/json", &path, err);
    if (r == 0)
        r = engine_ask(engine, path.data, &inspected, err);
    if (r == 0 && !engine_name_is_valid(json_text(inspected, "Id")))
        r = err_set(err, PL_E_FORMAT, "the engine's answer tells no id");
    if (r < 0)
        return r;
    struct str root = opening->options->verify ? STR_NONE : engine_root(engine, &opening->arena);
    r = root.len ? read_folders(opening, engine_address(engine)->kind, root,
                                json_text(inspected, "Id"), err)
                 : -PL_E_NOT_FOUND;
    if (r < 0)
        r = export(opening, engine, inspected, err);
    if (r == 0)
        tell_engine_mounts(opening, inspected);
    return r;
}

/* ---- where it is ---- */

/* PL_E_NOT_FOUND: this engine has no such container, or is not there. */
static int try_engine(struct opening *opening, enum engine_kind kind, struct pl_err *err)
{
    CLEANUP(engine_closep) struct engine *engine = NULL;
    const struct engine_options *engines = opening->options->engines;
    int r = engine_connect(kind, opening->options, &opening->arena, &engine, err);
    if (r == 0)
        return ask_engine(opening, engine, err);
    struct str root =
        engines && engines->address ? STR_NONE : storage_of(kind)->root(&opening->arena);
    return root.len ? read_folders(opening, kind, root, opening->asked, err) : r;
}

static int try_folder(struct opening *opening, enum engine_kind kind, struct pl_err *err)
{
    return read_folders(opening, kind, str_of(opening->options->engines->storage), opening->asked,
                        err);
}

static int open_container(struct opening *opening, struct pl_err *err)
{
    const struct engine_options *engines = opening->options->engines;
    bool folder = engines && engines->storage;
    AUTO_BUF reasons = {0};
    for (int kind = 0; kind < ENGINE_COUNT; kind++) {
        int r = folder ? try_folder(opening, (enum engine_kind)kind, err)
                       : try_engine(opening, (enum engine_kind)kind, err);
        if (r == 0 || r == -PL_E_USAGE || r == -PL_E_LIMIT || r == -PL_E_DIGEST)
            return r;
        buf_printf(&reasons, "%s%s", kind ? "; " : "", err->message);
    }
    return err_set(err, PL_E_NOT_FOUND, "no container %.*s was found: %.*s",
                   STR_ARG(opening->asked), STR_ARG(str_first(buf_str(&reasons), 700)));
}

int target_open_container(struct str name, const struct target_options *options,
                          struct image **ret_image, struct pl_err *err)
{
    struct opening opening = {.asked = name, .options = options, .ret_image = ret_image};
    int r = engine_name_is_valid(name)
                ? open_container(&opening, err)
                : err_set(err, PL_E_USAGE, "\"%.*s\" is no name of an image or a container",
                          STR_ARG(str_first(name, 200)));
    arena_free(&opening.arena);
    return r;
}
