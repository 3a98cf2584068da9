#include "registry/auth.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/percent.h"
#include "io/json_doc.h"
#include "registry/challenge.h"

enum { TOKEN_SECONDS = 60, TOKEN_MARGIN = 10 }; /* without expires_in: 60 (spec/auth/token.md) */

struct known {
    struct str host, repository;
    const char *actions;
    struct str header;
    int64_t until; /* of clock_monotonic(); INT64_MAX: it does not expire */
};

struct auth {
    struct transport *transport;
    struct arena arena;
    pthread_mutex_t lock;
    VEC(struct known) headers;
    struct str given_host;
    struct credentials given;
};

struct auth *auth_new(struct transport *transport, struct str given_host,
                      const struct credentials *given)
{
    struct auth *auth = mem_zalloc(1, sizeof(*auth));
    auth->transport = transport;
    pthread_mutex_init(&auth->lock, NULL);
    if (given) {
        auth->given_host = arena_str(&auth->arena, given_host);
        auth->given.user = arena_str(&auth->arena, given->user);
        auth->given.password = arena_str(&auth->arena, given->password);
        auth->given.source = arena_str(&auth->arena, given->source);
    }
    return auth;
}

void auth_free(struct auth *auth)
{
    VEC_FREE(&auth->headers);
    arena_free(&auth->arena);
    pthread_mutex_destroy(&auth->lock);
    free(auth);
}

static int find_credentials(struct auth *auth, const struct auth_scope *scope, struct arena *arena,
                            struct credentials *ret, struct pl_err *err)
{
    if (auth->given.source.len && str_equal(scope->host, auth->given_host)) {
        *ret = auth->given;
        return 0;
    }
    return credentials_find(scope->host, scope->repository, arena, ret, err);
}

struct str auth_source(struct auth *auth, const struct auth_scope *scope, struct arena *arena)
{
    struct credentials found = {0};
    struct pl_err ignored;
    find_credentials(auth, scope, arena, &found, &ignored);
    return found.source;
}

static struct known *find_known(struct auth *auth, const struct auth_scope *scope)
{
    for (size_t i = 0; i < auth->headers.count; i++) {
        struct known *known = &auth->headers.items[i];
        if (str_equal(known->host, scope->host) &&
            str_equal(known->repository, scope->repository) &&
            strcmp(known->actions, scope->actions) == 0)
            return known;
    }
    return NULL;
}

struct str auth_known(struct auth *auth, const struct auth_scope *scope, struct arena *arena)
{
    struct str header = STR_NONE;
    pthread_mutex_lock(&auth->lock);
    const struct known *known = find_known(auth, scope);
    if (known && known->until > clock_monotonic())
        header = arena_str(arena, known->header);
    pthread_mutex_unlock(&auth->lock);
    return header;
}

static void keep(struct auth *auth, const struct auth_scope *scope, struct str header,
                 int64_t until)
{
    pthread_mutex_lock(&auth->lock);
    struct known *known = find_known(auth, scope);
    if (!known) {
        known = VEC_ADD(&auth->headers);
        *known = (struct known){
            .host = arena_str(&auth->arena, scope->host),
            .repository = arena_str(&auth->arena, scope->repository),
            .actions = scope->actions,
        };
    }
    known->header = arena_str(&auth->arena, header);
    known->until = until;
    pthread_mutex_unlock(&auth->lock);
}

/* ---- tokens ---- */

/* A server that needs a name and a password, and what is asked of it. */
struct token_question {
    struct challenge challenge;
    struct str scope;
    const struct credentials *credentials;
    struct arena *arena;
};

static void add_parameter(struct buf *text, char before, const char *name, struct str value)
{
    if (value.len == 0)
        return;
    buf_putc(text, before);
    buf_puts(text, name);
    buf_putc(text, '=');
    percent_encode(value, text);
}

/* GET of the token: a name and a password go by Basic, nobody without. */
static int get_token(struct auth *auth, const struct token_question *question,
                     struct exchange *answer, struct pl_err *err)
{
    AUTO_BUF url = {0};
    struct str realm = question->challenge.realm;
    char next = str_index(realm, '?') == SIZE_MAX ? '?' : '&';
    buf_add(&url, realm);
    add_parameter(&url, next, "scope", question->scope);
    add_parameter(&url, '&', "service", question->challenge.service);
    struct exchange_request request = {.method = "GET", .body_fd = -1, .max_body = 1 * MIB};
    if (question->credentials->password.len) {
        add_parameter(&url, '&', "account", question->credentials->user);
        request.authorization = credentials_basic(question->arena, question->credentials);
    }
    request.url = buf_str(&url);
    return transport_perform(auth->transport, &request, answer, err);
}

/* POST with a refresh token: OAuth2, spec/auth/oauth.md. */
static int post_token(struct auth *auth, const struct token_question *question,
                      struct exchange *answer, struct pl_err *err)
{
    static const struct str headers[] = {{"Content-Type: application/x-www-form-urlencoded", 47}};
    AUTO_BUF body = {0};
    buf_puts(&body, "grant_type=refresh_token&client_id=plimsoll");
    add_parameter(&body, '&', "service", question->challenge.service);
    add_parameter(&body, '&', "scope", question->scope);
    add_parameter(&body, '&', "refresh_token", question->credentials->identity_token);
    struct exchange_request request = {.method = "POST",
                                       .url = question->challenge.realm,
                                       .headers = headers,
                                       .header_count = ARRAY_LEN(headers),
                                       .body = buf_str(&body),
                                       .body_fd = -1,
                                       .max_body = 1 * MIB};
    return transport_perform(auth->transport, &request, answer, err);
}

/* Credentials do not go over an open line because a registry on a secret one says so. */
static int check_realm(struct auth *auth, struct str realm, struct pl_err *err)
{
    if (str_starts(realm, STR("https://")))
        return 0;
    if (str_starts(realm, STR("http://")) &&
        transport_is_insecure(auth->transport, url_host(realm)))
        return 0;
    return err_set(
        err, PL_E_IO,
        "the registry wants a token from %.*s, which is not https: refused (if it is meant: "
        "--insecure %.*s)",
        STR_ARG(str_first(realm, 200)), STR_ARG(url_host(str_first(realm, 200))));
}

static int refused(const struct exchange *answer, const struct token_question *question,
                   struct pl_err *err)
{
    const struct credentials *credentials = question->credentials;
    struct str host = url_host(question->challenge.realm);
    if (answer->status != 401 && answer->status != 403)
        return err_set(err, PL_E_IO, "%.*s answers %ld to the request for a token", STR_ARG(host),
                       answer->status);
    if (credentials->source.len)
        return err_set(err, PL_E_DENIED,
                       "%.*s refuses the credentials of %.*s: log in again (docker login)",
                       STR_ARG(host), STR_ARG(credentials->source));
    return err_set(err, PL_E_DENIED, "%.*s gives no token without credentials: docker login",
                   STR_ARG(host));
}

static int fetch_token(struct auth *auth, const struct auth_scope *scope,
                       const struct token_question *question, struct str *ret_header,
                       struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    AUTO_JSON *document = NULL;
    int r = check_realm(auth, question->challenge.realm, err);
    if (r == 0)
        r = question->credentials->identity_token.len ? post_token(auth, question, &answer, err)
                                                      : get_token(auth, question, &answer, err);
    if (r < 0)
        return r;
    if (answer.status != 200)
        return refused(&answer, question, err);
    r = json_document(buf_str(&answer.body), &document, err);
    struct str token = r == 0 ? json_text(document, "token") : STR_NONE;
    if (r == 0 && token.len == 0)
        token = json_text(document, "access_token");
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.data[i] <= ' ')
            token.len = 0; /* it would begin another header */
    if (token.len == 0)
        return err_set(err, PL_E_FORMAT, "%.*s gives no token",
                       STR_ARG(url_host(question->challenge.realm)));
    uint64_t seconds = json_count(document, "expires_in", TOKEN_SECONDS);
    seconds = seconds > 86400 ? 86400 : seconds < TOKEN_SECONDS ? TOKEN_SECONDS : seconds;
    *ret_header = arena_printf(question->arena, "Bearer %.*s", STR_ARG(token));
    keep(auth, scope, *ret_header, clock_monotonic() + (int64_t)seconds - TOKEN_MARGIN);
    return 0;
}

static struct str scope_text(const struct auth_scope *scope, struct arena *arena)
{
    if (scope->repository.len == 0)
        return STR("registry:catalog:*");
    return arena_printf(arena, "repository:%.*s:%s", STR_ARG(scope->repository), scope->actions);
}

int auth_answer(struct auth *auth, const struct auth_scope *scope, const struct exchange *refused,
                struct str url, struct arena *arena, struct str *ret_header, struct pl_err *err)
{
    struct credentials credentials = {0};
    struct token_question question = {.credentials = &credentials, .arena = arena};
    for (size_t i = 0; i < refused->challenges.count; i++)
        challenge_parse(refused->challenges.items[i], arena, &question.challenge);
    int r = find_credentials(auth, scope, arena, &credentials, err);
    if (r < 0)
        return r;
    if (credentials.registry_token.len) {
        *ret_header = arena_printf(arena, "Bearer %.*s", STR_ARG(credentials.registry_token));
        keep(auth, scope, *ret_header, INT64_MAX);
        return 0;
    }
    if (question.challenge.bearer && question.challenge.realm.len) {
        question.scope = scope_text(scope, arena);
        return fetch_token(auth, scope, &question, ret_header, err);
    }
    if (!question.challenge.basic && refused->challenges.count == 0)
        return err_set(err, PL_E_DENIED, "%.*s refuses it and asks for no log-in (401)",
                       STR_ARG(url_host(url)));
    if (!question.challenge.basic)
        return err_set(err, PL_E_UNSUPPORTED,
                       "%.*s asks for a way to log in that is neither Basic nor Bearer",
                       STR_ARG(url_host(url)));
    if (credentials.password.len == 0)
        return err_set(err, PL_E_DENIED, "%.*s needs a user and a password: docker login %.*s",
                       STR_ARG(scope->host), STR_ARG(scope->host));
    *ret_header = credentials_basic(arena, &credentials);
    keep(auth, scope, *ret_header, INT64_MAX);
    return 0;
}
