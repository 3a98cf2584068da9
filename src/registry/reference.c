#include "registry/reference.h"

#include "base/buf.h"
#include "base/hash.h"

static const struct str DOCKER_HUB = {"docker.io", 9};
static const struct str DOCKER_INDEX = {"index.docker.io", 15};
static const struct str OFFICIAL = {"library/", 8};
enum { NAME_MAX_BYTES = 255, TAG_MAX_BYTES = 128 };

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* path-component: alpha-numeric parts (lower case) with one of ".", "_", "__", or any number of "-"
 * between them. */
static bool is_component(struct str text)
{
    size_t at = 0;
    for (;;) {
        size_t start = at;
        while (at < text.len && (is_lower(text.data[at]) || is_digit(text.data[at])))
            at++;
        if (at == start)
            return false;
        if (at == text.len)
            return true;
        char separator = text.data[at];
        size_t run = 0;
        while (at < text.len && text.data[at] == separator) {
            at++;
            run++;
        }
        if (!(separator == '-' || (separator == '.' && run == 1) || (separator == '_' && run <= 2)))
            return false;
    }
}

static bool is_repository(struct str text)
{
    struct str component;
    if (text.len == 0 || text.data[text.len - 1] == '/')
        return false;
    while (str_cut(&text, '/', &component))
        if (!is_component(component))
            return false;
    return true;
}

static bool is_port(struct str text)
{
    uint64_t port;
    return str_to_u64(text, &port) && port >= 1 && port <= 65535;
}

/* domain-component: letters, digits, "-" inside. */
static bool is_domain(struct str text)
{
    struct str label;
    if (text.len == 0 || text.data[text.len - 1] == '.')
        return false;
    while (str_cut(&text, '.', &label)) {
        if (label.len == 0 || !is_alnum(label.data[0]) || !is_alnum(label.data[label.len - 1]))
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (!is_alnum(label.data[i]) && label.data[i] != '-')
                return false;
    }
    return true;
}

static bool is_ipv6(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_hex(text.data[i]) && text.data[i] != ':')
            return false;
    return str_index(text, ':') != SIZE_MAX;
}

static bool is_host(struct str text)
{
    if (text.len && text.data[0] == '[') {
        size_t end = str_index(text, ']');
        if (end == SIZE_MAX || !is_ipv6(str_make(text.data + 1, end - 1)))
            return false;
        struct str rest = str_from(text, end + 1);
        return rest.len == 0 || (rest.data[0] == ':' && is_port(str_from(rest, 1)));
    }
    size_t colon = str_index(text, ':');
    return colon == SIZE_MAX
               ? is_domain(text)
               : is_domain(str_first(text, colon)) && is_port(str_from(text, colon + 1));
}

static bool is_tag(struct str text)
{
    if (text.len == 0 || text.len > TAG_MAX_BYTES ||
        !(is_alnum(text.data[0]) || text.data[0] == '_'))
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!is_alnum(text.data[i]) && !strchr("_.-", text.data[i]))
            return false;
    return true;
}

static bool has_upper(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 'A' && text.data[i] <= 'Z')
            return true;
    return false;
}

/* The first component is a host when it has a '.' or a ':', is "localhost", or has a capital (which
 * no repository may have). */
static bool looks_like_host(struct str first)
{
    return str_index(first, '.') != SIZE_MAX || str_index(first, ':') != SIZE_MAX ||
           str_is(first, "localhost") || has_upper(first);
}

/* Puts the name before what is wrong with it. */
static int bad(struct str text, int code, struct pl_err *err)
{
    (void)code;
    return err_prefix(err, "\"%.*s\" is no name of an image", STR_ARG(str_first(text, 300)));
}

/* Host and repository, with Docker Hub's defaults. */
static void take_defaults(struct reference *reference, struct str name, struct arena *arena)
{
    size_t slash = str_index(name, '/');
    struct str first = str_first(name, slash);
    bool has_host = slash != SIZE_MAX && looks_like_host(first);
    struct str host = has_host ? first : DOCKER_HUB;
    struct str repository = has_host ? str_from(name, slash + 1) : name;
    if (str_equal(host, DOCKER_INDEX))
        host = DOCKER_HUB;
    if (str_equal(host, DOCKER_HUB) && str_index(repository, '/') == SIZE_MAX)
        repository = arena_printf(arena, "library/%.*s", STR_ARG(repository));
    reference->host = arena_str(arena, host);
    reference->repository = arena_str(arena, repository);
}

static bool is_bare_hex(struct str text)
{
    bool hex = text.len == 64;
    for (size_t i = 0; i < text.len && hex; i++)
        hex = is_hex(text.data[i]) && !has_upper(str_make(text.data + i, 1));
    return hex;
}

int reference_parse(struct str text, struct arena *arena, struct reference *ret_reference,
                    struct pl_err *err)
{
    struct reference reference = {0};
    struct str name = text;
    size_t at = str_index(name, '@');
    if (at != SIZE_MAX) {
        reference.digest = arena_str(arena, str_from(name, at + 1));
        name = str_first(name, at);
        if (!digest_is_valid(reference.digest))
            return bad(text, err_set(err, PL_E_USAGE, "what stands behind '@' is no sha256 digest"),
                       err);
    }
    /* A ':' behind the last '/' begins a tag; one before it, a port. */
    size_t colon = str_last_index(name, ':'), slash = str_last_index(name, '/');
    if (colon != SIZE_MAX && (slash == SIZE_MAX || colon > slash)) {
        reference.tag = arena_str(arena, str_from(name, colon + 1));
        name = str_first(name, colon);
        if (!is_tag(reference.tag))
            return bad(text,
                       err_set(err, PL_E_USAGE,
                               "a tag has letters, digits, '_', '.' and '-', at most 128"),
                       err);
    }
    if (name.len == 0)
        return bad(text, err_set(err, PL_E_USAGE, "it is empty"), err);
    if (reference.tag.len == 0 && reference.digest.len == 0 && is_bare_hex(name))
        return bad(text,
                   err_set(err, PL_E_USAGE, "it is an image ID; a registry knows images by name"),
                   err);
    take_defaults(&reference, name, arena);
    if (!is_host(reference.host))
        return bad(text,
                   err_set(err, PL_E_USAGE, "its registry is no host name with an optional port"),
                   err);
    if (has_upper(reference.repository))
        return bad(text, err_set(err, PL_E_USAGE, "a repository has no capitals"), err);
    if (!is_repository(reference.repository))
        return bad(
            text,
            err_set(
                err, PL_E_USAGE,
                "a repository's parts have small letters and digits, with '.', '_', '__' or '-' "
                "between them"),
            err);
    if (reference.host.len + 1 + reference.repository.len > NAME_MAX_BYTES)
        return bad(text, err_set(err, PL_E_USAGE, "it has more than 255 bytes"), err);
    if (reference.tag.len == 0 && reference.digest.len == 0)
        reference.tag = STR("latest");
    *ret_reference = reference;
    return 0;
}

struct str reference_text(struct arena *arena, const struct reference *reference)
{
    return arena_printf(arena, "%.*s/%.*s%s%.*s%s%.*s", STR_ARG(reference->host),
                        STR_ARG(reference->repository), reference->tag.len ? ":" : "",
                        STR_ARG(reference->tag), reference->digest.len ? "@" : "",
                        STR_ARG(reference->digest));
}

struct str reference_familiar(struct arena *arena, const struct reference *reference)
{
    struct reference shorter = *reference;
    struct str repository = reference->repository, rest = STR_NONE;
    if (!str_equal(reference->host, DOCKER_HUB) ||
        looks_like_host(str_first(repository, str_index(repository, '/'))))
        return reference_text(arena, reference);
    if (str_starts(repository, OFFICIAL))
        rest = str_from(repository, OFFICIAL.len);
    if (rest.len && str_index(rest, '/') == SIZE_MAX)
        shorter.repository = rest;
    struct str whole = reference_text(arena, &shorter);
    return str_from(whole, DOCKER_HUB.len + 1);
}

int reference_parse_registry(struct str text, struct arena *arena, struct str *ret_host,
                             struct str *ret_prefix, struct pl_err *err)
{
    size_t slash = str_index(text, '/');
    struct str host = str_first(text, slash);
    struct str prefix = slash == SIZE_MAX ? STR_NONE : str_from(text, slash + 1);
    while (prefix.len && prefix.data[prefix.len - 1] == '/')
        prefix.len--;
    if (!is_host(host) || !looks_like_host(host))
        return err_set(err, PL_E_USAGE,
                       "\"%.*s\" is no registry: it begins with a host name, such as "
                       "registry.example or localhost:5000",
                       STR_ARG(str_first(text, 300)));
    if (prefix.len && !is_repository(prefix))
        return err_set(err, PL_E_USAGE,
                       "\"%.*s\": what stands behind the registry is no beginning of a "
                       "repository's name",
                       STR_ARG(str_first(text, 300)));
    *ret_host = arena_str(arena, str_equal(host, DOCKER_INDEX) ? DOCKER_HUB : host);
    *ret_prefix = arena_str(arena, prefix);
    return 0;
}
