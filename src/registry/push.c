/* Pushing: distribution-spec v1.1, "Pushing a blob monolithically", "Pushing Manifests". */
#include "base/hash.h"
#include "registry/internal.h"

static const char PUSH[] = "pull,push";

static int has_blob(struct repository *repository, struct str digest, struct arena *arena,
                    bool *ret_there, struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct registry_call call = {
        .method = "HEAD",
        .path = arena_printf(arena, "blobs/%.*s", STR_ARG(digest)),
        .actions = PUSH,
    };
    int r = repository_request(repository, &call, &answer, err);
    if (r == 0 && (answer.status == 401 || answer.status == 403))
        return repository_refused(repository, &answer, STR("pushing"), err);
    *ret_there = r == 0 && answer.status == 200;
    return r;
}

/* Where the bytes go. */
static int begin_upload(struct repository *repository, struct arena *arena, struct str *ret_where,
                        struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct registry_call call = {.method = "POST", .path = STR("blobs/uploads/"), .actions = PUSH};
    int r = repository_request(repository, &call, &answer, err);
    if (r < 0)
        return r;
    if (answer.status != 202 || answer.location.len == 0)
        return repository_refused(repository, &answer, STR("pushing"), err);
    *ret_where = arena_str(arena, answer.location);
    return 0;
}

static int put_blob(struct repository *repository, struct str digest, struct str bytes, int fd,
                    uint64_t size, struct arena *arena, struct pl_err *err)
{
    static const struct str headers[] = {{"Content-Type: application/octet-stream", 38}};
    AUTO_EXCHANGE answer = {0};
    struct str where;
    int r = begin_upload(repository, arena, &where, err);
    if (r < 0)
        return r;
    char next = str_index(where, '?') == SIZE_MAX ? '?' : '&';
    struct registry_call call = {
        .method = "PUT",
        .location = arena_printf(arena, "%.*s%cdigest=%.*s", STR_ARG(where), next, STR_ARG(digest)),
        .headers = headers,
        .header_count = ARRAY_LEN(headers),
        .actions = PUSH,
        .body = bytes,
        .body_fd = fd,
        .body_size = fd >= 0 ? size : 0,
    };
    r = repository_request(repository, &call, &answer, err);
    if (r == 0 && answer.status != 201)
        r = repository_refused(repository, &answer, STR("pushing"), err);
    return r;
}

int repository_push_blob(struct repository *repository, struct str digest, struct str bytes, int fd,
                         uint64_t size, struct pl_err *err)
{
    struct arena arena = {0};
    bool there = false;
    int r = has_blob(repository, digest, &arena, &there, err);
    if (r == 0 && !there)
        r = put_blob(repository, digest, bytes, fd, size, &arena, err);
    arena_free(&arena);
    return r;
}

int repository_push_manifest(struct repository *repository, struct str tag, struct str media_type,
                             struct str bytes, struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct arena arena = {0};
    struct str header = arena_printf(&arena, "Content-Type: %.*s", STR_ARG(media_type));
    struct registry_call call = {
        .method = "PUT",
        .path = arena_printf(&arena, "manifests/%.*s", STR_ARG(tag)),
        .headers = &header,
        .header_count = 1,
        .actions = PUSH,
        .body = bytes,
        .body_fd = -1,
    };
    int r = repository_request(repository, &call, &answer, err);
    if (r == 0 && answer.status != 201)
        r = repository_refused(repository, &answer, STR("pushing"), err);
    arena_free(&arena);
    return r;
}
