#include "runtime/grpc.h"

#include <stdlib.h>
#include <strings.h>

#include "io/curl.h"

enum { CONNECT_SECONDS = 2, FRAME_HEAD = 5, MESSAGE_SHOWN = 300 };

/* The statuses that are told apart (doc/statuscodes.md of gRPC). */
enum { STATUS_OK = 0, STATUS_NOT_FOUND = 5, STATUS_DENIED = 7, STATUS_NONE = -1 };

struct grpc {
    const struct curl_api *curl;
    CURL *handle;
    struct str socket;
    struct arena arena;
    struct buf body;
    const struct grpc_call *call;
    bool too_long;
    int status;
    char words[MESSAGE_SHOWN + 1]; /* grpc-message */
};

int grpc_open(struct str socket, unsigned seconds, struct grpc **ret_grpc, struct pl_err *err)
{
    const struct curl_api *curl = curl_load(err);
    if (!curl)
        return -PL_E_UNSUPPORTED;
    struct grpc *grpc = mem_zalloc(1, sizeof(*grpc));
    grpc->curl = curl;
    grpc->socket = arena_str(&grpc->arena, socket);
    grpc->handle = curl->easy_init();
    if (!grpc->handle || curl->easy_setopt(grpc->handle, CURLOPT_HTTP_VERSION,
                                           (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE) != CURLE_OK) {
        grpc_close(grpc);
        return err_set(err, PL_E_UNSUPPORTED, "this libcurl does not speak HTTP/2");
    }
    curl->easy_setopt(grpc->handle, CURLOPT_UNIX_SOCKET_PATH, grpc->socket.data);
    curl->easy_setopt(grpc->handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl->easy_setopt(grpc->handle, CURLOPT_TIMEOUT, (long)seconds);
    curl->easy_setopt(grpc->handle, CURLOPT_NOSIGNAL, 1L);
    /* A second question on a kept connection ends in a framing error with some versions of libcurl;
     * a new one on a unix socket costs next to nothing. */
    curl->easy_setopt(grpc->handle, CURLOPT_FRESH_CONNECT, 1L);
    curl->easy_setopt(grpc->handle, CURLOPT_FORBID_REUSE, 1L);
    curl->easy_setopt(grpc->handle, CURLOPT_PROXY, "");
    *ret_grpc = grpc;
    return 0;
}

void grpc_close(struct grpc *grpc)
{
    if (grpc->handle)
        grpc->curl->easy_cleanup(grpc->handle);
    buf_free(&grpc->body);
    arena_free(&grpc->arena);
    free(grpc);
}

/* ---- an answer ---- */

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct grpc *grpc = context;
    grpc->too_long = grpc->body.len + size * count > grpc->call->most;
    if (grpc->too_long)
        return 0;
    buf_add(&grpc->body, str_make(bytes, size * count));
    return size * count;
}

/* Status and its words stand in headers, or in trailers behind the messages. */
static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    static const struct str status = {"grpc-status:", 12}, words = {"grpc-message:", 13};
    struct grpc *grpc = context;
    struct str line = str_make(bytes, size * count);
    uint64_t number;
    if (line.len > status.len && strncasecmp(line.data, status.data, status.len) == 0) {
        if (str_to_u64(str_trim(str_from(line, status.len)), &number) && number < 1000)
            grpc->status = (int)number;
    } else if (line.len > words.len && strncasecmp(line.data, words.data, words.len) == 0) {
        struct str text = str_first(str_trim(str_from(line, words.len)), MESSAGE_SHOWN);
        for (size_t i = 0; i < text.len; i++) {
            char c = text.data[i];
            grpc->words[i] = (unsigned char)c < ' ' || c == 127 ? ' ' : c;
        }
        grpc->words[text.len] = 0;
    }
    return line.len;
}

static int judge(const struct grpc *grpc, CURLcode code, struct pl_err *err)
{
    const struct grpc_call *call = grpc->call;
    if (grpc->too_long)
        return err_limit(err, call->limit, "the answer to %s has more than %s bytes", call->method,
                         call->limit);
    if (code != CURLE_OK)
        return err_set(err, PL_E_IO, "%.*s does not answer: %s", STR_ARG(grpc->socket),
                       grpc->curl->easy_strerror(code));
    if (grpc->status == STATUS_OK)
        return 0;
    if (grpc->status == STATUS_NONE)
        return err_set(err, PL_E_IO, "what listens at %.*s does not speak gRPC",
                       STR_ARG(grpc->socket));
    return err_set(err,
                   grpc->status == STATUS_NOT_FOUND ? PL_E_NOT_FOUND
                   : grpc->status == STATUS_DENIED  ? PL_E_DENIED
                                                    : PL_E_IO,
                   "the answer to %s is status %d: %s", call->method, grpc->status, grpc->words);
}

/* Length-prefixed messages, none of them packed: that was not offered. */
static int hand_out(struct grpc *grpc,
                    int (*take)(void *context, struct str message, struct pl_err *err),
                    void *context, struct pl_err *err)
{
    struct str rest = buf_str(&grpc->body);
    while (rest.len) {
        const unsigned char *head = (const unsigned char *)rest.data;
        if (rest.len < FRAME_HEAD)
            return err_set(err, PL_E_FORMAT, "the answer to %s breaks off", grpc->call->method);
        size_t len = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
        if (head[0] != 0 || len > rest.len - FRAME_HEAD)
            return err_set(err, PL_E_FORMAT, "the answer to %s breaks off", grpc->call->method);
        int r = take(context, str_make(rest.data + FRAME_HEAD, len), err);
        if (r < 0)
            return r;
        rest = str_from(rest, FRAME_HEAD + len);
    }
    return 0;
}

static void frame(struct buf *buf, struct str message)
{
    buf_putc(buf, 0);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(buf, (char)(message.len >> shift & 0xff));
    buf_add(buf, message);
}

static struct curl_slist *headers_of(const struct grpc *grpc, const struct grpc_call *call)
{
    AUTO_BUF name_space = {0};
    struct curl_slist *list = NULL;
    list = grpc->curl->slist_append(list, "content-type: application/grpc");
    list = grpc->curl->slist_append(list, "te: trailers");
    if (call->name_space.len) {
        buf_printf(&name_space, "containerd-namespace: %.*s", STR_ARG(call->name_space));
        buf_putc(&name_space, 0);
        list = grpc->curl->slist_append(list, name_space.data);
    }
    return list;
}

int grpc_ask(struct grpc *grpc, const struct grpc_call *call,
             int (*take)(void *context, struct str message, struct pl_err *err), void *context,
             struct pl_err *err)
{
    const struct curl_api *curl = grpc->curl;
    AUTO_BUF url = {0};
    AUTO_BUF question = {0};
    struct curl_slist *headers = headers_of(grpc, call);
    frame(&question, call->message);
    buf_printf(&url, "http://containerd%s", call->method);
    buf_putc(&url, 0);
    grpc->call = call;
    grpc->body.len = 0;
    grpc->too_long = false;
    grpc->status = STATUS_NONE;
    grpc->words[0] = 0;
    curl->easy_setopt(grpc->handle, CURLOPT_URL, url.data);
    curl->easy_setopt(grpc->handle, CURLOPT_HTTPHEADER, headers);
    curl->easy_setopt(grpc->handle, CURLOPT_POST, 1L);
    curl->easy_setopt(grpc->handle, CURLOPT_POSTFIELDSIZE, (long)question.len);
    curl->easy_setopt(grpc->handle, CURLOPT_POSTFIELDS, question.data);
    curl->easy_setopt(grpc->handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl->easy_setopt(grpc->handle, CURLOPT_WRITEDATA, grpc);
    curl->easy_setopt(grpc->handle, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(grpc->handle, CURLOPT_HEADERDATA, grpc);
    int r = judge(grpc, curl->easy_perform(grpc->handle), err);
    curl->easy_setopt(grpc->handle, CURLOPT_HTTPHEADER, NULL);
    curl->slist_free_all(headers);
    return r < 0 ? r : hand_out(grpc, take, context, err);
}

/* ---- protocol buffers ---- */

enum { WIRE_NUMBER = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static void add_varint(struct buf *buf, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        buf_putc(buf, (char)(number | 0x80));
    buf_putc(buf, (char)number);
}

void proto_add_text(struct buf *buf, unsigned field, struct str text)
{
    add_varint(buf, (uint64_t)field << 3 | WIRE_BYTES);
    add_varint(buf, text.len);
    buf_add(buf, text);
}

void proto_add_number(struct buf *buf, unsigned field, uint64_t number)
{
    add_varint(buf, (uint64_t)field << 3 | WIRE_NUMBER);
    add_varint(buf, number);
}

static bool get_varint(struct str *rest, uint64_t *ret)
{
    *ret = 0;
    for (unsigned shift = 0; shift < 64 && rest->len; shift += 7) {
        unsigned char byte = (unsigned char)rest->data[0];
        *rest = str_from(*rest, 1);
        *ret |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

int proto_next(struct str *rest, struct proto_field *ret_field, struct pl_err *err)
{
    uint64_t tag, len = 0;
    if (rest->len == 0)
        return 0;
    bool good = get_varint(rest, &tag) && tag >> 3 <= 0x1fffffff;
    if (!good)
        return err_set(err, PL_E_FORMAT, "a message of the engine is damaged");
    *ret_field = (struct proto_field){.field = (unsigned)(tag >> 3)};
    switch (tag & 7) {
    case WIRE_NUMBER:
        good = get_varint(rest, &ret_field->number);
        break;
    case WIRE_BYTES:
        good = get_varint(rest, &len) && len <= rest->len;
        ret_field->is_bytes = true;
        break;
    case WIRE_64:
    case WIRE_32:
        len = (tag & 7) == WIRE_64 ? 8 : 4;
        good = len <= rest->len;
        break;
    default:
        good = false;
    }
    if (!good)
        return err_set(err, PL_E_FORMAT, "a message of the engine is damaged");
    ret_field->bytes = str_first(*rest, (size_t)len);
    *rest = str_from(*rest, (size_t)len);
    return 1;
}

struct str proto_bytes(struct str message, unsigned field)
{
    struct proto_field found;
    struct pl_err ignored;
    while (proto_next(&message, &found, &ignored) > 0)
        if (found.field == field && found.is_bytes)
            return found.bytes;
    return STR_NONE;
}
