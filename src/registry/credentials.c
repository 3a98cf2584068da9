#include "registry/credentials.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "io/whole_file.h"
#include "registry/helper.h"

struct search {
    struct str host, repository;
    struct arena *arena;
    struct credentials *found;
};

static const struct str HUB_KEY = {"https://index.docker.io/v1/", 27};

static bool is_hub(struct str host)
{
    return str_is(host, "docker.io");
}

/* The key of an entry without scheme and without what Docker's old clients put behind the host. */
static struct str bare_key(struct str key)
{
    size_t scheme = str_find(key, STR("://"));
    if (scheme != SIZE_MAX)
        key = str_from(key, scheme + 3);
    static const char *const endings[] = {"/v1/", "/v2/", "/v1", "/v2", "/"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(key, str_of(endings[i])))
            return str_first(key, key.len - strlen(endings[i]));
    return key;
}

/* How much of "host/repository" an entry's key speaks of; 0: it is of another. */
static size_t key_fits(const struct search *search, struct str key)
{
    struct str bare = bare_key(key);
    if (is_hub(search->host) && (str_is(bare, "index.docker.io") || str_is(bare, "docker.io") ||
                                 str_is(bare, "registry-1.docker.io")))
        return search->host.len;
    if (str_equal(bare, search->host))
        return search->host.len;
    if (!str_starts(bare, search->host) || bare.data[search->host.len] != '/')
        return 0;
    struct str path = str_from(bare, search->host.len + 1);
    bool fits = str_equal(path, search->repository) ||
                (str_starts(search->repository, path) && search->repository.data[path.len] == '/');
    return fits ? bare.len : 0;
}

static int take_entry(const struct search *search, const json_t *entry, struct str source,
                      struct pl_err *err)
{
    struct credentials *found = search->found;
    AUTO_BUF plain = {0};
    struct str packed = json_text(entry, "auth"), rest, user;
    found->user = arena_str(search->arena, json_text(entry, "username"));
    found->password = arena_str(search->arena, json_text(entry, "password"));
    found->identity_token = arena_str(search->arena, json_text(entry, "identitytoken"));
    found->registry_token = arena_str(search->arena, json_text(entry, "registrytoken"));
    if (packed.len) {
        bool right = base64_decode(packed, &plain);
        rest = buf_str(&plain);
        size_t colon = str_index(rest, ':');
        if (!right || colon == SIZE_MAX)
            return err_set(err, PL_E_FORMAT,
                           "%.*s: \"auth\" of %.*s is not user:password in base64", STR_ARG(source),
                           STR_ARG(search->host));
        user = str_first(rest, colon);
        rest = str_from(rest, colon + 1);
        while (rest.len && rest.data[rest.len - 1] == '\0')
            rest.len--; /* old clients padded it */
        found->user = arena_str(search->arena, user);
        found->password = arena_str(search->arena, rest);
    }
    if (found->password.len || found->identity_token.len || found->registry_token.len)
        found->source = arena_str(search->arena, source);
    return 0;
}

static int ask_helper(const struct search *search, struct str helper, struct pl_err *err)
{
    struct str server = is_hub(search->host) ? HUB_KEY : search->host;
    struct helper_answer answer;
    int r = helper_get(helper, server, search->arena, &answer, err);
    if (r < 0 || answer.secret.len == 0)
        return r;
    search->found->source = arena_printf(search->arena, "docker-credential-%.*s", STR_ARG(helper));
    if (str_is(answer.user, "<token>")) {
        search->found->identity_token = answer.secret;
    } else {
        search->found->user = answer.user;
        search->found->password = answer.secret;
    }
    return 0;
}

/* The entry of the longest key that fits, and only then those of the host in other spellings. */
static const json_t *best_entry(const struct search *search, json_t *entries)
{
    const json_t *best = NULL;
    const char *key;
    json_t *entry;
    size_t longest = 0;
    json_object_foreach(entries, key, entry)
    {
        size_t fit = key_fits(search, str_of(key));
        if (fit <= longest)
            continue;
        longest = fit;
        best = entry;
    }
    return best;
}

static bool has_secret(const json_t *entry)
{
    return json_text(entry, "auth").len || json_text(entry, "password").len ||
           json_text(entry, "identitytoken").len || json_text(entry, "registrytoken").len;
}

static int read_file(const struct search *search, struct str path, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_JSON *config = NULL;
    int r = whole_file_read(path.data, LIMIT_MANIFEST, LIMIT_NAME(LIMIT_MANIFEST), &text, err);
    if (r < 0)
        return r;
    if (str_trim(buf_str(&text)).len == 0)
        return 0;
    r = json_document(buf_str(&text), &config, err);
    if (r < 0)
        return err_prefix(err, "%.*s", STR_ARG(path));
    const json_t *helper = best_entry(search, json_member(config, "credHelpers"));
    struct str store = json_text(config, "credsStore");
    const json_t *entry = best_entry(search, json_member(config, "auths"));
    if (json_value_text(helper).len)
        return ask_helper(search, json_value_text(helper), err);
    if (entry && has_secret(entry))
        return take_entry(search, entry, path, err);
    return store.len ? ask_helper(search, store, err) : 0;
}

static struct str place(struct arena *arena, const char *variable, const char *otherwise,
                        const char *rest)
{
    const char *value = getenv(variable), *home = getenv("HOME");
    if (value && *value)
        return arena_printf(arena, "%s%s", value, rest);
    if (otherwise && home && *home)
        return arena_printf(arena, "%s%s%s", home, otherwise, rest);
    return STR_NONE;
}

int credentials_find(struct str host, struct str repository, struct arena *arena,
                     struct credentials *ret_credentials, struct pl_err *err)
{
    struct credentials found = {0};
    struct search search = {host, repository, arena, &found};
    const struct str files[] = {
        place(arena, "REGISTRY_AUTH_FILE", NULL, ""),
        place(arena, "XDG_RUNTIME_DIR", NULL, "/containers/auth.json"),
        place(arena, "XDG_CONFIG_HOME", "/.config", "/containers/auth.json"),
        place(arena, "DOCKER_CONFIG", "/.docker", "/config.json"),
    };
    for (size_t i = 0; i < ARRAY_LEN(files) && found.source.len == 0; i++) {
        if (files[i].len == 0 || access(files[i].data, F_OK) != 0)
            continue;
        int r = read_file(&search, files[i], err);
        if (r < 0)
            return r;
    }
    *ret_credentials = found;
    return 0;
}

struct str credentials_basic(struct arena *arena, const struct credentials *credentials)
{
    AUTO_BUF plain = {0};
    AUTO_BUF text = {0};
    buf_printf(&plain, "%.*s:%.*s", STR_ARG(credentials->user), STR_ARG(credentials->password));
    buf_puts(&text, "Basic ");
    base64_encode(buf_str(&plain), &text);
    return arena_str(arena, buf_str(&text));
}
