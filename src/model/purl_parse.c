/* Package URLs, read: https://github.com/package-url/purl-spec, "How to parse a purl string", and
 * PURL-TYPES. What other programs write beside it is understood where it is plain what is meant:
 * "pkg://", an '@' of npm that is not encoded, an epoch of Debian in a qualifier. */
#include "base/limits.h"
#include "base/percent.h"
#include "model/ecosystem.h"
#include "model/purl.h"

static struct str lower(struct arena *arena, struct str text)
{
    return ecosystem_name(arena, NAME_LOWER, text);
}

/* Takes what stands behind the last `mark` away from `*text`. */
static struct str split_last(struct str *text, char mark)
{
    size_t at = str_last_index(*text, mark);
    if (at == SIZE_MAX)
        return STR_NONE;
    struct str behind = str_from(*text, at + 1);
    *text = str_first(*text, at);
    return behind;
}

static struct str trim_slashes(struct str text)
{
    while (text.len && text.data[0] == '/')
        text = str_from(text, 1);
    while (text.len && text.data[text.len - 1] == '/')
        text.len--;
    return text;
}

/* An '@' that begins a part is npm's sign of a scope, which others forget to encode. */
static struct str split_version(struct str *text)
{
    size_t at = str_last_index(*text, '@');
    if (at == SIZE_MAX || at == 0 || text->data[at - 1] == '/')
        return STR_NONE;
    return split_last(text, '@');
}

static bool is_type(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '.' || c == '+' || c == '-';
        if (!plain)
            return false;
    }
    return text.len != 0;
}

int purl_parse(struct arena *arena, struct str text, struct purl *ret_purl, struct pl_err *err)
{
    struct purl purl = {0};
    struct str rest = str_trim(text), type, shown = str_first(rest, 200);
    if (rest.len > LIMIT_FIELD)
        return err_limit(err, LIMIT_NAME(LIMIT_FIELD),
                         "the package URL %.*s... has more than %llu bytes", STR_ARG(shown),
                         (unsigned long long)LIMIT_FIELD);
    if (!str_starts(rest, STR("pkg:")))
        return err_set(err, PL_E_FORMAT,
                       "\"%.*s\" is no package URL: it does not begin with pkg:", STR_ARG(shown));
    rest = str_from(rest, 4);
    struct str subpath = trim_slashes(split_last(&rest, '#'));
    purl.qualifiers = split_last(&rest, '?');
    rest = trim_slashes(rest);
    if (str_index(rest, '/') == SIZE_MAX || !str_cut(&rest, '/', &type) || !is_type(type))
        return err_set(err, PL_E_FORMAT, "the package URL %.*s has no type", STR_ARG(shown));
    struct str version = split_version(&rest);
    rest = trim_slashes(rest);
    struct str name = split_last(&rest, '/');
    if (!name.data) {
        name = rest;
        rest = STR_NONE;
    }
    rest = trim_slashes(rest);
    purl.type = lower(arena, type);
    if (name.len == 0)
        return err_set(err, PL_E_FORMAT, "the package URL %.*s has no name", STR_ARG(shown));
    if (!percent_decode(arena, rest, &purl.name_space) ||
        !percent_decode(arena, name, &purl.name) ||
        !percent_decode(arena, version, &purl.version) ||
        !percent_decode(arena, subpath, &purl.subpath))
        return err_set(err, PL_E_FORMAT,
                       "the package URL %.*s has a '%%' without two hexadecimal digits, or a "
                       "control character",
                       STR_ARG(shown));
    *ret_purl = purl;
    return 0;
}

struct str purl_qualifier(struct arena *arena, const struct purl *purl, const char *key)
{
    struct str rest = purl->qualifiers, part, value;
    while (str_cut(&rest, '&', &part)) {
        size_t equals = str_index(part, '=');
        if (equals != SIZE_MAX && str_is(lower(arena, str_first(part, equals)), key) &&
            percent_decode(arena, str_from(part, equals + 1), &value))
            return value;
    }
    return STR_NONE;
}

/* ---- the package ---- */

/* Other names of types. */
static const struct {
    const char *type;
    enum package_type package;
} other_types[] = {
    {"alpine", PACKAGE_APK},
    {"githubactions", PACKAGE_GITHUB_ACTION},
    {"go", PACKAGE_GOLANG},
    {"portage", PACKAGE_EBUILD},
};

static bool find_type(struct str type, enum package_type *ret_type)
{
    for (size_t i = 0; i < PACKAGE_TYPE_COUNT; i++)
        if (str_is(type, ecosystem_of((enum package_type)i)->purl)) {
            *ret_type = (enum package_type)i;
            return true;
        }
    for (size_t i = 0; i < ARRAY_LEN(other_types); i++)
        if (str_is(type, other_types[i].type)) {
            *ret_type = other_types[i].package;
            return true;
        }
    *ret_type = PACKAGE_GENERIC;
    return false;
}

/* What a type's name space is, besides a part of the name. */
static struct str full_name(struct arena *arena, const struct purl *purl, enum package_type type)
{
    bool system = ecosystem_of(type)->system && type != PACKAGE_EBUILD;
    bool apart = system                              /* the distribution */
                 || type == PACKAGE_WORDPRESS_PLUGIN /* "plugin" */
                 || type == PACKAGE_CPAN             /* the author */
                 || type == PACKAGE_CONAN;           /* the user */
    if (purl->name_space.len == 0 || apart)
        return purl->name;
    return arena_printf(arena, type == PACKAGE_MAVEN ? "%.*s:%.*s" : "%.*s/%.*s",
                        STR_ARG(purl->name_space), STR_ARG(purl->name));
}

/* "bash-5.1.8-6.el9_1.src.rpm", as Syft has it: name, and version with release. */
static bool cut_source_rpm(struct str text, struct str *ret_name, struct str *ret_version)
{
    static const char *const ends[] = {".nosrc.rpm", ".src.rpm"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct str end = str_of(ends[i]);
        if (!str_ends(text, end))
            continue;
        text.len -= end.len;
        size_t release = str_last_index(text, '-');
        size_t version =
            release == SIZE_MAX ? SIZE_MAX : str_last_index(str_first(text, release), '-');
        if (version == SIZE_MAX || version == 0)
            return false;
        *ret_name = str_first(text, version);
        *ret_version = str_from(text, version + 1);
        return true;
    }
    return false;
}

/* `upstream`: "name", "name@version" or the file name of a source rpm. Without it a package is its
 * own source, as in the databases of dpkg and apk. */
static void take_source(struct package *package, struct str upstream, struct str plain_version)
{
    if (upstream.len == 0) {
        package->source_name = package->name;
        package->source_version = plain_version;
        return;
    }
    if (package->type == PACKAGE_RPM &&
        cut_source_rpm(upstream, &package->source_name, &package->source_version))
        return;
    size_t at = str_index(upstream, '@');
    package->source_name = str_first(upstream, at);
    package->source_version =
        at == SIZE_MAX ? plain_version : str_from(upstream, package->source_name.len + 1);
}

static void take_system(struct arena *arena, const struct purl *purl, struct package *package)
{
    struct str epoch = purl_qualifier(arena, purl, "epoch");
    struct str plain = package->version;
    uint64_t number;
    bool counts =
        str_to_u64(epoch, &number) && number > 0 && str_index(package->version, ':') == SIZE_MAX;
    if (counts && (package->type == PACKAGE_RPM || package->type == PACKAGE_DEB))
        package->version = arena_printf(arena, "%.*s:%.*s", STR_ARG(epoch), STR_ARG(plain));
    if (package->type == PACKAGE_DEB)
        plain = package->version;
    take_source(package, purl_qualifier(arena, purl, "upstream"), plain);
    package->module = purl_qualifier(arena, purl, "modularitylabel");
}

/* What a purl can hold without being taken for something else. */
static bool is_encoded(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7f || c == '#')
            return false;
    }
    return true;
}

/* The qualifiers that no member of the package holds, as they are written. */
static struct str other_qualifiers(struct arena *arena, const struct purl *purl, bool system)
{
    static const char *const held[] = {"arch", "distro", "epoch", "modularitylabel", "upstream"};
    char *out = arena_alloc(arena, purl->qualifiers.len + 1);
    size_t len = 0;
    struct str rest = purl->qualifiers, part;
    while (str_cut(&rest, '&', &part)) {
        bool left_out = part.len == 0 || !is_encoded(part);
        for (size_t i = 0; i < (system ? ARRAY_LEN(held) : 1) && !left_out; i++)
            left_out = str_is(str_first(part, str_index(part, '=')), held[i]);
        if (left_out)
            continue;
        if (len)
            out[len++] = '&';
        memcpy(out + len, part.data, part.len);
        len += part.len;
    }
    return str_make(out, len);
}

bool purl_package(struct arena *arena, const struct purl *purl, struct package *ret_package)
{
    struct package package = {
        .version = purl->version,
        .layer = LAYER_NONE,
        .file_layer = LAYER_NONE,
        .owner = OWNER_NONE,
        .in_use = -1,
    };
    bool known = find_type(purl->type, &package.type);
    const struct ecosystem *ecosystem = ecosystem_of(package.type);
    package.name = full_name(arena, purl, package.type);
    package.arch = purl_qualifier(arena, purl, "arch");
    package.qualifiers = other_qualifiers(arena, purl, ecosystem->system);
    if (ecosystem->system)
        take_system(arena, purl, &package);
    *ret_package = package;
    return known;
}
