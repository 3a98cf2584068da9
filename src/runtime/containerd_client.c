#include "runtime/containerd_client.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "registry/reference.h"
#include "runtime/grpc.h"
#include "runtime/storage.h"

/* Fields of the messages. */
enum {
    GET_NAME = 1,      /* GetImageRequest */
    GOT_IMAGE = 1,     /* GetImageResponse */
    IMAGE_TARGET = 3,  /* Image */
    TARGET_DIGEST = 2, /* Descriptor */
    READ_DIGEST = 1,   /* ReadContentRequest */
    READ_OFFSET = 2,
    READ_SIZE = 3,
    CONTENT_DATA = 2,   /* ReadContentResponse */
    LISTED = 1,         /* ListNamespacesResponse */
    NAMESPACE_NAME = 1, /* Namespace */
};

#define PIECE (4 * MIB)         /* of a blob that one question asks for */
#define ANSWER_MOST (2 * PIECE) /* frames and fields around it included */

struct str containerd_socket(struct arena *arena, const char *told)
{
    struct str path = str_of(told ? told : getenv("CONTAINERD_ADDRESS"));
    if (str_starts(path, STR("unix://")))
        path = str_from(path, 7);
    if (path.len == 0)
        path = STR("/run/containerd/containerd.sock");
    return storage_exists(path) ? arena_str(arena, path) : STR_NONE;
}

/* ---- images ---- */

struct list {
    struct arena *arena;
    VEC(struct str) names;
};

static int take_namespaces(void *context, struct str message, struct pl_err *err)
{
    struct list *list = context;
    struct proto_field field;
    int r;
    while ((r = proto_next(&message, &field, err)) > 0)
        if (field.field == LISTED && field.is_bytes && list->names.count < LIMIT_NAMESPACES)
            *VEC_ADD(&list->names) =
                arena_str(list->arena, proto_bytes(field.bytes, NAMESPACE_NAME));
    return r;
}

/* A name goes into a header: containerd's own rule for them (identifiers/validate.go). */
static bool is_namespace(struct str name)
{
    return storage_name_is_plain(name) && name.len <= 76;
}

struct taken {
    struct arena *arena;
    struct str digest;
};

static int take_image(void *context, struct str message, struct pl_err *err)
{
    struct taken *taken = context;
    struct str target = proto_bytes(proto_bytes(message, GOT_IMAGE), IMAGE_TARGET);
    taken->digest = arena_str(taken->arena, proto_bytes(target, TARGET_DIGEST));
    return digest_is_valid(taken->digest)
               ? 0
               : err_set(err, PL_E_FORMAT, "\"%.*s\" is no sha256 digest",
                         STR_ARG(str_first(taken->digest, 100)));
}

static int ask_image(struct grpc *grpc, struct str name_space, struct str name, struct taken *taken,
                     struct pl_err *err)
{
    AUTO_BUF question = {0};
    proto_add_text(&question, GET_NAME, name);
    struct grpc_call call = {.method = "/containerd.services.images.v1.Images/Get",
                             .message = buf_str(&question),
                             .name_space = name_space,
                             .most = LIMIT_MANIFEST,
                             .limit = LIMIT_NAME(LIMIT_MANIFEST)};
    return grpc_ask(grpc, &call, take_image, taken, err);
}

static int list_namespaces(struct grpc *grpc, struct list *list, struct pl_err *err)
{
    struct grpc_call call = {.method = "/containerd.services.namespaces.v1.Namespaces/List",
                             .most = LIMIT_MANIFEST,
                             .limit = LIMIT_NAME(LIMIT_MANIFEST)};
    return grpc_ask(grpc, &call, take_namespaces, list, err);
}

static int ask_namespace(struct grpc *grpc, struct str name_space, const struct str names[2],
                         struct arena *arena, struct containerd_image *ret, struct pl_err *err)
{
    struct taken taken = {.arena = arena};
    int r = -PL_E_NOT_FOUND;
    for (size_t i = 0; i < 2 && r == -PL_E_NOT_FOUND; i++) {
        if (names[i].len == 0)
            continue;
        r = ask_image(grpc, name_space, names[i], &taken, err);
        if (r == 0)
            *ret = (struct containerd_image){names[i], name_space, taken.digest};
    }
    return r;
}

static int ask_all(struct grpc *grpc, const struct list *list, const struct str names[2],
                   struct arena *arena, struct containerd_image *ret, struct pl_err *err)
{
    *ret = (struct containerd_image){.name = STR_NONE};
    for (size_t i = 0; i < list->names.count; i++) {
        struct containerd_image one = {.name = STR_NONE};
        if (!is_namespace(list->names.items[i]))
            continue;
        int r = ask_namespace(grpc, list->names.items[i], names, arena, &one, err);
        if (r == -PL_E_NOT_FOUND)
            continue;
        if (r < 0)
            return r;
        if (ret->digest.len && !str_equal(ret->digest, one.digest))
            return err_set(err, PL_E_USAGE,
                           "the namespaces %.*s and %.*s of containerd have different images %.*s; "
                           "choose one with --namespace",
                           STR_ARG(ret->name_space), STR_ARG(one.name_space), STR_ARG(names[0]));
        if (ret->digest.len == 0)
            *ret = one;
    }
    return ret->digest.len
               ? 0
               : err_set(err, PL_E_NOT_FOUND, "containerd holds no image %.*s", STR_ARG(names[0]));
}

int containerd_ask(struct containerd_client *client, struct str name, struct arena *arena,
                   struct containerd_image *ret_image, struct pl_err *err)
{
    CLEANUP(grpc_closep) struct grpc *grpc = NULL;
    struct reference reference;
    struct str names[2] = {name, STR_NONE};
    struct list list = {.arena = arena};
    int r = grpc_open(client->socket, client->seconds, &grpc, err);
    if (r < 0)
        return r;
    if (reference_parse(name, arena, &reference, err) == 0)
        names[1] = reference_text(arena, &reference);
    if (client->name_space.len)
        *VEC_ADD(&list.names) = client->name_space;
    else
        r = list_namespaces(grpc, &list, err);
    if (r == 0)
        r = ask_all(grpc, &list, names, arena, ret_image, err);
    if (r == 0)
        client->name_space = ret_image->name_space;
    VEC_FREE(&list.names);
    return r;
}

/* ---- content ---- */

static int take_content(void *context, struct str message, struct pl_err *err)
{
    struct proto_field field;
    int r;
    while ((r = proto_next(&message, &field, err)) > 0)
        if (field.field == CONTENT_DATA && field.is_bytes)
            buf_add(context, field.bytes);
    return r;
}

/* At most a piece, on top of `ret`; containerd gives less at the end. */
static int read_piece(const struct containerd_client *client, struct grpc *grpc, struct str digest,
                      uint64_t offset, struct buf *ret, struct pl_err *err)
{
    AUTO_BUF question = {0};
    proto_add_text(&question, READ_DIGEST, digest);
    if (offset)
        proto_add_number(&question, READ_OFFSET, offset);
    proto_add_number(&question, READ_SIZE, PIECE);
    struct grpc_call call = {.method = "/containerd.services.content.v1.Content/Read",
                             .message = buf_str(&question),
                             .name_space = client->name_space,
                             .most = ANSWER_MOST,
                             .limit = LIMIT_NAME(LIMIT_ENGINE_REPLY)};
    return grpc_ask(grpc, &call, take_content, ret, err);
}

struct content_stream {
    struct stream stream; /* first */
    struct containerd_client client;
    struct grpc *grpc;
    struct arena arena;
    struct str digest;
    struct buf piece;
    uint64_t size, at;
    struct sha256 sha;
};

static int next_piece(struct stream *base, struct str *ret_bytes, struct pl_err *err)
{
    struct content_stream *stream = (struct content_stream *)base;
    *ret_bytes = STR_NONE;
    if (stream->at >= stream->size)
        return 0;
    stream->piece.len = 0;
    int r =
        read_piece(&stream->client, stream->grpc, stream->digest, stream->at, &stream->piece, err);
    if (r == 0 && (stream->piece.len == 0 || stream->piece.len > stream->size - stream->at))
        r = err_set(err, PL_E_IO, "containerd sent other bytes of %.*s than it told",
                    STR_ARG(stream->digest));
    if (r < 0)
        return r;
    stream->at += stream->piece.len;
    sha256_add(&stream->sha, stream->piece.data, stream->piece.len);
    *ret_bytes = buf_str(&stream->piece);
    return 0;
}

static void end_digest(struct stream *base, char ret_text[DIGEST_TEXT])
{
    struct content_stream *stream = (struct content_stream *)base;
    unsigned char digest[SHA256_BYTES];
    sha256_end(&stream->sha, digest);
    sha256_text(digest, ret_text);
}

static void close_stream(struct stream *base)
{
    struct content_stream *stream = (struct content_stream *)base;
    if (stream->grpc)
        grpc_close(stream->grpc);
    buf_free(&stream->piece);
    arena_free(&stream->arena);
    free(stream);
}

static int take_size(void *context, struct str message, struct pl_err *err)
{
    enum { INFO = 1, INFO_SIZE = 2 }; /* InfoResponse; Info */
    uint64_t *size = context;
    struct str info = proto_bytes(message, INFO);
    struct proto_field field;
    int r;
    while ((r = proto_next(&info, &field, err)) > 0)
        if (field.field == INFO_SIZE && !field.is_bytes)
            *size = field.number;
    return r;
}

/* Its size, as containerd tells it. */
static int ask_size(const struct containerd_client *client, struct grpc *grpc, struct str digest,
                    uint64_t *ret_size, struct pl_err *err)
{
    AUTO_BUF question = {0};
    proto_add_text(&question, READ_DIGEST, digest);
    struct grpc_call call = {.method = "/containerd.services.content.v1.Content/Info",
                             .message = buf_str(&question),
                             .name_space = client->name_space,
                             .most = LIMIT_MANIFEST,
                             .limit = LIMIT_NAME(LIMIT_MANIFEST)};
    *ret_size = 0;
    return grpc_ask(grpc, &call, take_size, ret_size, err);
}

int containerd_stream(const struct containerd_client *client, struct str digest,
                      struct stream **ret_stream, struct pl_err *err)
{
    struct content_stream *stream = mem_zalloc(1, sizeof(*stream));
    stream->stream = (struct stream){next_piece, end_digest, close_stream};
    stream->client = *client;
    stream->digest = arena_str(&stream->arena, digest);
    sha256_init(&stream->sha);
    int r = grpc_open(client->socket, client->seconds, &stream->grpc, err);
    if (r == 0)
        r = ask_size(client, stream->grpc, digest, &stream->size, err);
    if (r < 0) {
        close_stream(&stream->stream);
        return r;
    }
    *ret_stream = &stream->stream;
    return 0;
}

int containerd_read(const struct containerd_client *client, struct str digest, uint64_t most,
                    const char *limit, struct arena *arena, struct str *ret_bytes,
                    struct pl_err *err)
{
    struct stream *stream;
    AUTO_BUF all = {0};
    int r = containerd_stream(client, digest, &stream, err);
    if (r < 0)
        return r;
    for (struct str piece = STR(" "); r == 0 && piece.len;) {
        r = stream->read(stream, &piece, err);
        if (r == 0 && all.len + piece.len > most)
            r = err_limit(err, limit, "%.*s has more than %s (%llu) bytes", STR_ARG(digest), limit,
                          (unsigned long long)most);
        if (r == 0)
            buf_add(&all, piece);
    }
    stream->close(stream);
    if (r == 0)
        *ret_bytes = arena_str(arena, buf_str(&all));
    return r;
}
