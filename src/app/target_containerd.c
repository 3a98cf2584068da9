#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/engine_parts.h"
#include "app/target_engine.h"
#include "base/limits.h"
#include "image/folder_image.h"
#include "runtime/containerd_client.h"

enum { ANSWER_SECONDS = 20 };

/* ---- over the socket ---- */

struct remote {
    struct containerd_client client;
    struct arena arena;
};

static int read_document(void *context, struct arena *arena, struct str digest, bool manifest,
                         struct str *ret_bytes, struct pl_err *err)
{
    const struct remote *remote = context;
    (void)manifest;
    return containerd_read(&remote->client, digest, LIMIT_MANIFEST, LIMIT_NAME(LIMIT_MANIFEST),
                           arena, ret_bytes, err);
}

static int open_blob(void *context, const struct blob_descriptor *blob, struct stream **ret_stream,
                     struct pl_err *err)
{
    const struct remote *remote = context;
    return containerd_stream(&remote->client, blob->digest, ret_stream, err);
}

static void close_remote(void *context)
{
    struct remote *remote = context;
    arena_free(&remote->arena);
    free(remote);
}

static int open_socket(struct str socket, struct str name, const struct target_options *options,
                       struct image **ret_image, struct pl_err *err)
{
    const struct engine_options *engines = options->engines;
    struct image_options image_options = image_options_of(options);
    struct remote *remote = mem_zalloc(1, sizeof(*remote));
    struct blob_store store = {
        .context = remote, .read = read_document, .open = open_blob, .close = close_remote};
    struct containerd_image found;
    struct archive *archive;
    const char *name_space = engines ? engines->name_space : NULL;
    remote->client = (struct containerd_client){
        .socket = arena_str(&remote->arena, socket),
        .name_space = str_of(name_space ? name_space : getenv("CONTAINERD_NAMESPACE")),
        .seconds = engines && engines->seconds ? engines->seconds : ANSWER_SECONDS,
    };
    int r = containerd_ask(&remote->client, name, &remote->arena, &found, err);
    if (r < 0) {
        close_remote(remote);
        return r;
    }
    archive_open_store(&store, &archive);
    r = image_from_blobs(TARGET_CONTAINERD, found.name, archive, found.digest, &image_options,
                         ret_image, err);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(name)) : 0;
}

/* ---- in its folder ---- */

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

static int open_folder(struct str root, struct str name, const struct target_options *options,
                       struct arena *arena, struct image **ret_image, struct pl_err *err)
{
    const struct engine_options *engines = options->engines;
    struct containerd_image found;
    int r = containerd_find(root, name, str_of(engines ? engines->name_space : NULL), arena, &found,
                            err);
    return r < 0 ? r : open_content(root, &found, options, arena, ret_image, err);
}

/* ---- which of the two ---- */

/* containerd itself knows best; without it, its folder does. */
static int open_found(struct str name, const struct target_options *options, struct arena *arena,
                      struct image **ret_image, struct pl_err *err)
{
    const struct engine_options *engines = options->engines;
    struct str root = str_of(engines ? engines->storage : NULL);
    struct str socket = containerd_socket(arena, engines ? engines->address : NULL);
    if (root.len)
        return open_folder(root, name, options, arena, ret_image, err);
    if (socket.len) {
        int r = open_socket(socket, name, options, ret_image, err);
        if (r != -PL_E_IO && r != -PL_E_UNSUPPORTED)
            return r;
    }
    root = engines && engines->address ? STR_NONE : containerd_root(arena);
    if (root.len)
        return open_folder(root, name, options, arena, ret_image, err);
    return socket.len ? -(int)err->code
                      : err_set(err, PL_E_NOT_FOUND,
                                "containerd has no folder here (/var/lib/containerd); name it with "
                                "--storage");
}

int target_open_containerd(struct str name, const struct target_options *options,
                           struct image **ret_image, struct pl_err *err)
{
    struct arena arena = {0};
    int r = name.len ? open_found(name, options, &arena, ret_image, err)
                     : err_set(err, PL_E_USAGE, "the name of an image is missing");
    if (r < 0 && options->bare && r != -PL_E_USAGE) {
        err->code = PL_E_NOT_FOUND; /* it is not there, or not for this user */
        r = -PL_E_NOT_FOUND;
    }
    arena_free(&arena);
    return r;
}
