/* Which files are looked at, and as what. */
#include <strings.h>

#include "base/path.h"
#include "check/check.h"

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
    {"*.dockerignore", CHECK_SUBJECT_COUNT}, {"dockerfile.md", CHECK_SUBJECT_COUNT},
    {"dockerfile", CHECK_DOCKERFILE},        {"dockerfile.*", CHECK_DOCKERFILE},
    {"*.dockerfile", CHECK_DOCKERFILE},      {"containerfile", CHECK_DOCKERFILE},
    {"containerfile.*", CHECK_DOCKERFILE},   {"*.containerfile", CHECK_DOCKERFILE},
    {"compose*.yml", CHECK_COMPOSE},         {"compose*.yaml", CHECK_COMPOSE},
    {"docker-compose*.yml", CHECK_COMPOSE},  {"docker-compose*.yaml", CHECK_COMPOSE},
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

enum check_subject check_subject_of(struct str path, struct str head)
{
    char lower[256];
    struct str name = path_base(path);
    if (name.len == 0 || name.len >= sizeof(lower))
        return CHECK_SUBJECT_COUNT;
    for (size_t i = 0; i < name.len; i++)
        lower[i] =
            name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] + 32) : name.data[i];
    name.data = lower;
    if (is_template(name) || memchr(head.data ? head.data : "", '\0', head.len))
        return CHECK_SUBJECT_COUNT;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_glob(str_of(names[i].pattern), name))
            return names[i].subject;
    return CHECK_SUBJECT_COUNT;
}

bool check_subject_needs_head(struct str path)
{
    (void)path; /* of those that there are so far, names tell all */
    return false;
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
    return looks_like_dockerfile(head) ? CHECK_DOCKERFILE : CHECK_SUBJECT_COUNT;
}
