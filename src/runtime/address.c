#include "runtime/address.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "io/whole_file.h"

const char *engine_name(enum engine_kind kind)
{
    static const char *const names[ENGINE_COUNT] = {"docker", "podman"};
    return names[kind];
}

static struct str variable(const char *name)
{
    return str_of(getenv(name));
}

/* ---- one address ---- */

struct tls_files {
    struct str folder; /* empty: no TLS */
    bool insecure;
};

static struct str file_in(struct arena *arena, struct str folder, const char *name)
{
    struct str path = arena_printf(arena, "%.*s/%s", STR_ARG(folder), name);
    return access(path.data, F_OK) == 0 ? path : STR_NONE;
}

static int use_socket(struct str path, struct engine_address *ret, struct pl_err *err)
{
    ret->socket = path;
    ret->url = STR("http://engine");
    if (access(path.data, R_OK | W_OK) == 0)
        return 0;
    if (errno == EACCES || errno == EPERM)
        return err_set(err, PL_E_DENIED,
                       "this user may not speak to the engine at %s: run plimsoll as root, or as a "
                       "user of the socket's group",
                       path.data);
    return err_set(err, PL_E_NOT_FOUND, "no engine listens at %s (%s)", path.data,
                   errno == ENOENT ? "there is no such socket" : strerror(errno));
}

static bool is_host(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !strchr(".-:[]%_", c))
            return false;
    }
    return text.len > 0 && text.len < 300;
}

static bool has_port(struct str host)
{
    size_t colon = str_last_index(host, ':'), bracket = str_last_index(host, ']');
    return colon != SIZE_MAX && (bracket == SIZE_MAX || colon > bracket);
}

static int use_host(struct str host, bool https, const struct tls_files *tls, struct arena *arena,
                    struct engine_address *ret, struct pl_err *err)
{
    bool secure = https || tls->folder.len;
    if (str_ends(host, STR("/")))
        host.len--;
    if (!is_host(host))
        return err_set(err, PL_E_USAGE, "\"%.*s\" is no address of an engine: tcp://HOST:PORT",
                       STR_ARG(ret->text));
    ret->url = arena_printf(arena, "%s://%.*s%s", secure ? "https" : "http", STR_ARG(host),
                            has_port(host) ? ""
                            : secure       ? ":2376"
                                           : ":2375");
    ret->insecure = tls->insecure;
    if (tls->folder.len) {
        ret->ca = file_in(arena, tls->folder, "ca.pem");
        ret->cert = file_in(arena, tls->folder, "cert.pem");
        ret->key = file_in(arena, tls->folder, "key.pem");
    }
    return 0;
}

static int use_address(struct str text, const struct tls_files *tls, struct arena *arena,
                       struct engine_address *ret, struct pl_err *err)
{
    static const struct {
        const char *scheme;
        bool https;
    } hosts[] = {{"tcp://", false}, {"http://", false}, {"https://", true}};
    ret->text = text = arena_str(arena, text);
    if (str_starts(text, STR("unix://")))
        return use_socket(str_from(text, 7), ret, err);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
        if (str_starts(text, str_of(hosts[i].scheme)))
            return use_host(str_from(text, strlen(hosts[i].scheme)), hosts[i].https, tls, arena,
                            ret, err);
    if (str_starts(text, STR("ssh://")))
        return err_set(err, PL_E_UNSUPPORTED,
                       "engines are not asked through ssh (%.*s): forward the socket, ssh -L "
                       "/tmp/engine.sock:/var/run/docker.sock HOST, and name it with --engine "
                       "unix:///tmp/engine.sock; or run plimsoll on that host",
                       STR_ARG(text));
    return err_set(err, PL_E_USAGE,
                   "\"%.*s\" is no address of an engine: unix:///PATH or tcp://HOST:PORT",
                   STR_ARG(text));
}

/* ---- contexts of Docker ---- */

static struct str docker_folder(struct arena *arena)
{
    struct str folder = variable("DOCKER_CONFIG"), home = variable("HOME");
    if (folder.len || home.len == 0)
        return folder;
    return arena_printf(arena, "%.*s/.docker", STR_ARG(home));
}

static int read_json(const char *path, json_t **ret_root, struct pl_err *err)
{
    AUTO_BUF text = {0};
    int r = whole_file_read(path, LIMIT_MANIFEST, LIMIT_NAME(LIMIT_MANIFEST), &text, err);
    if (r == 0 && (r = json_document(buf_str(&text), ret_root, err)) < 0)
        err_prefix(err, "%s", path);
    return r;
}

static int use_context(struct str name, struct arena *arena, struct engine_address *ret,
                       struct pl_err *err)
{
    AUTO_JSON *meta = NULL;
    char digest[DIGEST_TEXT];
    struct str folder = docker_folder(arena);
    sha256_of(name, digest);
    struct str path = arena_printf(arena, "%.*s/contexts/meta/%s/meta.json", STR_ARG(folder),
                                   digest + strlen("sha256:"));
    if (access(path.data, F_OK) != 0)
        return err_set(err, PL_E_USAGE,
                       "there is no context \"%.*s\" of Docker (%s); see: docker context ls",
                       STR_ARG(name), path.data);
    int r = read_json(path.data, &meta, err);
    if (r < 0)
        return r;
    const json_t *endpoint = json_member(json_member(meta, "Endpoints"), "docker");
    struct tls_files tls = {
        .insecure = json_is_true(json_object_get(endpoint, "SkipTLSVerify")),
        .folder = arena_printf(arena, "%.*s/contexts/tls/%s/docker", STR_ARG(folder),
                               digest + strlen("sha256:")),
    };
    if (access(tls.folder.data, F_OK) != 0)
        tls.folder = STR_NONE;
    struct str host = json_text(endpoint, "Host");
    if (host.len == 0)
        return err_set(err, PL_E_FORMAT, "the context \"%.*s\" tells no address of an engine",
                       STR_ARG(name));
    r = use_address(host, &tls, arena, ret, err);
    return r < 0 ? err_prefix(err, "the context \"%.*s\"", STR_ARG(name)) : 0;
}

/* The context that `docker context use` chose; empty: none. */
static struct str current_context(struct arena *arena)
{
    AUTO_JSON *config = NULL;
    struct pl_err ignored;
    struct str folder = docker_folder(arena);
    struct str path = arena_printf(arena, "%.*s/config.json", STR_ARG(folder));
    if (folder.len == 0 || access(path.data, R_OK) != 0 ||
        read_json(path.data, &config, &ignored) < 0)
        return STR_NONE;
    return arena_str(arena, json_text(config, "currentContext"));
}

/* ---- which one it is ---- */

/* As Docker's client: DOCKER_TLS and DOCKER_TLS_VERIFY ask for TLS, and so do certificates. The
 * engine's is always checked: what an engine of somebody else tells must not count. */
static struct tls_files docker_tls(struct arena *arena)
{
    struct tls_files tls = {.folder = variable("DOCKER_CERT_PATH")};
    bool asked = variable("DOCKER_TLS_VERIFY").len || variable("DOCKER_TLS").len;
    if (asked && tls.folder.len == 0)
        tls.folder = docker_folder(arena);
    return tls;
}

static int use_usual_place(enum engine_kind kind, struct arena *arena, struct engine_address *ret,
                           struct pl_err *err)
{
    struct str runtime = variable("XDG_RUNTIME_DIR");
    struct str places[2] = {STR_NONE, kind == ENGINE_DOCKER ? STR("/var/run/docker.sock")
                                                            : STR("/run/podman/podman.sock")};
    if (runtime.len)
        places[0] = arena_printf(arena, "%.*s/%s", STR_ARG(runtime),
                                 kind == ENGINE_DOCKER ? "docker.sock" : "podman/podman.sock");
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (places[i].len && access(places[i].data, F_OK) == 0) {
            ret->text = arena_printf(arena, "unix://%s", places[i].data);
            return use_socket(places[i], ret, err);
        }
    return err_set(err, PL_E_NOT_FOUND, "no %s engine listens at its usual place (%s)",
                   engine_name(kind), places[1].data);
}

int engine_find(enum engine_kind kind, const struct engine_options *options, struct arena *arena,
                struct engine_address *ret_address, struct pl_err *err)
{
    struct tls_files tls = docker_tls(arena);
    struct str told = str_of(options ? options->address : NULL);
    struct str host = variable(kind == ENGINE_DOCKER ? "DOCKER_HOST" : "CONTAINER_HOST");
    struct str context = kind == ENGINE_DOCKER ? variable("DOCKER_CONTEXT") : STR_NONE;
    *ret_address = (struct engine_address){.kind = kind};
    if (told.len)
        return str_find(told, STR("://")) == SIZE_MAX
                   ? use_context(told, arena, ret_address, err)
                   : use_address(told, &tls, arena, ret_address, err);
    if (host.len)
        return use_address(host, &tls, arena, ret_address, err);
    if (context.len == 0 && kind == ENGINE_DOCKER)
        context = current_context(arena);
    if (context.len && !str_is(context, "default"))
        return use_context(context, arena, ret_address, err);
    return use_usual_place(kind, arena, ret_address, err);
}
