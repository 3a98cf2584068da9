#include "runtime/engine.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "io/curl.h"
#include "io/json_doc.h"

enum { CONNECT_SECONDS = 2, ANSWER_SECONDS = 20 }; /* the second for all answers together, too */

const char *engine_name(enum engine_kind kind)
{
    static const char *const names[ENGINE_COUNT] = {"docker", "podman"};
    return names[kind];
}

/* ---- where it listens ---- */

static bool can_use(const char *path)
{
    return access(path, R_OK | W_OK) == 0;
}

bool engine_socket(enum engine_kind kind, struct arena *arena, struct str *ret_path)
{
    const char *host = getenv(kind == ENGINE_DOCKER ? "DOCKER_HOST" : "CONTAINER_HOST");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    struct str places[2] = {STR_NONE, kind == ENGINE_DOCKER ? STR("/var/run/docker.sock")
                                                            : STR("/run/podman/podman.sock")};
    if (host && *host) {
        if (strncmp(host, "unix://", 7) != 0 || !can_use(host + 7))
            return false;
        *ret_path = arena_str(arena, str_of(host + 7));
        return true;
    }
    if (runtime && *runtime)
        places[0] = arena_printf(
            arena, kind == ENGINE_DOCKER ? "%s/docker.sock" : "%s/podman/podman.sock", runtime);
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (places[i].len && can_use(places[i].data)) {
            *ret_path = places[i];
            return true;
        }
    return false;
}

/* ---- questions ---- */

struct connection {
    const struct curl_api *curl;
    CURL *handle;
    struct buf answer;
    bool too_long;
    double seconds; /* that all answers took */
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct connection *connection = context;
    if (connection->answer.len + size * count > LIMIT_ENGINE_REPLY) {
        connection->too_long = true;
        return 0;
    }
    buf_add(&connection->answer, str_make(bytes, size * count));
    return size * count;
}

static int ask(struct connection *connection, const char *path, json_t **ret_answer,
               struct pl_err *err)
{
    const struct curl_api *curl = connection->curl;
    AUTO_BUF url = {0};
    long status = 0;
    double seconds = 0;
    if (connection->seconds > ANSWER_SECONDS)
        return err_set(err, PL_E_IO, "the engine's answers took more than %d seconds",
                       ANSWER_SECONDS);
    buf_printf(&url, "http://engine%s", path);
    buf_putc(&url, 0);
    connection->answer.len = 0;
    curl->easy_setopt(connection->handle, CURLOPT_URL, url.data);
    CURLcode code = curl->easy_perform(connection->handle);
    curl->easy_getinfo(connection->handle, CURLINFO_TOTAL_TIME, &seconds);
    connection->seconds += seconds;
    if (connection->too_long)
        return err_limit(err, LIMIT_NAME(LIMIT_ENGINE_REPLY),
                         "the engine's answer has more than LIMIT_ENGINE_REPLY bytes");
    if (code != CURLE_OK)
        return err_set(err, PL_E_IO, "the engine does not answer: %s", curl->easy_strerror(code));
    curl->easy_getinfo(connection->handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return err_set(err, PL_E_IO, "the engine answers %ld to %s", status, path);
    return json_document(buf_str(&connection->answer), ret_answer, err);
}

static int connect_to(struct str socket, struct connection *ret_connection, struct pl_err *err)
{
    const struct curl_api *curl = curl_load(err);
    if (!curl)
        return -PL_E_UNSUPPORTED;
    CURL *handle = curl->easy_init();
    if (!handle)
        return err_set(err, PL_E_FAULT, "libcurl cannot be started");
    ret_connection->curl = curl;
    ret_connection->handle = handle;
    curl->easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket.data);
    curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl->easy_setopt(handle, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_PROXY, "");
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, ret_connection);
    return 0;
}

/* ---- images ---- */

struct texts {
    VEC(struct str) items;
};

static void take_texts(struct texts *texts, const json_t *list)
{
    size_t index;
    json_t *item;
    texts->items.count = 0;
    json_array_foreach(list, index, item)
    {
        struct str text = json_value_text(item);
        if (text.len && !str_starts(text, STR("<none>")))
            *VEC_ADD(&texts->items) = text;
    }
}

/* An id is asked for as it was told: nothing else may get into the address. */
static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == ':'))
            return false;
    }
    return id.len > 0 && id.len < 200;
}

static int take_image(struct connection *connection, const json_t *listed,
                      void (*take)(void *context, const struct engine_image *image), void *context,
                      struct pl_err *err)
{
    AUTO_BUF path = {0};
    AUTO_JSON *image = NULL;
    struct texts names = {0}, layers = {0};
    struct str id = json_text(listed, "Id");
    take_texts(&names, json_list(listed, "RepoTags"));
    if (!is_id(id) || names.items.count == 0) {
        VEC_FREE(&names.items);
        return 0;
    }
    buf_printf(&path, "/images/%.*s/json", STR_ARG(id));
    buf_putc(&path, 0);
    int r = ask(connection, path.data, &image, err);
    if (r == 0) {
        take_texts(&layers, json_list(json_member(image, "RootFS"), "Layers"));
        take(context, &(struct engine_image){id, names.items.items, names.items.count,
                                             layers.items.items, layers.items.count});
    }
    VEC_FREE(&names.items);
    VEC_FREE(&layers.items);
    return r;
}

int engine_each_image(struct str socket,
                      void (*take)(void *context, const struct engine_image *image), void *context,
                      struct pl_err *err)
{
    struct connection connection = {0};
    AUTO_JSON *list = NULL;
    size_t index;
    json_t *item;
    int r = connect_to(socket, &connection, err);
    if (r < 0)
        return r;
    r = ask(&connection, "/images/json", &list, err);
    if (r == 0 && json_array_size(list) > LIMIT_ENGINE_IMAGES)
        r = err_limit(err, LIMIT_NAME(LIMIT_ENGINE_IMAGES),
                      "the engine has more than LIMIT_ENGINE_IMAGES (%llu) images",
                      (unsigned long long)LIMIT_ENGINE_IMAGES);
    json_array_foreach(list, index, item)
    {
        if (r < 0)
            break;
        r = take_image(&connection, item, take, context, err);
    }
    connection.curl->easy_cleanup(connection.handle);
    buf_free(&connection.answer);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(socket)) : 0;
}
