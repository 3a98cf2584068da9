#include "runtime/containerd.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "io/toml.h"
#include "io/whole_file.h"
#include "registry/reference.h"
#include "runtime/bolt.h"
#include "runtime/storage.h"

enum { ATTEMPTS = 5 }; /* the database of a busy containerd changes while it is read */

struct str containerd_root(struct arena *arena)
{
    AUTO_JSON *config = NULL;
    AUTO_BUF text = {0};
    struct pl_err ignored;
    struct str root = STR("/var/lib/containerd");
    if (whole_file_read("/etc/containerd/config.toml", LIMIT_FILE_SMALL,
                        LIMIT_NAME(LIMIT_FILE_SMALL), &text, &ignored) == 0 &&
        toml_document(buf_str(&text), &config, &ignored) == 0 && json_text(config, "root").len)
        root = arena_str(arena, json_text(config, "root"));
    return storage_exists(root) ? root : STR_NONE;
}

struct str containerd_content(struct str root, struct arena *arena)
{
    return arena_printf(arena, "%.*s/io.containerd.content.v1.content", STR_ARG(root));
}

struct search {
    struct bolt *bolt;
    struct arena *arena;
    struct str names[2]; /* as it was told, and in full */
    struct str only;     /* namespace; empty: all */
    struct containerd_image found;
    struct str second; /* another namespace with another image */
    struct pl_err *err;
};

/* images / NAME / target / digest */
static int read_target(const struct search *search, const struct bolt_bucket *images,
                       struct str name, struct str *ret_digest)
{
    struct bolt_bucket image, target;
    int r = bolt_find_bucket(search->bolt, images, name, &image, search->err);
    if (r == 0)
        r = bolt_find_bucket(search->bolt, &image, STR("target"), &target, search->err);
    if (r == 0)
        r = bolt_find_value(search->bolt, &target, STR("digest"), ret_digest, search->err);
    if (r == 0 && !digest_is_valid(*ret_digest))
        r = err_set(search->err, PL_E_FORMAT, "\"%.*s\" is no sha256 digest",
                    STR_ARG(str_first(*ret_digest, 100)));
    return r;
}

static void take_found(struct search *search, struct str name_space, struct str name,
                       struct str digest)
{
    struct containerd_image *found = &search->found;
    if (found->digest.len == 0) {
        found->name = name;
        found->name_space = arena_str(search->arena, name_space);
        found->digest = arena_str(search->arena, digest);
    } else if (!str_equal(found->digest, digest) && !str_equal(found->name_space, name_space)) {
        search->second = arena_str(search->arena, name_space);
    }
}

static int visit_namespace(void *context, struct str key, struct str value,
                           const struct bolt_bucket *bucket)
{
    struct search *search = context;
    struct bolt_bucket images;
    struct str digest;
    (void)value;
    if (!bucket || (search->only.len && !str_equal(search->only, key)))
        return 0;
    int r = bolt_find_bucket(search->bolt, bucket, STR("images"), &images, search->err);
    if (r == -PL_E_NOT_FOUND)
        return 0; /* it has none */
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(search->names); i++) {
        struct str name = search->names[i];
        r = name.len ? read_target(search, &images, name, &digest) : -PL_E_NOT_FOUND;
        if (r == 0) {
            take_found(search, key, name, digest);
            return 0;
        }
        if (r == -PL_E_NOT_FOUND)
            r = 0;
    }
    return r;
}

static int search_once(struct search *search, struct str path, bool *ret_changed)
{
    CLEANUP(bolt_closep) struct bolt *bolt = NULL;
    struct bolt_bucket root, all;
    int r = bolt_open(path.data, &bolt, search->err);
    if (r < 0)
        return r;
    search->bolt = bolt;
    search->found = (struct containerd_image){.name = STR_NONE};
    search->second = STR_NONE;
    root = bolt_root(bolt);
    r = bolt_find_bucket(bolt, &root, STR("v1"), &all, search->err);
    if (r == 0)
        r = bolt_each(bolt, &all, visit_namespace, search, search->err);
    *ret_changed = bolt_changed(bolt);
    return r == -PL_E_NOT_FOUND ? 0 : r;
}

static int judge(const struct search *search, struct str root, struct pl_err *err)
{
    const struct containerd_image *found = &search->found;
    if (search->second.len)
        return err_set(err, PL_E_USAGE,
                       "the namespaces %.*s and %.*s of containerd have different images %.*s; "
                       "choose one with --namespace",
                       STR_ARG(found->name_space), STR_ARG(search->second), STR_ARG(found->name));
    if (found->digest.len == 0)
        return err_set(err, PL_E_NOT_FOUND, "%.*s holds no image %.*s", STR_ARG(root),
                       STR_ARG(search->names[0]));
    return 0;
}

int containerd_find(struct str root, struct str name, struct str name_space, struct arena *arena,
                    struct containerd_image *ret_image, struct pl_err *err)
{
    struct reference reference;
    struct search search = {.arena = arena, .names = {name, STR_NONE}, .only = name_space};
    struct str path =
        arena_printf(arena, "%.*s/io.containerd.metadata.v1.bolt/meta.db", STR_ARG(root));
    bool changed = true;
    int r = 0;
    if (reference_parse(name, arena, &reference, err) == 0)
        search.names[1] = reference_text(arena, &reference);
    search.err = err;
    for (int attempt = 0; attempt < ATTEMPTS && changed; attempt++) {
        changed = false;
        r = search_once(&search, path, &changed);
    }
    if (changed)
        return err_set(err, PL_E_IO,
                       "%.*s was changed by containerd again and again while it was read; try "
                       "again",
                       STR_ARG(path));
    if (r < 0)
        return err_prefix(err, "%.*s", STR_ARG(path));
    *ret_image = search.found;
    return judge(&search, root, err);
}
