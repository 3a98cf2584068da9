#include "registry/client.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "registry/auth.h"
#include "registry/internal.h"

enum { TRIES = 5, FIRST_WAIT = 200 }; /* milliseconds, doubled each time */

static const struct str HUB = {"docker.io", 9};
static const struct str HUB_ADDRESS = {"registry-1.docker.io", 20};

struct registry *registry_open(const struct registry_options *options)
{
    struct registry *registry = mem_zalloc(1, sizeof(*registry));
    pthread_mutex_init(&registry->lock, NULL);
    registry->transport = transport_new(&options->transport);
    struct credentials given = {
        .user = options->user, .password = options->password, .source = STR("--registry-user")};
    registry->auth =
        auth_new(registry->transport, options->user_host, options->user.len ? &given : NULL);
    registry->waiting = options->waiting;
    registry->context = options->context;
    for (size_t i = 0; i < options->mirror_count; i++)
        *VEC_ADD(&registry->mirrors) = (struct registry_mirror){
            arena_str(&registry->arena, options->mirrors[i].from),
            arena_str(&registry->arena, options->mirrors[i].to),
        };
    return registry;
}

void registry_close(struct registry *registry)
{
    for (size_t i = 0; i < registry->repositories.count; i++) {
        VEC_FREE(&registry->repositories.items[i]->endpoints);
        free(registry->repositories.items[i]);
    }
    VEC_FREE(&registry->repositories);
    VEC_FREE(&registry->mirrors);
    auth_free(registry->auth);
    transport_free(registry->transport);
    arena_free(&registry->arena);
    pthread_mutex_destroy(&registry->lock);
    free(registry);
}

/* ---- where a repository is ---- */

static void add_endpoint(struct repository *repository, struct str host, struct str name)
{
    *VEC_ADD(&repository->endpoints) = (struct endpoint){.host = host, .name = name};
}

/* A mirror of a host has all its repositories below its own prefix; one of "HOST/PREFIX", those
 * below it. */
static void add_mirror(struct registry *registry, struct repository *repository,
                       const struct registry_mirror *mirror)
{
    struct str host = str_first(mirror->from, str_index(mirror->from, '/'));
    struct str prefix = str_from(mirror->from, host.len + (host.len < mirror->from.len));
    struct str name = repository->name;
    if (!str_equal(host, repository->host) || !str_starts(name, prefix))
        return;
    if (prefix.len) {
        if (name.len > prefix.len && name.data[prefix.len] != '/')
            return;
        name = str_from(name, prefix.len + (name.len > prefix.len));
    }
    size_t slash = str_index(mirror->to, '/');
    struct str to = str_first(mirror->to, slash);
    if (slash != SIZE_MAX)
        name =
            arena_printf(&registry->arena, "%.*s%s%.*s", STR_ARG(str_from(mirror->to, slash + 1)),
                         name.len ? "/" : "", STR_ARG(name));
    if (name.len)
        add_endpoint(repository, to, name);
}

struct repository *registry_repository(struct registry *registry, struct str host, struct str name)
{
    struct repository *repository = NULL;
    pthread_mutex_lock(&registry->lock);
    for (size_t i = 0; i < registry->repositories.count && !repository; i++)
        if (str_equal(registry->repositories.items[i]->host, host) &&
            str_equal(registry->repositories.items[i]->name, name))
            repository = registry->repositories.items[i];
    if (!repository) {
        repository = mem_zalloc(1, sizeof(*repository));
        repository->registry = registry;
        repository->host = arena_str(&registry->arena, host);
        repository->name = arena_str(&registry->arena, name);
        for (size_t i = 0; i < registry->mirrors.count; i++)
            add_mirror(registry, repository, &registry->mirrors.items[i]);
        add_endpoint(repository, repository->host, repository->name);
        *VEC_ADD(&registry->repositories) = repository;
    }
    pthread_mutex_unlock(&registry->lock);
    return repository;
}

struct str repository_name(const struct repository *repository, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s", STR_ARG(repository->host), STR_ARG(repository->name));
}

static void origin_of(const struct endpoint *endpoint, struct buf *ret)
{
    bool plain = __atomic_load_n(&endpoint->plain, __ATOMIC_RELAXED);
    struct str host = str_equal(endpoint->host, HUB) ? HUB_ADDRESS : endpoint->host;
    buf_printf(ret, "%s://%.*s", plain ? "http" : "https", STR_ARG(host));
}

/* ---- requests ---- */

struct asking {
    struct registry *registry;
    struct endpoint *endpoint;
    const struct registry_call *call;
    struct auth_scope scope;
    struct arena arena;
    struct str url, origin, authorization;
    int redirects, tries;
    bool answered; /* a challenge */
    uint64_t waited;
};

static void build_url(struct asking *asking)
{
    AUTO_BUF url = {0};
    const struct registry_call *call = asking->call;
    origin_of(asking->endpoint, &url);
    asking->origin = arena_str(&asking->arena, buf_str(&url));
    if (call->location.len && call->location.data[0] != '/') {
        asking->url = arena_str(&asking->arena, call->location);
        return;
    }
    if (call->location.len)
        buf_add(&url, call->location);
    else if (asking->endpoint->name.len)
        buf_printf(&url, "/v2/%.*s/%.*s", STR_ARG(asking->endpoint->name), STR_ARG(call->path));
    else
        buf_printf(&url, "/v2/%.*s", STR_ARG(call->path));
    asking->url = arena_str(&asking->arena, buf_str(&url));
}

/* Seconds, or a date (RFC 9110, section 10.2.3). */
static uint64_t retry_seconds(struct str text)
{
    uint64_t seconds;
    struct tm when = {0};
    AUTO_FREE char *date = str_dup(text);
    if (str_to_u64(text, &seconds))
        return seconds;
    if (!text.len || !strptime(date, "%a, %d %b %Y %H:%M:%S", &when))
        return 0;
    time_t at = timegm(&when), now = time(NULL);
    return at > now ? (uint64_t)(at - now) : 0;
}

/* Whether it is to be tried again, after the time that is right. */
static bool wait_and_try(struct asking *asking, const struct exchange *answer)
{
    uint64_t asked = answer ? retry_seconds(answer->retry_after) : 0;
    uint64_t wait = (uint64_t)FIRST_WAIT << asking->tries;
    bool limited = answer && answer->status == 429;
    if (asking->waited + asked > LIMIT_RETRY_SECONDS || ++asking->tries > TRIES * (limited ? 4 : 1))
        return false;
    if (wait > 30000)
        wait = 30000;
    if (asked * 1000 > wait || (answer && answer->retry_after.len))
        wait = asked * 1000;
    asking->waited += asked ? asked : wait / 1000;
    if (asked && asking->registry->waiting)
        asking->registry->waiting(asking->registry->context, asking->endpoint->host, asked);
    clock_wait(wait);
    return true;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Never from https to http, unless the other host was named with --insecure. */
static int follow(struct asking *asking, const struct exchange *answer, struct pl_err *err)
{
    struct str to = answer->redirect;
    bool secret = str_starts(asking->url, STR("https://"));
    if (++asking->redirects > LIMIT_REDIRECTS)
        return err_limit(err, LIMIT_NAME(LIMIT_REDIRECTS),
                         "%.*s sends us on more than LIMIT_REDIRECTS (%d) times",
                         STR_ARG(asking->endpoint->host), LIMIT_REDIRECTS);
    bool https = str_starts(to, STR("https://"));
    bool http = str_starts(to, STR("http://"));
    if (!https &&
        !(http && (!secret || transport_is_insecure(asking->registry->transport, url_host(to)))))
        return err_set(err, PL_E_IO, "%.*s sends us on to %.*s, which is not https: refused",
                       STR_ARG(asking->endpoint->host), STR_ARG(str_first(to, 200)));
    asking->url = arena_str(&asking->arena, to);
    return 0;
}

static int perform(struct asking *asking, struct exchange *ret_exchange, struct pl_err *err)
{
    const struct registry_call *call = asking->call;
    bool ours = url_same_origin(asking->url, asking->origin);
    struct exchange_request request = {
        .method = call->method,
        .url = asking->url,
        .authorization = ours ? asking->authorization : STR_NONE,
        .headers = call->headers,
        .header_count = call->header_count,
        .body = call->body,
        .body_fd = call->body_size ? call->body_fd : -1,
        .body_offset = call->body_offset,
        .body_size = call->body_size,
        .take = call->take,
        .context = call->context,
        .max_body = call->max_body,
    };
    exchange_free(ret_exchange);
    *ret_exchange = (struct exchange){0};
    return transport_perform(asking->registry->transport, &request, ret_exchange, err);
}

/* A server named with --insecure may speak no TLS at all. */
static bool fall_back_to_http(struct asking *asking, const struct exchange *answer)
{
    if (!(answer->no_tls || answer->unreachable) || str_starts(asking->url, STR("http://")) ||
        !transport_is_insecure(asking->registry->transport, asking->endpoint->host))
        return false;
    __atomic_store_n(&asking->endpoint->plain, true, __ATOMIC_RELAXED);
    build_url(asking);
    return true;
}

static int add_advice(const struct asking *asking, const struct exchange *answer,
                      struct pl_err *err)
{
    struct str host = asking->endpoint->host;
    if (answer->untrusted)
        return err_advise(err,
                          "to trust it name its authority with --ca-file, or the host with "
                          "--insecure %.*s",
                          STR_ARG(host));
    if (answer->no_tls && !transport_is_insecure(asking->registry->transport, host))
        return err_advise(err, "if it is meant to speak plain HTTP: --insecure %.*s",
                          STR_ARG(host));
    return -(int)err->code;
}

/* One endpoint, until there is an answer that counts. */
static int ask(struct asking *asking, struct exchange *ret_exchange, struct pl_err *err)
{
    build_url(asking);
    asking->authorization = auth_known(asking->registry->auth, &asking->scope, &asking->arena);
    for (;;) {
        int r = perform(asking, ret_exchange, err);
        long status = ret_exchange->status;
        if (r < 0 && (ret_exchange->stopped || ret_exchange->untrusted || r != -PL_E_IO ||
                      (asking->call->take && ret_exchange->received)))
            return add_advice(asking, ret_exchange, err);
        if (r < 0) {
            if (fall_back_to_http(asking, ret_exchange))
                continue;
            if (ret_exchange->no_tls || ret_exchange->unreachable || !wait_and_try(asking, NULL))
                return add_advice(asking, ret_exchange, err);
            continue;
        }
        if (status == 401 && !asking->answered && url_same_origin(asking->url, asking->origin)) {
            asking->answered = true;
            r = auth_answer(asking->registry->auth, &asking->scope, ret_exchange, asking->url,
                            &asking->arena, &asking->authorization, err);
            if (r < 0)
                return r;
            continue;
        }
        if (is_redirect(status) && ret_exchange->redirect.len) {
            r = follow(asking, ret_exchange, err);
            if (r < 0)
                return r;
            continue;
        }
        if ((status == 429 || status == 408 || (status >= 500 && status != 501)) &&
            wait_and_try(asking, ret_exchange))
            continue;
        return 0;
    }
}

int repository_request(struct repository *repository, const struct registry_call *call,
                       struct exchange *ret_exchange, struct pl_err *err)
{
    size_t last = repository->endpoints.count - 1;
    size_t first = call->mirrors ? __atomic_load_n(&repository->current, __ATOMIC_RELAXED) : last;
    int r = 0;
    for (size_t i = first; i <= last; i++) {
        struct endpoint *endpoint = &repository->endpoints.items[i];
        struct asking asking = {
            .registry = repository->registry,
            .endpoint = endpoint,
            .call = call,
            .scope = {endpoint->host, endpoint->name,
                      endpoint->name.len == 0 ? "*"
                      : call->actions         ? call->actions
                                              : "pull"},
        };
        r = ask(&asking, ret_exchange, err);
        arena_free(&asking.arena);
        bool usable = r == 0 && ret_exchange->status < 400;
        if (usable || i == last || ret_exchange->stopped || (call->take && ret_exchange->received))
            return r;
        /* A mirror that does not have it, or is not there, is passed over from now on. */
        if (r < 0 || ret_exchange->status != 404)
            __atomic_store_n(&repository->current, i + 1, __ATOMIC_RELAXED);
    }
    return r;
}

/* ---- answers ---- */

/* The registry's own words, without control characters. */
static void own_words(const struct exchange *answer, struct buf *ret)
{
    AUTO_JSON *document = NULL;
    struct pl_err ignored;
    if (json_document(buf_str(&answer->body), &document, &ignored) < 0)
        return;
    const json_t *first = json_array_get(json_list(document, "errors"), 0);
    struct str code = json_text(first, "code"), message = json_text(first, "message");
    buf_printf(ret, "%.*s%s%.*s", STR_ARG(str_first(code, 60)), message.len ? ": " : "",
               STR_ARG(str_first(message, 200)));
    for (size_t i = 0; i < ret->len; i++)
        if ((unsigned char)ret->data[i] < ' ')
            ret->data[i] = ' ';
}

int repository_refused(struct repository *repository, const struct exchange *answer,
                       struct str what, struct pl_err *err)
{
    struct arena arena = {0};
    AUTO_BUF words = {0};
    struct auth_scope scope = {repository->host, repository->name, "pull"};
    struct str source = auth_source(repository->registry->auth, &scope, &arena);
    int r;
    own_words(answer, &words);
    struct str said = words.len ? buf_str(&words) : STR("no reason");
    if (answer->status == 404)
        r = err_set(err, PL_E_NOT_FOUND, "%.*s/%.*s has no %.*s (%.*s)", STR_ARG(repository->host),
                    STR_ARG(repository->name), STR_ARG(what), STR_ARG(said));
    else if (answer->status == 429)
        r = err_set(err, PL_E_IO,
                    "%.*s limits how often it may be asked, and the time to wait is too long (%.*s "
                    "seconds): try later, or log in (docker login)",
                    STR_ARG(repository->host),
                    STR_ARG(answer->retry_after.len ? answer->retry_after : STR("?")));
    else if ((answer->status == 401 || answer->status == 403) && source.len)
        r = err_set(
            err, PL_E_DENIED,
            "%.*s refuses %.*s of %.*s with the credentials of %.*s: there is none, they are "
            "wrong, or they have no right to it (%ld, %.*s)",
            STR_ARG(repository->host), STR_ARG(what), STR_ARG(repository->name), STR_ARG(source),
            answer->status, STR_ARG(said));
    else if (answer->status == 401 || answer->status == 403)
        r = err_set(err, PL_E_DENIED,
                    "%.*s refuses %.*s of %.*s without credentials: there is none, or one must log "
                    "in (docker login %.*s) (%ld, %.*s)",
                    STR_ARG(repository->host), STR_ARG(what), STR_ARG(repository->name),
                    STR_ARG(repository->host), answer->status, STR_ARG(said));
    else
        r = err_set(err, PL_E_IO, "%.*s answers %ld to %.*s of %.*s (%.*s)",
                    STR_ARG(repository->host), answer->status, STR_ARG(what),
                    STR_ARG(repository->name), STR_ARG(said));
    arena_free(&arena);
    return r;
}
