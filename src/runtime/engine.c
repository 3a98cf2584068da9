#include "runtime/engine.h"

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/vec.h"
#include "io/curl.h"
#include "io/tempfile.h"

enum {
    CONNECT_SECONDS = 2,
    ANSWER_SECONDS = 20,  /* for one answer, and for all of a list's together */
    EXPORT_SECONDS = 300, /* without a byte: Docker gathers the whole image before the first */
    ERROR_BODY = 16 * 1024,
};

/* The newest version of the API that is known here, and the oldest that has all that is asked. */
enum { API_NEWEST = 47, API_OLDEST = 24 };

struct engine {
    struct arena arena;
    struct engine_address address;
    const struct curl_api *curl;
    CURL *handle;
    unsigned answer_seconds, idle_seconds;
    unsigned minor;      /* of the API, "1.MINOR"; 0: not agreed on */
    double list_seconds; /* that answers to a list's questions took */
    /* The current answer */
    struct buf body;
    int fd; /* where a good answer's bytes go; -1: into `body` */
    uint64_t received;
    const struct progress *progress;
    unsigned told_minor;   /* header Api-Version */
    struct pl_err problem; /* what ended the answer here */
    bool stopped;
};

/* ---- one answer ---- */

static bool is_good(const struct engine *engine)
{
    long status = 0;
    engine->curl->easy_getinfo(engine->handle, CURLINFO_RESPONSE_CODE, &status);
    return status == 200;
}

static int keep_bytes(struct engine *engine, struct str bytes, struct pl_err *err)
{
    uint64_t most = engine->fd >= 0 ? ERROR_BODY : LIMIT_ENGINE_REPLY;
    if (engine->body.len + bytes.len > most && engine->fd < 0)
        return err_limit(err, LIMIT_NAME(LIMIT_ENGINE_REPLY),
                         "the engine's answer has more than LIMIT_ENGINE_REPLY bytes");
    if (engine->body.len < most)
        buf_add(&engine->body, str_first(bytes, (size_t)(most - engine->body.len)));
    return 0;
}

static int store_bytes(struct engine *engine, struct str bytes, struct pl_err *err)
{
    engine->received += bytes.len;
    if (engine->received > LIMIT_ENGINE_EXPORT)
        return err_limit(err, LIMIT_NAME(LIMIT_ENGINE_EXPORT),
                         "the engine sends more than LIMIT_ENGINE_EXPORT (%llu bytes)",
                         LIMIT_ENGINE_EXPORT);
    progress_tell(engine->progress, N_("fetching from the engine"), engine->received, 0, "B");
    return tempfile_write(engine->fd, bytes, err);
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct engine *engine = context;
    struct str all = str_make(bytes, size * count);
    int r = engine->fd >= 0 && is_good(engine) ? store_bytes(engine, all, &engine->problem)
                                               : keep_bytes(engine, all, &engine->problem);
    engine->stopped = r < 0;
    return r < 0 ? 0 : all.len;
}

/* "1.41" -> 41; 0: it is no version of this API. */
static unsigned minor_of(struct str version)
{
    uint64_t minor;
    if (!str_starts(version, STR("1.")) || !str_to_u64(str_from(version, 2), &minor) ||
        minor > 9999)
        return 0;
    return (unsigned)minor;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    static const struct str name = {"api-version:", 12};
    struct engine *engine = context;
    struct str line = str_make(bytes, size * count);
    if (line.len > name.len && strncasecmp(line.data, name.data, name.len) == 0)
        engine->told_minor = minor_of(str_trim(str_from(line, name.len)));
    return line.len;
}

/* What the engine says itself, made fit to be shown. */
static struct str engine_words(struct engine *engine)
{
    AUTO_JSON *answer = NULL;
    struct pl_err ignored;
    if (json_document(buf_str(&engine->body), &answer, &ignored) < 0)
        return STR_NONE;
    struct str text = str_first(json_text(answer, "message"), 300);
    text = arena_str(&engine->arena, text);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 127)
            ((char *)(uintptr_t)text.data)[i] = ' ';
    return text;
}

static int no_answer(const struct engine *engine, CURLcode code, struct pl_err *err)
{
    const char *why = engine->curl->easy_strerror(code);
    if (engine->stopped) {
        *err = engine->problem;
        return -(int)err->code;
    }
    switch ((int)code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return err_set(err, PL_E_IO,
                       "the engine does not answer: %s. Is it running? (systemctl start docker, or "
                       "systemctl start podman.socket)",
                       why);
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, PL_E_IO,
                       "the engine does not answer in time: it may be busy; try again, or allow "
                       "more with --engine-timeout");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
        return err_set(err, PL_E_IO,
                       "there is no safe connection with the engine: %s. DOCKER_CERT_PATH names "
                       "the folder of ca.pem, cert.pem and key.pem",
                       why);
    default:
        return err_set(err, PL_E_IO, "the engine broke off after %llu bytes: %s",
                       (unsigned long long)engine->received + engine->body.len, why);
    }
}

static int bad_status(struct engine *engine, const char *path, struct pl_err *err)
{
    long status = 0;
    struct str words = engine_words(engine);
    engine->curl->easy_getinfo(engine->handle, CURLINFO_RESPONSE_CODE, &status);
    enum pl_code code = status == 404                    ? PL_E_NOT_FOUND
                        : status == 401 || status == 403 ? PL_E_DENIED
                                                         : PL_E_IO;
    return err_set(err, code, "the engine answers %ld to %s%s%.*s", status, path,
                   words.len ? ": " : "", STR_ARG(words));
}

/* GET of a path as it is. */
static int get(struct engine *engine, const char *path, struct pl_err *err)
{
    const struct curl_api *curl = engine->curl;
    AUTO_BUF url = {0};
    bool export = engine->fd >= 0;
    buf_printf(&url, "%.*s%s", STR_ARG(engine->address.url), path);
    buf_putc(&url, 0);
    engine->body.len = 0;
    engine->received = 0;
    engine->stopped = false;
    curl->easy_setopt(engine->handle, CURLOPT_URL, url.data);
    curl->easy_setopt(engine->handle, CURLOPT_TIMEOUT, export ? 0L : (long)engine->answer_seconds);
    curl->easy_setopt(engine->handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl->easy_setopt(engine->handle, CURLOPT_LOW_SPEED_TIME,
                      export ? (long)engine->idle_seconds : 0L);
    CURLcode code = curl->easy_perform(engine->handle);
    if (code != CURLE_OK)
        return no_answer(engine, code, err);
    return is_good(engine) ? 0 : bad_status(engine, path, err);
}

static int ask_path(struct engine *engine, const char *path, json_t **ret_answer,
                    struct pl_err *err)
{
    engine->fd = -1;
    int r = get(engine, path, err);
    if (r == 0 && (r = json_document(buf_str(&engine->body), ret_answer, err)) < 0)
        err_prefix(err, "the engine's answer to %s", path);
    return r;
}

static void full_path(const struct engine *engine, const char *path, struct buf *ret)
{
    buf_printf(ret, "/v1.%u%s", engine->minor, path);
    buf_putc(ret, 0);
}

/* Errors name the engine where they did not come from a wrong use. */
static int tell_where(const struct engine *engine, struct pl_err *err)
{
    return err_prefix(err, "%.*s", STR_ARG(engine->address.text));
}

int engine_ask(struct engine *engine, const char *path, json_t **ret_answer, struct pl_err *err)
{
    AUTO_BUF full = {0};
    full_path(engine, path, &full);
    int r = ask_path(engine, full.data, ret_answer, err);
    return r < 0 ? tell_where(engine, err) : 0;
}

int engine_download(struct engine *engine, const char *path, const struct progress *progress,
                    int *ret_fd, uint64_t *ret_size, struct pl_err *err)
{
    AUTO_BUF full = {0};
    full_path(engine, path, &full);
    engine->fd = tempfile_nameless(err);
    if (engine->fd < 0)
        return engine->fd;
    engine->progress = progress;
    int r = get(engine, full.data, err);
    if (r == 0) {
        progress_tell(progress, N_("fetching from the engine"), engine->received, engine->received,
                      "B");
        *ret_fd = engine->fd;
        *ret_size = engine->received;
    } else {
        close(engine->fd);
        tell_where(engine, err);
    }
    engine->fd = -1;
    return r;
}

bool engine_name_is_valid(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !strchr("._:/@-", c))
            return false;
    }
    return name.len > 0 && name.len < 600 && str_find(name, STR("..")) == SIZE_MAX &&
           name.data[0] != '/' && str_find(name, STR("//")) == SIZE_MAX;
}

/* ---- the connection ---- */

static void set_text(const struct engine *engine, CURLoption option, struct str text)
{
    if (text.len)
        engine->curl->easy_setopt(engine->handle, option, text.data);
}

static void set_up(struct engine *engine)
{
    const struct curl_api *curl = engine->curl;
    set_text(engine, CURLOPT_UNIX_SOCKET_PATH, engine->address.socket);
    set_text(engine, CURLOPT_CAINFO, engine->address.ca);
    set_text(engine, CURLOPT_SSLCERT, engine->address.cert);
    set_text(engine, CURLOPT_SSLKEY, engine->address.key);
    curl->easy_setopt(engine->handle, CURLOPT_SSL_VERIFYPEER, engine->address.insecure ? 0L : 1L);
    curl->easy_setopt(engine->handle, CURLOPT_SSL_VERIFYHOST, engine->address.insecure ? 0L : 2L);
    curl->easy_setopt(engine->handle, CURLOPT_CONNECTTIMEOUT,
                      engine->address.socket.len ? (long)CONNECT_SECONDS
                                                 : (long)engine->answer_seconds);
    curl->easy_setopt(engine->handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(engine->handle, CURLOPT_PROXY, "");
    curl->easy_setopt(engine->handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl->easy_setopt(engine->handle, CURLOPT_WRITEDATA, engine);
    curl->easy_setopt(engine->handle, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(engine->handle, CURLOPT_HEADERDATA, engine);
}

/* "API versioning" of the reference: the engine tells its newest version in a header, older ones
 * only in the answer to /version. */
static int agree(struct engine *engine, struct pl_err *err)
{
    AUTO_JSON *version = NULL;
    engine->fd = -1;
    int r = get(engine, "/_ping", err);
    if (r < 0 && r != -PL_E_NOT_FOUND)
        return r;
    if (engine->told_minor == 0) {
        r = ask_path(engine, "/version", &version, err);
        if (r < 0)
            return r;
        engine->told_minor = minor_of(json_text(version, "ApiVersion"));
    }
    if (engine->told_minor < API_OLDEST)
        return err_set(err, PL_E_UNSUPPORTED,
                       "what listens there speaks no API of Docker from 1.%d on", API_OLDEST);
    engine->minor = engine->told_minor < API_NEWEST ? engine->told_minor : API_NEWEST;
    return 0;
}

int engine_open(const struct engine_address *address, const struct engine_options *options,
                struct engine **ret_engine, struct pl_err *err)
{
    const struct curl_api *curl = curl_load(err);
    unsigned seconds = options ? options->seconds : 0;
    if (!curl)
        return -PL_E_UNSUPPORTED;
    struct engine *engine = mem_zalloc(1, sizeof(*engine));
    engine->address = *address;
    engine->curl = curl;
    engine->fd = -1;
    engine->answer_seconds = seconds ? seconds : ANSWER_SECONDS;
    engine->idle_seconds = seconds ? seconds : EXPORT_SECONDS;
    engine->handle = curl->easy_init();
    int r = engine->handle ? 0 : err_set(err, PL_E_FAULT, "libcurl cannot be started");
    if (r == 0) {
        set_up(engine);
        r = agree(engine, err);
    }
    if (r < 0) {
        tell_where(engine, err);
        engine_close(engine);
        return r;
    }
    *ret_engine = engine;
    return 0;
}

void engine_close(struct engine *engine)
{
    if (engine->handle)
        engine->curl->easy_cleanup(engine->handle);
    buf_free(&engine->body);
    arena_free(&engine->arena);
    free(engine);
}

const struct engine_address *engine_address(const struct engine *engine)
{
    return &engine->address;
}

/* ---- images ---- */

/* Many questions are asked for the sake of a hint: they must not hold a scan for long. */
static int ask_listed(struct engine *engine, const char *path, json_t **ret_answer,
                      struct pl_err *err)
{
    double seconds = 0;
    if (engine->list_seconds > ANSWER_SECONDS)
        return err_set(err, PL_E_IO, "the engine's answers took more than %d seconds",
                       ANSWER_SECONDS);
    int r = engine_ask(engine, path, ret_answer, err);
    engine->curl->easy_getinfo(engine->handle, CURLINFO_TOTAL_TIME, &seconds);
    engine->list_seconds += seconds;
    return r;
}

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

static int take_image(struct engine *engine, const json_t *listed,
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
    int r = ask_listed(engine, path.data, &image, err);
    if (r == 0) {
        take_texts(&layers, json_list(json_member(image, "RootFS"), "Layers"));
        take(context, &(struct engine_image){id, names.items.items, names.items.count,
                                             layers.items.items, layers.items.count});
    }
    VEC_FREE(&names.items);
    VEC_FREE(&layers.items);
    return r;
}

int engine_each_image(struct engine *engine,
                      void (*take)(void *context, const struct engine_image *image), void *context,
                      struct pl_err *err)
{
    AUTO_JSON *list = NULL;
    size_t index;
    json_t *item;
    engine->list_seconds = 0;
    int r = ask_listed(engine, "/images/json", &list, err);
    if (r == 0 && json_array_size(list) > LIMIT_ENGINE_IMAGES)
        r = err_limit(err, LIMIT_NAME(LIMIT_ENGINE_IMAGES),
                      "the engine has more than LIMIT_ENGINE_IMAGES (%llu) images",
                      (unsigned long long)LIMIT_ENGINE_IMAGES);
    json_array_foreach(list, index, item)
    {
        if (r < 0)
            break;
        r = take_image(engine, item, take, context, err);
    }
    return r;
}
