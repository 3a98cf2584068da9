/* Which files are looked at, and as what. */
#include <strings.h>

#include "base/path.h"
#include "check/check.h"
#include "check/drop_ins.h"

const char *check_subject_name(enum check_subject subject)
{
    static const char *const names[CHECK_SUBJECT_COUNT] = {
        [CHECK_IMAGE] = "image",     [CHECK_DOCKERFILE] = "dockerfile",
        [CHECK_COMPOSE] = "compose", [CHECK_KUBERNETES] = "kubernetes",
        [CHECK_HELM] = "helm",       [CHECK_SYSTEMD] = "systemd",
        [CHECK_QUADLET] = "quadlet",
    };
    return subject < CHECK_SUBJECT_COUNT ? names[subject] : "";
}

/* Patterns of file names, in lower case; the first that fits decides. */
static const struct {
    const char *pattern;
    enum check_subject subject;
} names[] = {
    {"*.dockerignore", CHECK_SUBJECT_COUNT},
    {"dockerfile.md", CHECK_SUBJECT_COUNT},
    {"dockerfile", CHECK_DOCKERFILE},
    {"dockerfile.*", CHECK_DOCKERFILE},
    {"*.dockerfile", CHECK_DOCKERFILE},
    {"containerfile", CHECK_DOCKERFILE},
    {"containerfile.*", CHECK_DOCKERFILE},
    {"*.containerfile", CHECK_DOCKERFILE},
    {"compose*.yml", CHECK_COMPOSE},
    {"compose*.yaml", CHECK_COMPOSE},
    {"docker-compose*.yml", CHECK_COMPOSE},
    {"docker-compose*.yaml", CHECK_COMPOSE},
    {"*.service", CHECK_SYSTEMD},
    {"*.container", CHECK_QUADLET},
};

/* A template of a Dockerfile (Jinja, ERB, Go) is no Dockerfile yet. */
static bool is_template(struct str name)
{
    static const char *const endings[] = {".j2",   ".jinja", ".jinja2",   ".tmpl", ".tpl",
                                          ".erb",  ".in",    ".template", ".m4",   ".md",
                                          ".orig", ".rej",   ".swp",      ".bak"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (str_ends(name, str_of(endings[i])))
            return true;
    return false;
}

/* ---- first bytes ---- */

/* The value of a key that stands at the beginning of a line. */
static bool has_key(struct str head, const char *key, struct str *ret_value)
{
    struct str line, name = str_of(key);
    while (str_cut(&head, '\n', &line))
        if (str_starts(line, name) && line.len > name.len && line.data[name.len] == ':') {
            *ret_value = str_trim(str_from(line, name.len + 1));
            return true;
        }
    return false;
}

static bool has_line(struct str head, const char *text)
{
    struct str line;
    while (str_cut(&head, '\n', &line))
        if (str_is(str_trim(line), text))
            return true;
    return false;
}

/* Objects have a version and a kind, but where kubectl sorts the keys, a long "data" can stand
 * between them. */
static bool looks_like_kubernetes(struct str head)
{
    struct str version, kind;
    if (has_key(head, "apiVersion", &version))
        return has_key(head, "kind", &kind) || (has_key(head, "data", &kind) && head.len >= 4096);
    return str_starts(str_trim(head), STR("{")) &&
           str_find(head, STR("\"apiVersion\"")) != SIZE_MAX &&
           str_find(head, STR("\"kind\"")) != SIZE_MAX;
}

/* A mapping "services", and something in it that has an image or is built. */
static bool looks_like_compose(struct str head)
{
    struct str value, line, rest = head;
    bool inside = false;
    if (!has_key(head, "services", &value) || (value.len && value.data[0] != '#'))
        return false;
    while (str_cut(&rest, '\n', &line)) {
        struct str words = str_trim(line);
        size_t indent = words.len ? (size_t)(words.data - line.data) : 0;
        if (words.len && indent == 0)
            inside = str_starts(words, STR("services:"));
        else if (inside && indent >= 3 &&
                 (str_starts(words, STR("image:")) || str_starts(words, STR("build:"))))
            return true;
    }
    return false;
}

/* ---- names ---- */

enum { NAME_SIZE = 256 };

/* The last component in lower case. */
static bool lower_name(struct str path, char *buffer, struct str *ret_name)
{
    struct str name = path_base(path);
    if (name.len == 0 || name.len >= NAME_SIZE)
        return false;
    for (size_t i = 0; i < name.len; i++)
        buffer[i] =
            name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] + 32) : name.data[i];
    *ret_name = str_make(buffer, name.len);
    return true;
}

static bool is_open_name(struct str name);

/* Endings that other programs have files of, too; the section tells. */
static bool is_open_quadlet(struct str name, struct str head)
{
    static const char *const kinds[][2] = {
        {".pod", "[Pod]"}, {".kube", "[Kube]"}, {".image", "[Image]"}, {".build", "[Build]"}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_ends(name, str_of(kinds[i][0])) && has_line(head, kinds[i][1]))
            return true;
    return false;
}

static enum check_subject subject_of_drop_in(struct str path)
{
    struct str folder = path_dir(path);
    if (str_ends(folder, STR(".service.d")))
        return CHECK_SYSTEMD;
    return str_ends(folder, STR(".container.d")) || str_ends(folder, STR(".pod.d")) ||
                   str_ends(folder, STR(".kube.d"))
               ? CHECK_QUADLET
               : CHECK_SUBJECT_COUNT;
}

enum check_subject check_subject_of(struct str path, struct str head)
{
    char lower[NAME_SIZE];
    struct str name;
    if (!lower_name(path, lower, &name) || is_template(name))
        return CHECK_SUBJECT_COUNT;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_glob(str_of(names[i].pattern), name))
            return names[i].subject;
    if (drop_in_is(path))
        return subject_of_drop_in(path);
    if (is_open_name(name) && looks_like_kubernetes(head))
        return CHECK_KUBERNETES;
    if (is_open_name(name) && looks_like_compose(head))
        return CHECK_COMPOSE;
    if (is_open_quadlet(name, head))
        return CHECK_QUADLET;
    return CHECK_SUBJECT_COUNT;
}

/* What only its first bytes tell of a name; the subjects that they can be. */
static bool is_open_name(struct str name)
{
    static const char *const endings[] = {".yaml", ".yml",   ".json", ".pod",
                                          ".kube", ".image", ".build"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (str_ends(name, str_of(endings[i])))
            return true;
    return false;
}

bool check_is_values_name(struct str path)
{
    char lower[NAME_SIZE];
    struct str name;
    return lower_name(path, lower, &name) &&
           (str_glob(STR("values*.yaml"), name) || str_glob(STR("values*.yml"), name) ||
            str_glob(STR("*values.yaml"), name));
}

bool check_subject_needs_head(struct str path)
{
    char lower[NAME_SIZE];
    struct str name;
    return lower_name(path, lower, &name) && !is_template(name) && is_open_name(name);
}

/* The first line that is neither empty nor a comment begins with FROM or ARG. */
static bool looks_like_dockerfile(struct str head)
{
    struct str line;
    while (str_cut(&head, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0 || line.data[0] == '#')
            continue;
        return (line.len > 5 && strncasecmp(line.data, "FROM ", 5) == 0) ||
               (line.len > 4 && strncasecmp(line.data, "ARG ", 4) == 0);
    }
    return false;
}

enum check_subject check_subject_by_text(struct str head)
{
    if (looks_like_kubernetes(head))
        return CHECK_KUBERNETES;
    if (looks_like_compose(head))
        return CHECK_COMPOSE;
    if (has_line(head, "[Container]") || has_line(head, "[Pod]") || has_line(head, "[Kube]"))
        return CHECK_QUADLET;
    if (has_line(head, "[Service]"))
        return CHECK_SYSTEMD;
    return looks_like_dockerfile(head) ? CHECK_DOCKERFILE : CHECK_SUBJECT_COUNT;
}
