#include "catalog/go_version.h"

struct settings {
    struct str flags; /* of the linker */
    struct str revision, time;
    bool modified;
};

struct str go_toolchain_version(struct str text)
{
    size_t go = str_find(text, STR("go1"));
    if (go == SIZE_MAX)
        return STR_NONE;
    struct str version = str_from(text, go + 2);
    for (size_t i = 0; i < version.len; i++) {
        char c = version.data[i];
        bool part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.';
        if (!part)
            return str_first(version, i);
    }
    return version;
}

/* "v1.2.3", "1.2": digits with at least one dot between them, then whatever a version may have. */
static bool looks_like_version(struct str text)
{
    size_t at = text.len && text.data[0] == 'v' ? 1 : 0, dots = 0;
    if (at >= text.len || text.data[at] < '0' || text.data[at] > '9' || text.len > 100)
        return false;
    for (size_t i = at; i < text.len; i++) {
        char c = text.data[i];
        bool digit = c >= '0' && c <= '9';
        bool rest = digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                    c == '-' || c == '+' || c == '_' || c == '~';
        if (!rest)
            return false;
        dots += c == '.' && i + 1 < text.len && text.data[i + 1] >= '0' && text.data[i + 1] <= '9';
    }
    return dots > 0;
}

/* Names that projects give the variable. */
static bool is_version_name(struct str name)
{
    static const char *const names[] = {"version",    "buildversion",   "gitversion",
                                        "appversion", "releaseversion", "ver",
                                        "semver",     "programversion", "_version"};
    size_t dot = str_last_index(name, '.');
    name = dot == SIZE_MAX ? name : str_from(name, dot + 1);
    char lower[32];
    if (name.len >= sizeof(lower))
        return false;
    for (size_t i = 0; i < name.len; i++)
        lower[i] =
            (char)(name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] + 32 : name.data[i]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_is(str_make(lower, name.len), names[i]))
            return true;
    return false;
}

/* The next word of a command line, quotes of both kinds taken away from around it. */
static bool next_word(struct str *rest, struct str *ret_word)
{
    *rest = str_trim(*rest);
    if (rest->len == 0)
        return false;
    char quote = rest->data[0];
    if (quote == '\'' || quote == '"') {
        size_t end = str_index(str_from(*rest, 1), quote);
        *ret_word = str_first(str_from(*rest, 1), end);
        *rest = end == SIZE_MAX ? STR_NONE : str_from(*rest, end + 2);
        return true;
    }
    size_t end = str_index(*rest, ' ');
    *ret_word = str_first(*rest, end);
    *rest = end == SIZE_MAX ? STR_NONE : str_from(*rest, end);
    return true;
}

/* What "-X importpath.name=value" sets a version to. The module's own packages before others. */
static struct str version_of_flags(struct str flags, struct str module)
{
    struct str word, found = STR_NONE;
    bool is_value = false;
    while (next_word(&flags, &word)) {
        bool flag = str_is(word, "-X") || str_is(word, "--X");
        if (!flag && !is_value && (str_starts(word, STR("-X=")) || str_starts(word, STR("-X"))))
            word = str_from(word, word.len > 2 && word.data[2] == '=' ? 3 : 2);
        else if (!is_value) {
            is_value = flag;
            continue;
        }
        is_value = false;
        size_t equals = str_index(word, '=');
        if (equals == SIZE_MAX)
            continue;
        struct str name = str_first(word, equals), value = str_from(word, equals + 1);
        while (value.len >= 2 && (value.data[0] == '\'' || value.data[0] == '"'))
            value = str_first(str_from(value, 1), value.len - 2);
        if (!is_version_name(name) || !looks_like_version(value))
            continue;
        bool own = str_starts(name, STR("main.")) || str_starts(name, module);
        if (own)
            return value;
        if (!found.len)
            found = value;
    }
    return found;
}

/* v0.0.0-20210102150405-abcdefabcdef: Go modules reference, "Pseudo-versions". */
static struct str pseudo_version(struct arena *arena, const struct settings *settings)
{
    char digits[14];
    size_t count = 0;
    for (size_t i = 0; i < settings->time.len && count < sizeof(digits); i++)
        if (settings->time.data[i] >= '0' && settings->time.data[i] <= '9')
            digits[count++] = settings->time.data[i];
    if (count != sizeof(digits) || settings->revision.len < 12)
        return STR_NONE;
    return arena_printf(arena, "v0.0.0-%.*s-%.12s%s", 14, digits, settings->revision.data,
                        settings->modified ? "+dirty" : "");
}

static void take_setting(struct settings *settings, struct str text)
{
    size_t equals = str_index(text, '=');
    if (equals == SIZE_MAX)
        return;
    struct str name = str_first(text, equals), value = str_from(text, equals + 1);
    if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
        value = str_first(str_from(value, 1), value.len - 2);
    if (str_is(name, "-ldflags"))
        settings->flags = value;
    else if (str_is(name, "vcs.revision"))
        settings->revision = value;
    else if (str_is(name, "vcs.time"))
        settings->time = value;
    else if (str_is(name, "vcs.modified"))
        settings->modified = str_is(value, "true");
}

/* The module that stands in the place of the last one told. */
static void replace(struct go_build *build, bool main, struct go_module by)
{
    struct go_module *last = main ? &build->main
                             : build->modules.count
                                 ? &build->modules.items[build->modules.count - 1]
                                 : NULL;
    bool folder = by.path.len && (by.path.data[0] == '.' || by.path.data[0] == '/');
    if (last && by.version.len && !folder)
        *last = by;
}

void go_build_read(struct go_build *ret, struct arena *arena, struct str version, struct str text)
{
    struct settings settings = {0};
    struct str line, word;
    bool main = false;
    *ret = (struct go_build){.toolchain = {STR("stdlib"), go_toolchain_version(version)}};
    while (str_cut(&text, '\n', &line)) {
        struct str kind, rest = line;
        struct go_module module = {0};
        str_cut(&rest, '\t', &kind);
        if (str_is(kind, "build")) {
            take_setting(&settings, rest);
            continue;
        }
        if (str_cut(&rest, '\t', &word))
            module.path = word;
        if (str_cut(&rest, '\t', &word))
            module.version = word;
        if (str_is(kind, "mod")) {
            ret->main = module;
            main = true;
        } else if (str_is(kind, "dep")) {
            *VEC_ADD(&ret->modules) = module;
            main = false;
        } else if (str_is(kind, "=>")) {
            replace(ret, main, module);
        }
    }
    if (!ret->main.path.len || (ret->main.version.len && !str_is(ret->main.version, "(devel)")))
        return;
    ret->main.version = version_of_flags(settings.flags, ret->main.path);
    ret->main.unordered = !ret->main.version.len;
    if (!ret->main.version.len)
        ret->main.version = pseudo_version(arena, &settings);
    if (!ret->main.version.len)
        ret->main.version = STR("(devel)");
}
