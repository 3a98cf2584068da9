#include "registry/transport.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/curl.h"
#include "io/source.h"
#include "registry/trust.h"

enum { ERROR_BODY = 64 * 1024, CONNECT_SECONDS = 30, IDLE_SECONDS = 60, KEPT_HANDLES = 16 };

struct transport {
    const struct curl_api *curl;
    struct arena arena;
    const char *ca_file, *cert_dir;
    VEC(struct str) insecure;
    pthread_mutex_t lock;
    VEC(CURL *) idle;           /* with their connections */
    VEC(struct trust *) trusts; /* one a host */
};

struct transport *transport_new(const struct transport_options *options)
{
    struct transport *transport = mem_zalloc(1, sizeof(*transport));
    pthread_mutex_init(&transport->lock, NULL);
    if (options->ca_file)
        transport->ca_file = arena_str(&transport->arena, str_of(options->ca_file)).data;
    if (options->cert_dir)
        transport->cert_dir = arena_str(&transport->arena, str_of(options->cert_dir)).data;
    for (size_t i = 0; i < options->insecure_count; i++)
        *VEC_ADD(&transport->insecure) = arena_str(&transport->arena, options->insecure[i]);
    return transport;
}

void transport_free(struct transport *transport)
{
    for (size_t i = 0; i < transport->idle.count; i++)
        transport->curl->easy_cleanup(transport->idle.items[i]);
    for (size_t i = 0; i < transport->trusts.count; i++)
        trust_free(transport->trusts.items[i]);
    VEC_FREE(&transport->idle);
    VEC_FREE(&transport->trusts);
    VEC_FREE(&transport->insecure);
    arena_free(&transport->arena);
    pthread_mutex_destroy(&transport->lock);
    free(transport);
}

bool transport_is_insecure(const struct transport *transport, struct str host)
{
    for (size_t i = 0; i < transport->insecure.count; i++)
        if (str_equal(transport->insecure.items[i], host))
            return true;
    return false;
}

void exchange_free(struct exchange *exchange)
{
    buf_free(&exchange->body);
    VEC_FREE(&exchange->challenges);
    arena_free(&exchange->arena);
}

struct str url_host(struct str url)
{
    size_t scheme = str_find(url, STR("://"));
    struct str rest = scheme == SIZE_MAX ? url : str_from(url, scheme + 3);
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.data[end]))
        end++;
    rest = str_first(rest, end);
    size_t at = str_last_index(rest, '@');
    return at == SIZE_MAX ? rest : str_from(rest, at + 1);
}

bool url_same_origin(struct str a, struct str b)
{
    struct str x = url_host(a), y = url_host(b);
    size_t scheme = str_find(a, STR("://"));
    return x.len == y.len && strncasecmp(x.data, y.data, x.len) == 0 &&
           scheme == str_find(b, STR("://")) && scheme != SIZE_MAX &&
           strncasecmp(a.data, b.data, scheme) == 0;
}

/* ---- an answer as it comes ---- */

struct receiving {
    struct transport *transport;
    CURL *handle;
    const struct exchange_request *request;
    struct exchange *exchange;
    struct pl_err *err;
    int result; /* of `take` */
    uint64_t sent;
};

static bool is_header(struct str line, const char *name, struct str *ret_value)
{
    size_t len = strlen(name);
    if (line.len <= len || line.data[len] != ':' || strncasecmp(line.data, name, len) != 0)
        return false;
    *ret_value = str_trim(str_from(line, len + 1));
    return true;
}

static void begin_answer(struct exchange *exchange)
{
    exchange->challenges.count = 0;
    exchange->content_type = exchange->link = exchange->location = STR_NONE;
    exchange->retry_after = exchange->digest = exchange->subject = STR_NONE;
    exchange->range_start = exchange->length = UINT64_MAX;
}

static void take_range(struct exchange *exchange, struct str value)
{
    uint64_t start;
    if (str_starts(value, STR("bytes ")) &&
        str_to_u64(str_first(str_from(value, 6), str_index(str_from(value, 6), '-')), &start))
        exchange->range_start = start;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct exchange *exchange = ((struct receiving *)context)->exchange;
    struct str line = str_make(data, size * count), value;
    const struct {
        const char *name;
        struct str *where;
    } kept[] = {
        {"content-type", &exchange->content_type},
        {"link", &exchange->link},
        {"location", &exchange->location},
        {"retry-after", &exchange->retry_after},
        {"docker-content-digest", &exchange->digest},
        {"oci-subject", &exchange->subject},
    };
    if (str_starts(line, STR("HTTP/")))
        begin_answer(exchange); /* "100 Continue" comes before the answer */
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (is_header(line, kept[i].name, &value))
            *kept[i].where = arena_str(&exchange->arena, value);
    if (is_header(line, "www-authenticate", &value) && exchange->challenges.count < 16)
        *VEC_ADD(&exchange->challenges) = arena_str(&exchange->arena, value);
    else if (is_header(line, "content-range", &value))
        take_range(exchange, value);
    else if (is_header(line, "content-length", &value))
        str_to_u64(value, &exchange->length);
    return size * count;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct receiving *receiving = context;
    struct exchange *exchange = receiving->exchange;
    const struct exchange_request *request = receiving->request;
    struct str bytes = str_make(data, size * count);
    receiving->transport->curl->easy_getinfo(receiving->handle, CURLINFO_RESPONSE_CODE,
                                             &exchange->status);
    bool wanted = exchange->status == 200 || exchange->status == 206;
    exchange->received += bytes.len;
    if (wanted && request->take) {
        receiving->result = request->take(request->context, exchange, bytes, receiving->err);
        exchange->stopped = receiving->result < 0;
        return exchange->stopped ? 0 : bytes.len;
    }
    uint64_t most = wanted && request->max_body ? request->max_body : ERROR_BODY;
    if (exchange->body.len + bytes.len <= most) {
        buf_add(&exchange->body, bytes);
        return bytes.len;
    }
    if (!wanted)
        return bytes.len; /* the rest of an error's page */
    receiving->result = err_limit(receiving->err, LIMIT_NAME(LIMIT_MANIFEST),
                                  "the answer has more than %llu bytes", (unsigned long long)most);
    exchange->stopped = true;
    return 0;
}

static size_t give_body(char *data, size_t size, size_t count, void *context)
{
    struct receiving *receiving = context;
    const struct exchange_request *request = receiving->request;
    uint64_t left = request->body_size - receiving->sent;
    size_t len = size * count < left ? size * count : (size_t)left;
    struct pl_err ignored;
    if (len && file_read_at(request->body_fd, data, len, request->body_offset + receiving->sent,
                            &ignored) < 0)
        return CURL_READFUNC_ABORT;
    receiving->sent += len;
    return len;
}

/* ---- the exchange ---- */

static CURL *take_handle(struct transport *transport)
{
    CURL *handle = NULL;
    pthread_mutex_lock(&transport->lock);
    if (transport->idle.count)
        handle = transport->idle.items[--transport->idle.count];
    pthread_mutex_unlock(&transport->lock);
    return handle ? handle : transport->curl->easy_init();
}

static void give_handle(struct transport *transport, CURL *handle)
{
    transport->curl->easy_reset(handle); /* connections stay */
    pthread_mutex_lock(&transport->lock);
    bool kept = transport->idle.count < KEPT_HANDLES;
    if (kept)
        *VEC_ADD(&transport->idle) = handle;
    pthread_mutex_unlock(&transport->lock);
    if (!kept)
        transport->curl->easy_cleanup(handle);
}

static const struct trust *find_trust(struct transport *transport, CURL *handle, struct str host,
                                      struct pl_err *err)
{
    struct trust *trust = NULL;
    pthread_mutex_lock(&transport->lock);
    for (size_t i = 0; i < transport->trusts.count && !trust; i++)
        if (str_equal(trust_host(transport->trusts.items[i]), host))
            trust = transport->trusts.items[i];
    if (!trust) {
        const char *system = NULL;
        transport->curl->easy_getinfo(handle, CURLINFO_CAINFO, &system);
        if (trust_read(host, transport->ca_file, transport->cert_dir, system, &trust, err) == 0)
            *VEC_ADD(&transport->trusts) = trust;
    }
    pthread_mutex_unlock(&transport->lock);
    return trust;
}

static struct curl_slist *add_line(const struct curl_api *curl, struct curl_slist *list,
                                   const char *name, struct str value)
{
    AUTO_BUF line = {0};
    buf_printf(&line, "%s%.*s", name, STR_ARG(value));
    buf_putc(&line, 0);
    return curl->slist_append(list, line.data);
}

static struct curl_slist *make_headers(const struct curl_api *curl,
                                       const struct exchange_request *request)
{
    struct curl_slist *list = NULL;
    if (request->authorization.len)
        list = add_line(curl, list, "Authorization: ", request->authorization);
    for (size_t i = 0; i < request->header_count; i++)
        list = add_line(curl, list, "", request->headers[i]);
    return add_line(curl, list, "Expect:", STR_NONE); /* no "100-continue": proxies stumble */
}

static void set_body(struct receiving *receiving)
{
    const struct curl_api *curl = receiving->transport->curl;
    const struct exchange_request *request = receiving->request;
    CURL *handle = receiving->handle;
    if (strcmp(request->method, "HEAD") == 0) {
        curl->easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (request->body_size) {
        curl->easy_setopt(handle, CURLOPT_UPLOAD, 1L);
        curl->easy_setopt(handle, CURLOPT_READFUNCTION, give_body);
        curl->easy_setopt(handle, CURLOPT_READDATA, receiving);
        curl->easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_size);
        curl->easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
    } else if (strcmp(request->method, "GET") != 0) {
        curl->easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        curl->easy_setopt(handle, CURLOPT_POSTFIELDS, request->body.len ? request->body.data : "");
        curl->easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
    }
}

static void set_options(struct receiving *receiving, const char *url,
                        const struct curl_slist *headers, const struct trust *trust, bool insecure)
{
    const struct curl_api *curl = receiving->transport->curl;
    const struct exchange_request *request = receiving->request;
    CURL *handle = receiving->handle;
    long idle = request->idle_seconds ? (long)request->idle_seconds : IDLE_SECONDS;
    curl->easy_setopt(handle, CURLOPT_URL, url);
    curl->easy_setopt(handle, CURLOPT_USERAGENT, "plimsoll/" PLIMSOLL_VERSION);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, idle);
    curl->easy_setopt(handle, CURLOPT_BUFFERSIZE, 512L * 1024);
    curl->easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    /* Each transfer has a connection of its own: frames inside of it would only be copied once
     * more. */
    curl->easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl->easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(handle, CURLOPT_HEADERDATA, receiving);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, receiving);
    if (insecure) {
        curl->easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        curl->easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    trust_apply(trust, curl, handle);
    set_body(receiving);
}

static int tell_failure(CURLcode code, struct receiving *receiving, struct pl_err *err)
{
    const struct curl_api *curl = receiving->transport->curl;
    struct exchange *exchange = receiving->exchange;
    struct str host = url_host(receiving->request->url);
    exchange->untrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR;
    exchange->no_tls = code == CURLE_SSL_CONNECT_ERROR;
    exchange->unreachable = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
    if (exchange->untrusted) {
        long why = 0;
        curl->easy_getinfo(receiving->handle, CURLINFO_SSL_VERIFYRESULT, &why);
        return err_set(err, PL_E_IO, "the certificate of %.*s is not trusted: %s", STR_ARG(host),
                       why ? trust_reason(why) : curl->easy_strerror(code));
    }
    if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING)
        return err_set(err, PL_E_IO, "%.*s broke off in the middle of its answer: %s",
                       STR_ARG(host), curl->easy_strerror(code));
    return err_set(err, PL_E_IO, "%.*s: %s", STR_ARG(host), curl->easy_strerror(code));
}

int transport_perform(struct transport *transport, const struct exchange_request *request,
                      struct exchange *ret_exchange, struct pl_err *err)
{
    struct receiving receiving = {
        .transport = transport, .request = request, .exchange = ret_exchange, .err = err};
    pthread_mutex_lock(&transport->lock);
    transport->curl = transport->curl ? transport->curl : curl_load(err);
    pthread_mutex_unlock(&transport->lock);
    if (!transport->curl)
        return -PL_E_UNSUPPORTED;
    CURL *handle = take_handle(transport);
    const struct trust *trust = find_trust(transport, handle, url_host(request->url), err);
    if (!trust) {
        give_handle(transport, handle);
        return -(int)err->code;
    }
    AUTO_FREE char *url = str_dup(request->url);
    struct curl_slist *headers = make_headers(transport->curl, request);
    receiving.handle = handle;
    begin_answer(ret_exchange);
    set_options(&receiving, url, headers, trust,
                transport_is_insecure(transport, url_host(request->url)));
    CURLcode code = transport->curl->easy_perform(handle);
    int r = 0;
    const char *redirect = NULL;
    transport->curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &ret_exchange->status);
    transport->curl->easy_getinfo(handle, CURLINFO_REDIRECT_URL, &redirect);
    ret_exchange->redirect = arena_str(&ret_exchange->arena, str_of(redirect));
    if (receiving.result < 0)
        r = receiving.result;
    else if (code != CURLE_OK)
        r = tell_failure(code, &receiving, err);
    transport->curl->slist_free_all(headers);
    give_handle(transport, handle);
    return r;
}
