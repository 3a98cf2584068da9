/* Docker's folder, as moby's layer, image and reference stores write it (layer/filestore.go,
 * image/fs.go, reference/store.go, container/container.go). */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "io/whole_file.h"
#include "registry/reference.h"
#include "runtime/storage_parts.h"

/* How a driver lays out the folders of layers. */
static const struct driver {
    const char *name;
    const char *before, *behind; /* of a layer's id */
    bool whole_trees, name_marks;
} drivers[] = {
    {"overlay2", "overlay2", "/diff", false, false},
    {"fuse-overlayfs", "fuse-overlayfs", "/diff", false, true},
    {"vfs", "vfs/dir", "", true, false},
};

/* ---- names and ids ---- */

/* The key of a name in repositories.json. */
static struct str familiar(struct str name, struct arena *arena)
{
    struct reference reference;
    struct pl_err ignored;
    if (reference_parse(name, arena, &reference, &ignored) < 0)
        return STR_NONE;
    if (reference.digest.len)
        reference.tag = STR_NONE;
    return reference_familiar(arena, &reference);
}

/* Names come before ids, as in Docker's own client. */
static struct str id_of_name(const json_t *root, struct str name, struct arena *arena)
{
    const char *repository;
    json_t *tags;
    struct str key = familiar(name, arena);
    json_object_foreach(json_member(root, "Repositories"), repository, tags)
    {
        struct str id = key.len ? json_text(tags, key.data) : STR_NONE;
        if (digest_is_valid(id))
            return arena_str(arena, id);
    }
    return STR_NONE;
}

/* One of the image's names with a tag. */
static struct str name_of_id(const json_t *root, struct str id, struct arena *arena)
{
    const char *repository, *name;
    json_t *tags, *value;
    json_object_foreach(json_member(root, "Repositories"), repository, tags) json_object_foreach(
        tags, name,
        value) if (!strchr(name, '@') &&
                   str_equal(json_value_text(value), id)) return arena_str(arena, str_of(name));
    return STR_NONE;
}

static int id_of_part(struct str folder, struct str part, struct arena *arena, struct str *ret_id,
                      struct pl_err *err)
{
    struct storage_match match = {0};
    DIR *dir = part.len ? opendir(folder.data) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strlen(entry->d_name) == SHA256_HEX && !match.ambiguous &&
            str_starts(str_of(entry->d_name), part))
            storage_match_id(&match, part, arena_str(arena, str_of(entry->d_name)));
    if (dir)
        closedir(dir);
    if (match.ambiguous)
        return err_set(err, PL_E_USAGE, "several images have an id that begins with %.*s",
                       STR_ARG(part));
    *ret_id = match.id.len ? arena_printf(arena, "sha256:%.*s", STR_ARG(match.id)) : STR_NONE;
    return 0;
}

static int find_image(struct str metadata, struct str name, struct arena *arena, struct str *ret_id,
                      struct str *ret_name, struct pl_err *err)
{
    AUTO_JSON *names = NULL;
    struct str path = arena_printf(arena, "%.*s/repositories.json", STR_ARG(metadata));
    int r = storage_json(path, &names, err);
    if (r < 0 && r != -PL_E_NOT_FOUND)
        return r;
    *ret_id = id_of_name(names, name, arena);
    if (ret_id->len)
        return 0;
    struct str folder = arena_printf(arena, "%.*s/imagedb/content/sha256", STR_ARG(metadata));
    r = id_of_part(folder, storage_id_part(name), arena, ret_id, err);
    *ret_name = name_of_id(names, *ret_id, arena);
    return r;
}

/* ---- layers ---- */

static struct str driver_folder(struct str root, const struct driver *driver, struct str id,
                                struct arena *arena)
{
    return arena_printf(arena, "%.*s/%s/%.*s%s", STR_ARG(root), driver->before, STR_ARG(id),
                        driver->behind);
}

static int find_layer(struct str root, struct str metadata, const struct driver *driver,
                      const char *chain, struct arena *arena, struct str *ret_folder,
                      struct pl_err *err)
{
    struct str id;
    struct str path = arena_printf(arena, "%.*s/layerdb/sha256/%s/cache-id", STR_ARG(metadata),
                                   chain + strlen("sha256:"));
    int r = storage_text(path, arena, &id, err);
    if (r < 0)
        return r;
    if (!storage_name_is_plain(id))
        return err_set(err, PL_E_FORMAT, "%.*s is no id of a layer", STR_ARG(path));
    *ret_folder = driver_folder(root, driver, id, arena);
    return 0;
}

static int find_layers(struct str root, struct str metadata, const struct driver *driver,
                       struct arena *arena, struct stored_image *ret, struct pl_err *err)
{
    AUTO_JSON *config = NULL;
    char chain[DIGEST_TEXT] = "";
    int r = json_document(ret->config, &config, err);
    const json_t *ids = json_list(json_member(config, "rootfs"), "diff_ids");
    size_t count = ids ? json_array_size(ids) : 0;
    if (r == 0 && count > LIMIT_LAYERS)
        r = err_limit(err, LIMIT_NAME(LIMIT_LAYERS),
                      "the image has %zu layers, more than LIMIT_LAYERS (%llu)", count,
                      LIMIT_LAYERS);
    if (r < 0)
        return r;
    ret->folders = ARENA_ARRAY(arena, struct str, count + 1); /* one for a container's */
    for (size_t i = 0; i < count; i++) {
        struct str id = json_value_text(json_array_get(ids, i));
        if (!digest_is_valid(id))
            return err_set(err, PL_E_FORMAT, "the config's diff ID of layer %zu is none", i + 1);
        digest_chain(chain, id);
        r = find_layer(root, metadata, driver, chain, arena, &ret->folders[i], err);
        if (r < 0)
            return r;
    }
    ret->count = count;
    ret->whole_trees = driver->whole_trees;
    ret->name_marks = driver->name_marks;
    return 0;
}

static bool is_rootless(struct str root)
{
    struct stat status;
    return stat(root.data, &status) == 0 && status.st_uid != 0;
}

static int read_image(struct str root, const struct driver *driver, struct str name,
                      struct arena *arena, struct stored_image *ret, struct pl_err *err)
{
    struct str metadata = arena_printf(arena, "%.*s/image/%s", STR_ARG(root), driver->name), id;
    int r = find_image(metadata, name, arena, &id, &ret->name, err);
    if (r == 0 && id.len == 0)
        r = err_set(err, PL_E_NOT_FOUND, "%.*s holds no image %.*s", STR_ARG(root), STR_ARG(name));
    if (r < 0)
        return r;
    struct str path = arena_printf(arena, "%.*s/imagedb/content/sha256/%.*s", STR_ARG(metadata),
                                   STR_ARG(str_from(id, 7)));
    ret->image_id = id;
    ret->user_marks = is_rootless(root);
    r = storage_config(path, id, arena, &ret->config, err);
    return r < 0 ? r : find_layers(root, metadata, driver, arena, ret, err);
}

static int docker_image(struct str root, struct str name, struct arena *arena,
                        struct stored_image *ret, struct pl_err *err)
{
    int r = -PL_E_NOT_FOUND;
    root = arena_str(arena, root);
    for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
        struct str metadata = arena_printf(arena, "%s/image/%s", root.data, drivers[i].name);
        if (!storage_exists(metadata))
            continue;
        *ret = (struct stored_image){.count = 0};
        r = read_image(root, &drivers[i], name, arena, ret, err);
        if (r != -PL_E_NOT_FOUND)
            return r;
    }
    return err_set(err, PL_E_NOT_FOUND, "%s holds no image %.*s in folders that can be read",
                   root.data, STR_ARG(name));
}

/* ---- containers ---- */

static int read_container(struct str root, struct str id, struct arena *arena, json_t **ret_config,
                          struct pl_err *err)
{
    return storage_json(
        arena_printf(arena, "%.*s/containers/%.*s/config.v2.json", STR_ARG(root), STR_ARG(id)),
        ret_config, err);
}

static bool has_name(struct str root, struct str id, struct str name)
{
    AUTO_JSON *config = NULL;
    struct arena arena = {0};
    struct pl_err ignored;
    int r = read_container(root, id, &arena, &config, &ignored);
    struct str have = json_text(config, "Name");
    if (str_starts(have, STR("/")))
        have = str_from(have, 1);
    arena_free(&arena);
    return r == 0 && str_equal(have, name);
}

static int find_container(struct str root, struct str name, struct arena *arena, struct str *ret_id,
                          struct pl_err *err)
{
    struct storage_match match = {0};
    struct str folder = arena_printf(arena, "%.*s/containers", STR_ARG(root));
    struct str part = storage_id_part(name), by_name = STR_NONE;
    DIR *dir = opendir(folder.data);
    size_t count = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir)) && by_name.len == 0;) {
        struct str id = str_of(entry->d_name);
        if (id.len != SHA256_HEX || !storage_is_hex(id) || count++ > LIMIT_ENGINE_CONTAINERS)
            continue;
        if (str_starts(id, part))
            storage_match_id(&match, part, arena_str(arena, id));
        if (has_name(root, id, name))
            by_name = arena_str(arena, id);
    }
    if (dir)
        closedir(dir);
    *ret_id = by_name.len ? by_name : match.id;
    if (by_name.len == 0 && match.ambiguous)
        return err_set(err, PL_E_USAGE, "several containers have an id that begins with %.*s",
                       STR_ARG(part));
    if (ret_id->len == 0)
        return err_set(err, PL_E_NOT_FOUND, "%.*s holds no container %.*s", STR_ARG(root),
                       STR_ARG(name));
    return 0;
}

static void take_mounts(const json_t *config, struct arena *arena, struct stored_image *ret)
{
    const char *place;
    json_t *value;
    json_t *points = json_member(config, "MountPoints");
    ret->mounts = ARENA_ARRAY(arena, struct str, json_object_size(points) + 1);
    json_object_foreach(points, place, value) ret->mounts[ret->mount_count++] =
        arena_str(arena, str_of(place));
}

/* The folder of what the container changed: layerdb/mounts/ID/mount-id. */
static int take_own(struct str root, const struct driver *driver, struct arena *arena,
                    struct stored_image *ret, struct pl_err *err)
{
    struct str id;
    struct str path = arena_printf(arena, "%.*s/image/%s/layerdb/mounts/%.*s/mount-id",
                                   STR_ARG(root), driver->name, STR_ARG(ret->container_id));
    int r = storage_text(path, arena, &id, err);
    if (r == 0 && !storage_name_is_plain(id))
        r = err_set(err, PL_E_FORMAT, "%.*s is no id of a layer", STR_ARG(path));
    if (r < 0)
        return r;
    ret->folders[ret->count++] = driver_folder(root, driver, id, arena);
    ret->has_own = true;
    return 0;
}

static int docker_container(struct str root, struct str name, struct arena *arena,
                            struct stored_image *ret, struct pl_err *err)
{
    AUTO_JSON *config = NULL;
    struct str id;
    const struct driver *driver = NULL;
    root = arena_str(arena, root);
    *ret = (struct stored_image){.count = 0};
    int r = find_container(root, name, arena, &id, err);
    if (r == 0)
        r = read_container(root, id, arena, &config, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
        if (str_is(json_text(config, "Driver"), drivers[i].name))
            driver = &drivers[i];
    if (!driver)
        return err_set(err, PL_E_UNSUPPORTED,
                       "the container's storage driver \"%.*s\" is not one whose folders are read",
                       STR_ARG(str_first(json_text(config, "Driver"), 100)));
    struct str image = arena_str(arena, json_text(config, "Image"));
    r = read_image(root, driver, image, arena, ret, err);
    if (r < 0)
        return r;
    struct str told = json_text(config, "Name");
    ret->container_id = id;
    ret->container_name = arena_str(arena, str_starts(told, STR("/")) ? str_from(told, 1) : told);
    take_mounts(config, arena, ret);
    return take_own(root, driver, arena, ret, err);
}

/* ---- where it is ---- */

static struct str docker_root(struct arena *arena)
{
    AUTO_JSON *config = NULL;
    struct pl_err ignored;
    struct str usual = STR("/var/lib/docker"), told = STR_NONE;
    if (storage_exists(STR("/etc/docker/daemon.json")) &&
        storage_json(STR("/etc/docker/daemon.json"), &config, &ignored) == 0)
        told = arena_str(arena, json_text(config, "data-root"));
    struct str root = told.len ? told : usual;
    return storage_exists(root) ? root : STR_NONE;
}

const struct storage docker_storage = {docker_image, docker_container, docker_root};
