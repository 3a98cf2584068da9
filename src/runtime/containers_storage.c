/* The folder of Podman, CRI-O and Buildah, as containers/storage writes it (images.go, layers.go,
 * containers.go, drivers/overlay, drivers/vfs; containers-storage.conf(5)). */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "io/toml.h"
#include "io/whole_file.h"
#include "registry/reference.h"
#include "runtime/storage_parts.h"

static const struct driver {
    const char *name;
    const char *before, *behind; /* of a layer's id */
    bool whole_trees;
} drivers[] = {
    {"overlay", "overlay", "/diff", false},
    {"vfs", "vfs/dir", "", true},
};

/* A folder with images or layers: the engine's own, or one beside it that is only read. */
struct store {
    struct str root;
    json_t *layers; /* by id; NULL: not read */
};

struct stores {
    const struct driver *driver;
    struct arena *arena;
    VEC(struct store) items;
};

/* ---- containers-storage.conf ---- */

static bool is_root(void)
{
    return geteuid() == 0;
}

static struct str first_there(struct arena *arena, const struct str *paths, size_t count)
{
    (void)arena;
    for (size_t i = 0; i < count; i++)
        if (paths[i].len && storage_exists(paths[i]))
            return paths[i];
    return STR_NONE;
}

/* The "storage" table; NULL: there is none. The caller frees *ret_root. */
static const json_t *read_settings(struct arena *arena, json_t **ret_root)
{
    AUTO_BUF text = {0};
    struct pl_err ignored;
    struct str told = str_of(getenv("CONTAINERS_STORAGE_CONF")), home = str_of(getenv("HOME"));
    struct str own =
        home.len && !is_root()
            ? arena_printf(arena, "%.*s/.config/containers/storage.conf", STR_ARG(home))
            : STR_NONE;
    struct str paths[] = {own, STR("/etc/containers/storage.conf"),
                          STR("/usr/share/containers/storage.conf")};
    struct str path = told.len ? told : first_there(arena, paths, ARRAY_LEN(paths));
    if (path.len == 0 ||
        whole_file_read(path.data, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text,
                        &ignored) < 0 ||
        toml_document(buf_str(&text), ret_root, &ignored) < 0)
        return NULL;
    return json_member(*ret_root, "storage");
}

static struct str storage_root(struct arena *arena)
{
    AUTO_JSON *root = NULL;
    const json_t *settings = read_settings(arena, &root);
    struct str home = str_of(getenv("HOME")), data = str_of(getenv("XDG_DATA_HOME"));
    struct str own =
        is_root() ? json_text(settings, "graphroot") : json_text(settings, "rootless_storage_path");
    if (!is_root() && own.len == 0 && getenv("CONTAINERS_STORAGE_CONF"))
        own = json_text(settings, "graphroot");
    struct str usual = STR("/var/lib/containers/storage");
    if (!is_root() && data.len)
        usual = arena_printf(arena, "%.*s/containers/storage", STR_ARG(data));
    else if (!is_root())
        usual = arena_printf(arena, "%.*s/.local/share/containers/storage", STR_ARG(home));
    bool plain = own.len && str_index(own, '$') == SIZE_MAX;
    struct str path = plain ? arena_str(arena, own) : usual;
    return storage_exists(path) ? path : STR_NONE;
}

/* The stores beside the engine's own, where images are shared. */
static void add_shared_stores(struct stores *stores)
{
    AUTO_JSON *root = NULL;
    const json_t *settings = read_settings(stores->arena, &root);
    const json_t *list = json_list(json_member(settings, "options"), "additionalimagestores");
    for (size_t i = 0; list && i < json_array_size(list) && i < 64; i++) {
        struct str path = json_value_text(json_array_get(list, i));
        if (path.len)
            *VEC_ADD(&stores->items) = (struct store){arena_str(stores->arena, path), NULL};
    }
}

/* ---- lists ---- */

static struct str list_path(const struct stores *stores, const struct store *store,
                            const char *things, const char *file)
{
    return arena_printf(stores->arena, "%.*s/%s-%s/%s", STR_ARG(store->root), stores->driver->name,
                        things, file);
}

/* Those of the second file (things that a restart of the machine ends) behind those of the first.
 */
static int read_list(const struct stores *stores, const struct store *store, const char *things,
                     json_t **ret_list, struct pl_err *err)
{
    *ret_list = json_array();
    for (size_t i = 0; i < 2; i++) {
        AUTO_JSON *part = NULL;
        struct str file = arena_printf(stores->arena, "%s%s.json", i ? "volatile-" : "", things);
        int r = storage_json(list_path(stores, store, things, file.data), &part, err);
        if (r == -PL_E_NOT_FOUND)
            continue;
        if (r < 0)
            return r;
        if (json_is_array(part))
            json_array_extend(*ret_list, part);
    }
    return 0;
}

static bool list_has(const json_t *item, const char *key, struct str text)
{
    const json_t *list = json_list(item, key);
    for (size_t i = 0; list && i < json_array_size(list); i++)
        if (text.len && str_equal(json_value_text(json_array_get(list, i)), text))
            return true;
    return false;
}

/* The item that has one of the names, else the only one whose id begins so; NULL: none. */
static int choose(const json_t *list, const struct str *names, size_t name_count, struct str part,
                  const json_t **ret_item, struct pl_err *err)
{
    struct storage_match match = {0};
    const json_t *by_id = NULL;
    *ret_item = NULL;
    for (size_t n = 0; n < name_count; n++)
        for (size_t i = 0; i < json_array_size(list); i++)
            if (list_has(json_array_get(list, i), "names", names[n])) {
                *ret_item = json_array_get(list, i);
                return 0;
            }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct str id = json_text(item, "id");
        storage_match_id(&match, part, id);
        if (part.len && str_equal(match.id, id))
            by_id = item;
    }
    if (match.ambiguous)
        return err_set(err, PL_E_USAGE, "several ids begin with %.*s", STR_ARG(part));
    *ret_item = by_id;
    return 0;
}

/* ---- layers ---- */

static int read_layers(const struct stores *stores, struct store *store, struct pl_err *err)
{
    AUTO_JSON *list = NULL;
    if (store->layers)
        return 0;
    int r = read_list(stores, store, "layers", &list, err);
    if (r < 0)
        return r;
    store->layers = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *layer = json_array_get(list, i);
        struct str id = json_text(layer, "id");
        if (id.len)
            json_object_setn(store->layers, id.data, id.len, layer);
    }
    return 0;
}

/* Of a layer: its entry, and the store that has it. */
static const json_t *find_layer(struct stores *stores, struct str id, struct str *ret_root)
{
    struct pl_err ignored;
    for (size_t i = 0; i < stores->items.count; i++) {
        struct store *store = &stores->items.items[i];
        if (read_layers(stores, store, &ignored) < 0)
            continue;
        const json_t *layer = json_object_getn(store->layers, id.data, id.len);
        if (layer) {
            *ret_root = store->root;
            return layer;
        }
    }
    return NULL;
}

static int layer_folder(struct stores *stores, struct str id, struct str *ret_folder,
                        struct str *ret_parent, struct pl_err *err)
{
    struct str root;
    const json_t *layer = find_layer(stores, id, &root);
    if (!layer || !storage_name_is_plain(id))
        return err_set(err, PL_E_NOT_FOUND, "the layer %.*s is missing",
                       STR_ARG(str_first(id, 100)));
    const struct driver *driver = stores->driver;
    struct str composed = arena_printf(stores->arena, "%.*s/%s/%.*s/composefs-data", STR_ARG(root),
                                       driver->before, STR_ARG(id));
    if (storage_exists(composed))
        return err_set(err, PL_E_UNSUPPORTED,
                       "the layer %.*s is kept by composefs, whose folders are not read",
                       STR_ARG(str_first(id, 100)));
    *ret_parent = json_text(layer, "parent");
    *ret_folder = arena_printf(stores->arena, "%.*s/%s/%.*s%s", STR_ARG(root), driver->before,
                               STR_ARG(id), driver->behind);
    return 0;
}

static int find_layers(struct stores *stores, struct str top, struct stored_image *ret,
                       struct pl_err *err)
{
    VEC(struct str) folders = {0};
    int r = 0;
    for (struct str id = top; id.len && r == 0;) {
        struct str folder = STR_NONE, parent = STR_NONE;
        if (folders.count == LIMIT_LAYERS)
            r = err_limit(err, LIMIT_NAME(LIMIT_LAYERS),
                          "the image has %zu layers, more than LIMIT_LAYERS (%llu)",
                          folders.count + 1, LIMIT_LAYERS);
        else
            r = layer_folder(stores, id, &folder, &parent, err);
        if (r < 0)
            break;
        *VEC_ADD(&folders) = folder;
        id = parent;
    }
    ret->count = folders.count;
    ret->folders = ARENA_ARRAY(stores->arena, struct str, ret->count + 1); /* a container's own */
    for (size_t i = 0; i < ret->count; i++)
        ret->folders[i] = folders.items[ret->count - 1 - i];
    VEC_FREE(&folders);
    return r;
}

/* ---- images ---- */

/* The names that a short one can stand for: Podman stores what it built under localhost/. */
static size_t possible_names(struct str name, struct arena *arena, struct str ret_names[3])
{
    struct reference reference;
    struct pl_err ignored;
    size_t count = 0;
    ret_names[count++] = name;
    if (reference_parse(name, arena, &reference, &ignored) < 0)
        return count;
    if (reference.digest.len)
        reference.tag = STR_NONE;
    struct str full = reference_text(arena, &reference);
    struct str local = reference_familiar(arena, &reference);
    if (!str_starts(local, STR("localhost/")))
        ret_names[count++] = arena_printf(arena, "localhost/%.*s", STR_ARG(local));
    ret_names[count++] = full;
    return count;
}

/* Files of an image are called by what they hold; names with other bytes than letters, digits, '-'
 * and '_' by their base64 behind '='. */
static struct str config_path(const struct stores *stores, const struct store *store, struct str id,
                              struct str digest)
{
    AUTO_BUF name = {0};
    buf_putc(&name, '=');
    base64_encode(digest, &name);
    buf_putc(&name, 0);
    struct str folder = list_path(stores, store, "images", "");
    return arena_printf(stores->arena, "%.*s%.*s/%s", STR_ARG(folder), STR_ARG(id), name.data);
}

static int take_image(struct stores *stores, const struct store *store, const json_t *image,
                      struct str name, struct stored_image *ret, struct pl_err *err)
{
    struct arena *arena = stores->arena;
    struct str id = json_text(image, "id");
    struct str digest = arena_printf(arena, "sha256:%.*s", STR_ARG(id));
    if (!digest_is_valid(digest))
        return err_set(err, PL_E_UNSUPPORTED, "the image's id \"%.*s\" is no digest of its config",
                       STR_ARG(str_first(id, 100)));
    ret->image_id = digest;
    ret->digest = arena_str(arena, json_text(image, "digest"));
    if (storage_id_part(name).len && str_starts(id, storage_id_part(name)))
        ret->name = arena_str(arena, json_value_text(json_array_get(json_list(image, "names"), 0)));
    ret->whole_trees = stores->driver->whole_trees;
    struct str path = config_path(stores, store, id, digest);
    int r = storage_config(path, digest, arena, &ret->config, err);
    struct str top = arena_str(arena, json_text(image, "layer"));
    return r < 0 ? r : find_layers(stores, top, ret, err);
}

static int find_image(struct stores *stores, struct str name, struct stored_image *ret,
                      struct pl_err *err)
{
    struct str names[3];
    size_t count = possible_names(name, stores->arena, names);
    for (size_t i = 0; i < stores->items.count; i++) {
        AUTO_JSON *list = NULL;
        const json_t *image = NULL;
        const struct store *store = &stores->items.items[i];
        int r = read_list(stores, store, "images", &list, err);
        if (r == 0)
            r = choose(list, names, count, storage_id_part(name), &image, err);
        if (r < 0)
            return r;
        if (image)
            return take_image(stores, store, image, name, ret, err);
    }
    return err_set(err, PL_E_NOT_FOUND, "%.*s holds no image %.*s",
                   STR_ARG(stores->items.items[0].root), STR_ARG(name));
}

/* ---- containers ---- */

/* Places that every container has mounted. */
static bool is_usual_mount(struct str place)
{
    static const char *const places[] = {
        "/proc",
        "/dev",
        "/sys",
        "/run",
        "/etc/hosts",
        "/etc/mtab",
        "/etc/hostname",
        "/etc/resolv.conf",
        "/run/.containerenv",
        "/var/run/.containerenv",
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (str_is(place, places[i]))
            return true;
    return str_starts(place, STR("/dev/")) || str_starts(place, STR("/sys/")) ||
           str_starts(place, STR("/proc/")) || str_starts(place, STR("/run/secrets"));
}

/* The runtime's config (OCI runtime-spec, "Mounts") tells what else the container sees. */
static void take_mounts(const struct stores *stores, const struct store *store, struct str id,
                        struct stored_image *ret)
{
    AUTO_JSON *config = NULL;
    struct pl_err ignored;
    struct str folder = list_path(stores, store, "containers", "");
    struct str path =
        arena_printf(stores->arena, "%.*s%.*s/userdata/config.json", STR_ARG(folder), STR_ARG(id));
    if (storage_json(path, &config, &ignored) < 0)
        return;
    const json_t *list = json_list(config, "mounts");
    size_t count = list ? json_array_size(list) : 0;
    ret->mounts = ARENA_ARRAY(stores->arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *mount = json_array_get(list, i);
        struct str place = json_text(mount, "destination");
        if (str_is(json_text(mount, "type"), "bind") && place.len && !is_usual_mount(place))
            ret->mounts[ret->mount_count++] = arena_str(stores->arena, place);
    }
}

static int take_container(struct stores *stores, const struct store *store, const json_t *container,
                          struct stored_image *ret, struct pl_err *err)
{
    struct arena *arena = stores->arena;
    struct str parent, own = arena_str(arena, json_text(container, "layer"));
    struct str image = arena_str(arena, json_text(container, "image"));
    struct str id = arena_str(arena, json_text(container, "id"));
    if (image.len == 0)
        return err_set(err, PL_E_UNSUPPORTED,
                       "the container has no image: scan its root folder with dir:FOLDER");
    int r = find_image(stores, image, ret, err);
    if (r == 0)
        r = layer_folder(stores, own, &ret->folders[ret->count], &parent, err);
    if (r < 0)
        return r;
    ret->count++;
    ret->has_own = true;
    ret->container_id = id;
    ret->container_name =
        arena_str(arena, json_value_text(json_array_get(json_list(container, "names"), 0)));
    if (storage_name_is_plain(id))
        take_mounts(stores, store, id, ret);
    return 0;
}

static int find_container(struct stores *stores, struct str name, struct stored_image *ret,
                          struct pl_err *err)
{
    AUTO_JSON *list = NULL;
    const json_t *container = NULL;
    const struct store *store = &stores->items.items[0];
    int r = read_list(stores, store, "containers", &list, err);
    if (r == 0)
        r = choose(list, &name, 1, storage_id_part(name), &container, err);
    if (r < 0)
        return r;
    if (!container)
        return err_set(err, PL_E_NOT_FOUND, "%.*s holds no container %.*s", STR_ARG(store->root),
                       STR_ARG(name));
    return take_container(stores, store, container, ret, err);
}

/* ---- every driver's ---- */

/* Who mounted overlayfs, and whether it was the kernel's. */
static void read_marks(const struct stores *stores, struct stored_image *ret)
{
    struct stat status;
    struct str flag, folder = stores->items.items[0].root;
    struct pl_err ignored;
    struct str path =
        arena_printf(stores->arena, "%.*s/overlay/.has-mount-program", STR_ARG(folder));
    ret->user_marks = stat(folder.data, &status) == 0 && status.st_uid != 0;
    ret->name_marks = !ret->whole_trees && storage_exists(path) &&
                      storage_text(path, stores->arena, &flag, &ignored) == 0 &&
                      str_is(flag, "true");
}

typedef int find_function(struct stores *stores, struct str name, struct stored_image *ret,
                          struct pl_err *err);

static int find(find_function *find_in, struct str root, struct str name, struct arena *arena,
                struct stored_image *ret, struct pl_err *err)
{
    int r =
        err_set(err, PL_E_NOT_FOUND, "%.*s is no storage folder of Podman or CRI-O", STR_ARG(root));
    root = arena_str(arena, root);
    for (size_t i = 0; i < ARRAY_LEN(drivers) && r == -PL_E_NOT_FOUND; i++) {
        struct stores stores = {.driver = &drivers[i], .arena = arena};
        struct str there = arena_printf(arena, "%s/%s-images", root.data, drivers[i].name);
        *VEC_ADD(&stores.items) = (struct store){root, NULL};
        add_shared_stores(&stores);
        *ret = (struct stored_image){.count = 0};
        if (storage_exists(there))
            r = find_in(&stores, name, ret, err);
        if (r == 0)
            read_marks(&stores, ret);
        for (size_t k = 0; k < stores.items.count; k++)
            json_decref(stores.items.items[k].layers);
        VEC_FREE(&stores.items);
    }
    return r;
}

static int containers_image(struct str root, struct str name, struct arena *arena,
                            struct stored_image *ret, struct pl_err *err)
{
    return find(find_image, root, name, arena, ret, err);
}

static int containers_container(struct str root, struct str name, struct arena *arena,
                                struct stored_image *ret, struct pl_err *err)
{
    return find(find_container, root, name, arena, ret, err);
}

const struct storage containers_storage = {containers_image, containers_container, storage_root};
