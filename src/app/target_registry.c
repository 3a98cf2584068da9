#include "app/target_registry.h"

#include <stdlib.h>

#include "base/limits.h"
#include "registry/client.h"

/* A repository as a store of blobs. What was fetched already is not asked for again. */
struct remote {
    struct registry *registry; /* its own; NULL: that of all targets */
    struct repository *repository;
    struct arena arena;
    struct registry_document top;
};

static int read_document(void *context, struct arena *arena, struct str digest, bool manifest,
                         struct str *ret_bytes, struct pl_err *err)
{
    struct remote *remote = context;
    struct registry_document document;
    if (str_equal(digest, remote->top.digest)) {
        *ret_bytes = remote->top.bytes;
        return 0;
    }
    if (!manifest)
        return repository_blob(remote->repository, digest, LIMIT_MANIFEST, arena, ret_bytes, err);
    int r = repository_manifest(remote->repository, digest, arena, &document, err);
    if (r == 0)
        *ret_bytes = document.bytes;
    return r;
}

static int open_blob(void *context, const struct blob_descriptor *blob, struct stream **ret_stream,
                     struct pl_err *err)
{
    const struct remote *remote = context;
    return repository_stream(remote->repository, blob->digest, blob->size, blob->url, ret_stream,
                             err);
}

static int read_range(void *context, struct str digest, uint64_t offset, uint64_t len,
                      struct buf *ret_bytes, struct pl_err *err)
{
    const struct remote *remote = context;
    return repository_range(remote->repository, digest, offset, len, ret_bytes, err);
}

static void close_remote(void *context)
{
    struct remote *remote = context;
    if (remote->registry)
        registry_close(remote->registry);
    arena_free(&remote->arena);
    free(remote);
}

static int open_remote(struct remote *remote, struct str text, const struct target_options *options,
                       struct reference *ret_reference, struct pl_err *err)
{
    int r = reference_parse(text, &remote->arena, ret_reference, err);
    if (r == 0 && options->offline)
        r = err_set(err, PL_E_USAGE, "%.*s is in a registry, and --offline forbids to ask it",
                    STR_ARG(text));
    if (r < 0)
        return r;
    if (!options->client) {
        struct registry_options registry =
            options->registry ? *options->registry : (struct registry_options){.user = STR_NONE};
        registry.user_host = ret_reference->host;
        remote->registry = registry_open(&registry);
    }
    remote->repository = registry_repository(options->client ? options->client : remote->registry,
                                             ret_reference->host, ret_reference->repository);
    return repository_manifest(
        remote->repository, ret_reference->digest.len ? ret_reference->digest : ret_reference->tag,
        &remote->arena, &remote->top, err);
}

int target_open_registry(struct str text, const struct target_options *options,
                         struct image **ret_image, struct pl_err *err)
{
    struct remote *remote = mem_zalloc(1, sizeof(*remote));
    struct blob_store store = {remote, read_document, open_blob, close_remote, read_range};
    struct image_options image_options = {
        .platform = options->platform,
        .progress = options->progress,
    };
    struct reference reference;
    struct archive *archive;
    int r = open_remote(remote, text, options, &reference, err);
    if (r < 0) {
        close_remote(remote);
        return r == -PL_E_USAGE ? r : err_prefix(err, "%.*s", STR_ARG(text));
    }
    struct str name = reference_text(&remote->arena, &reference);
    archive_open_store(&store, &archive);
    r = image_from_blobs(TARGET_REGISTRY, name, archive, remote->top.digest, &image_options,
                         ret_image, err);
    if (r == 0)
        (*ret_image)->whole_layers = options->whole_layers;
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(text)) : 0;
}

struct repository *target_repository(const struct image *image)
{
    const struct remote *remote =
        image->kind == TARGET_REGISTRY ? archive_store_context(image->archive) : NULL;
    return remote ? remote->repository : NULL;
}

struct str target_top_document(const struct image *image)
{
    const struct remote *remote =
        image->kind == TARGET_REGISTRY ? archive_store_context(image->archive) : NULL;
    return remote ? remote->top.bytes : STR_NONE;
}
