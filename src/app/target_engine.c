#include "app/target_engine.h"

#include <unistd.h>

#include "app/engine_parts.h"
#include "base/buf.h"
#include "base/hash.h"
#include "registry/reference.h"

struct opening {
    enum engine_kind kind;
    struct str asked; /* the name, as the person gave it */
    const struct target_options *options;
    struct arena arena;
    struct engine *engine;
    struct image **ret_image;
};

/* ---- names ---- */

static struct str full_name(struct arena *arena, struct str name)
{
    struct reference reference;
    struct pl_err ignored;
    return reference_parse(name, arena, &reference, &ignored) == 0
               ? reference_text(arena, &reference)
               : STR_NONE;
}

/* An id stands for one of the image's names. Podman finds what it built itself by a short name
 * under localhost/. */
static struct str told_name(struct opening *opening, const json_t *inspected)
{
    struct arena *arena = &opening->arena;
    struct str asked = full_name(arena, opening->asked), first = STR_NONE, local = STR_NONE;
    struct str localhost = arena_printf(arena, "localhost/%.*s", STR_ARG(opening->asked));
    const json_t *tags = json_list(inspected, "RepoTags");
    localhost = full_name(arena, localhost);
    for (size_t i = 0; tags && i < json_array_size(tags); i++) {
        struct str tag = full_name(arena, json_value_text(json_array_get(tags, i)));
        if (tag.len && str_equal(tag, asked))
            return asked;
        if (tag.len && str_equal(tag, localhost))
            local = tag;
        if (first.len == 0)
            first = tag;
    }
    if (local.len)
        return local;
    bool by_id = str_starts(json_text(inspected, "Id"), opening->asked) ||
                 str_starts(str_from(json_text(inspected, "Id"), 7), opening->asked);
    if (by_id || asked.len == 0)
        return first.len ? first : opening->asked;
    return asked;
}

/* "docker.io/library/nginx:1" of "nginx@sha256:...". */
static struct str told_digest(struct opening *opening, const json_t *inspected, struct str name)
{
    struct arena *arena = &opening->arena;
    struct reference wanted, have;
    struct pl_err ignored;
    const json_t *digests = json_list(inspected, "RepoDigests");
    bool named = reference_parse(name, arena, &wanted, &ignored) == 0;
    struct str first = STR_NONE;
    for (size_t i = 0; digests && i < json_array_size(digests); i++) {
        struct str text = json_value_text(json_array_get(digests, i));
        if (reference_parse(text, arena, &have, &ignored) < 0 || have.digest.len == 0)
            continue;
        if (named && str_equal(have.host, wanted.host) &&
            str_equal(have.repository, wanted.repository))
            return have.digest;
        if (first.len == 0)
            first = have.digest;
    }
    return first;
}

/* Without the engine. */
static struct str stored_name_of(struct opening *opening, const struct stored_image *stored)
{
    struct str by_id = full_name(&opening->arena, stored->name);
    struct str asked = full_name(&opening->arena, opening->asked);
    bool id = str_starts(stored->image_id, opening->asked) ||
              str_starts(str_from(stored->image_id, 7), opening->asked);
    if (by_id.len)
        return by_id;
    return id || asked.len == 0 ? opening->asked : asked;
}

/* ---- ways to the bytes ---- */

static int read_folders(struct opening *opening, struct str root, struct str stored_name,
                        struct str name, struct pl_err *err)
{
    struct stored_image stored;
    int r = storage_of(opening->kind)->image(root, stored_name, &opening->arena, &stored, err);
    if (r < 0)
        return r;
    if (name.len == 0)
        name = stored_name_of(opening, &stored);
    return image_of_stored(target_kind_of(opening->kind), name, &stored, opening->options,
                           opening->ret_image, err);
}

/* The image is what the engine says it is: what it sent must have the layers that it told. */
static int check_layers(const struct image *image, const json_t *inspected, struct pl_err *err)
{
    const json_t *told = json_list(json_member(inspected, "RootFS"), "Layers");
    size_t count = told ? json_array_size(told) : 0;
    if (count != image->layers.count)
        return err_set(err, PL_E_DIGEST,
                       "the engine says that the image has %zu layers, but sent one of %zu", count,
                       image->layers.count);
    for (size_t i = 0; i < count; i++)
        if (!str_equal(json_value_text(json_array_get(told, i)), image->layers.items[i].diff_id))
            return err_set(err, PL_E_DIGEST, "the engine sent another layer %zu than it told",
                           i + 1);
    return 0;
}

static int export(struct opening *opening, const json_t *inspected, struct str name,
                  struct pl_err *err)
{
    AUTO_BUF path = {0};
    struct image_options image_options = image_options_of(opening->options);
    struct image *image;
    uint64_t size;
    int fd, r = engine_path("/images/", json_text(inspected, "Id"), "/get", &path, err);
    if (r == 0)
        r = engine_download(opening->engine, path.data, opening->options->progress, &fd, &size,
                            err);
    if (r < 0)
        return r;
    r = image_from_archive(target_kind_of(opening->kind), name, fd, size, &image_options, &image,
                           err);
    if (r < 0)
        return err_prefix(err, "what the engine exported");
    r = check_layers(image, inspected, err);
    if (r < 0)
        image_close(image);
    else
        *opening->ret_image = image;
    return r;
}

/* In place where that can be done; --verify needs the very bytes of the archive. */
static int open_inspected(struct opening *opening, const json_t *inspected, struct pl_err *err)
{
    struct str name = told_name(opening, inspected), id = json_text(inspected, "Id");
    struct str digest = told_digest(opening, inspected, name);
    struct str root =
        opening->options->verify ? STR_NONE : engine_root(opening->engine, &opening->arena);
    int r = root.len ? read_folders(opening, root, id, name, err) : -PL_E_NOT_FOUND;
    if (r < 0)
        r = export(opening, inspected, name, err);
    if (r < 0)
        return r;
    struct image *image = *opening->ret_image;
    if (digest.len)
        image->digest = arena_str(&image->arena, digest);
    return 0;
}

static int no_such_image(const struct opening *opening, struct pl_err *err)
{
    const char *engine = engine_name(opening->kind);
    return err_set(err, PL_E_NOT_FOUND,
                   "%s holds no image %.*s: pull it (%s pull %.*s), or scan registry:%.*s", engine,
                   STR_ARG(opening->asked), engine, STR_ARG(opening->asked),
                   STR_ARG(opening->asked));
}

static int ask_engine(struct opening *opening, struct pl_err *err)
{
    AUTO_JSON *inspected = NULL;
    AUTO_BUF path = {0};
    int r = engine_path("/images/", opening->asked, "/json", &path, err);
    if (r == 0)
        r = engine_ask(opening->engine, path.data, &inspected, err);
    if (r == -PL_E_NOT_FOUND)
        return no_such_image(opening, err);
    if (r == 0 && !engine_name_is_valid(json_text(inspected, "Id")))
        r = err_set(err, PL_E_FORMAT, "the engine's answer tells no id");
    return r < 0 ? r : open_inspected(opening, inspected, err);
}

/* Without the engine: `why` it was not asked. */
static int read_storage(struct opening *opening, struct str root, const struct pl_err *why,
                        struct pl_err *err)
{
    int r = read_folders(opening, root, opening->asked, STR_NONE, err);
    if (r < 0 && why)
        err_prefix(err, "%s", why->message);
    return r;
}

static int open_image(struct opening *opening, struct pl_err *err)
{
    const struct engine_options *engines = opening->options->engines;
    struct str told = str_of(engines ? engines->storage : NULL), root;
    struct pl_err why;
    if (told.len)
        return read_storage(opening, told, NULL, err);
    int r =
        engine_connect(opening->kind, opening->options, &opening->arena, &opening->engine, &why);
    if (r == 0)
        return ask_engine(opening, err);
    root =
        engines && engines->address ? STR_NONE : storage_of(opening->kind)->root(&opening->arena);
    if (root.len)
        return read_storage(opening, root, &why, err);
    *err = why;
    return r;
}

/* Of a bare name: whatever keeps this engine from being asked, the next source is looked into. */
static bool is_absence(const struct opening *opening, int r)
{
    return opening->options->bare && !opening->engine &&
           (r == -PL_E_IO || r == -PL_E_DENIED || r == -PL_E_UNSUPPORTED || r == -PL_E_NOT_FOUND);
}

static int open_by_name(enum engine_kind kind, struct str name,
                        const struct target_options *options, struct image **ret_image,
                        struct pl_err *err)
{
    struct opening opening = {
        .kind = kind, .asked = name, .options = options, .ret_image = ret_image};
    int r = name.len ? open_image(&opening, err)
                     : err_set(err, PL_E_USAGE, "the name of an image is missing");
    if (r < 0 && is_absence(&opening, r)) {
        err->code = PL_E_NOT_FOUND;
        r = -PL_E_NOT_FOUND;
    }
    if (opening.engine)
        engine_close(opening.engine);
    arena_free(&opening.arena);
    return r;
}

int target_open_docker(struct str name, const struct target_options *options,
                       struct image **ret_image, struct pl_err *err)
{
    return open_by_name(ENGINE_DOCKER, name, options, ret_image, err);
}

int target_open_podman(struct str name, const struct target_options *options,
                       struct image **ret_image, struct pl_err *err)
{
    return open_by_name(ENGINE_PODMAN, name, options, ret_image, err);
}
