/* os-release(5), and the files that distributions had before it. */
#include <string.h>

#include "catalog/os.h"

/* ---- os-release(5) ---- */

struct wanted_values {
    struct str id, id_like, version, codename, name, pretty_name, parent_codename;
};

/* A value with its quotes taken off, by the rules of os-release(5): one quoted string or none, '\\'
 * escapes between double quotes and outside, nothing is special between single quotes. */
static struct str unquote(struct arena *arena, struct str raw)
{
    raw = str_trim(raw);
    char quote = raw.len && (raw.data[0] == '"' || raw.data[0] == '\'') ? raw.data[0] : '\0';
    char *text = arena_alloc(arena, raw.len + 1);
    size_t len = 0;
    for (size_t i = quote ? 1 : 0; i < raw.len; i++) {
        char c = raw.data[i];
        if (quote && c == quote)
            break;
        if (c == '\\' && quote != '\'' && i + 1 < raw.len)
            c = raw.data[++i];
        text[len++] = c;
    }
    text[len] = '\0';
    return str_make(text, len);
}

static void take_assignment(struct arena *arena, struct wanted_values *values, struct str line)
{
    const struct {
        const char *name;
        struct str *value;
    } wanted[] = {
        {"ID", &values->id},
        {"ID_LIKE", &values->id_like},
        {"VERSION_ID", &values->version},
        {"VERSION_CODENAME", &values->codename},
        {"NAME", &values->name},
        {"PRETTY_NAME", &values->pretty_name},
        {"UBUNTU_CODENAME", &values->parent_codename},
        {"DEBIAN_CODENAME", &values->parent_codename},
    };
    line = str_trim(line);
    size_t equals = str_index(line, '=');
    if (equals == SIZE_MAX || line.data[0] == '#')
        return;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (str_is(str_first(line, equals), wanted[i].name))
            *wanted[i].value = unquote(arena, str_from(line, equals + 1));
}

static struct str lower(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] =
            text.data[i] >= 'A' && text.data[i] <= 'Z' ? (char)(text.data[i] + 32) : text.data[i];
    copy[text.len] = '\0';
    return str_make(copy, text.len);
}

static bool read_os_release(struct os_info *os, struct arena *arena, struct str content)
{
    struct wanted_values values = {0};
    struct str line;
    while (str_cut(&content, '\n', &line))
        take_assignment(arena, &values, line);
    if (values.id.len == 0 && values.name.len == 0)
        return false;
    /* "If not set, defaults to linux": os-release(5) on ID. */
    os->id = values.id.len ? lower(arena, values.id) : STR("linux");
    os->id_like = lower(arena, values.id_like);
    os->version = values.version;
    os->codename = values.codename;
    os->name = values.pretty_name.len ? values.pretty_name : values.name;
    bool derivative = !str_is(os->id, "ubuntu") && !str_is(os->id, "debian");
    if (derivative && values.parent_codename.len)
        os->codename = values.parent_codename;
    return true;
}

/* ---- before os-release ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The first number with its dots: "6.10" of "CentOS release 6.10 (Final)". */
static struct str find_version(struct str text)
{
    size_t from = 0, to;
    while (from < text.len && !is_digit(text.data[from]))
        from++;
    for (to = from; to < text.len && (is_digit(text.data[to]) || text.data[to] == '.'); to++)
        ;
    while (to > from && text.data[to - 1] == '.')
        to--;
    return str_make(text.data + from, to - from);
}

struct old_file {
    const char *path;
    const char *begins; /* the first line begins so; NULL: however it begins */
    const char *id;
};
/* The specific ones first: clones of Red Hat's have a redhat-release as well. */
static const struct old_file old_files[] = {
    {"etc/oracle-release", NULL, "ol"},
    {"etc/rocky-release", NULL, "rocky"},
    {"etc/almalinux-release", NULL, "almalinux"},
    {"etc/fedora-release", NULL, "fedora"},
    {"etc/centos-release", NULL, "centos"},
    {"etc/photon-release", NULL, "photon"},
    {"etc/mariner-release", NULL, "mariner"},
    {"etc/azurelinux-release", NULL, "azurelinux"},
    {"etc/system-release", "Amazon Linux", "amzn"},
    {"etc/redhat-release", "CentOS", "centos"},
    {"etc/redhat-release", "Red Hat Enterprise Linux", "rhel"},
    {"etc/redhat-release", "Scientific Linux", "scientific"},
    {"etc/SuSE-release", "SUSE Linux Enterprise Server", "sles"},
    {"etc/SuSE-release", "openSUSE", "opensuse"},
    {"etc/alpine-release", NULL, "alpine"},
};

/* SuSE-release has the service pack on a line of its own: "PATCHLEVEL = 4". */
static struct str add_service_pack(struct arena *arena, struct str version, struct str content)
{
    size_t at = str_find(content, STR("PATCHLEVEL"));
    if (at == SIZE_MAX)
        return version;
    struct str level = find_version(str_from(content, at));
    if (level.len == 0 || str_is(level, "0"))
        return version;
    return arena_printf(arena, "%.*s.%.*s", STR_ARG(version), STR_ARG(level));
}

static bool read_old_file(struct os_info *os, struct arena *arena, const struct os_files *files)
{
    for (size_t i = 0; i < sizeof(old_files) / sizeof(old_files[0]); i++) {
        const struct old_file *old = &old_files[i];
        struct str content, rest, line;
        if (!files->get(files->context, old->path, &content) || content.len == 0)
            continue;
        rest = content;
        str_cut(&rest, '\n', &line);
        line = str_trim(line);
        if (old->begins && !str_starts(line, str_of(old->begins)))
            continue;
        os->id = str_of(old->id);
        os->version = arena_str(arena, find_version(line));
        os->name = arena_str(arena, line);
        if (str_is(os->id, "alpine")) {
            os->version = arena_str(arena, line);
            os->name = arena_printf(arena, "Alpine Linux %.*s", STR_ARG(line));
        } else if (str_is(os->id, "sles")) {
            os->version = add_service_pack(arena, os->version, rest);
        }
        return true;
    }
    return false;
}

/* Ubuntu's lsb-release: DISTRIB_ID, DISTRIB_RELEASE, DISTRIB_CODENAME, DISTRIB_DESCRIPTION. */
static bool read_lsb_release(struct os_info *os, struct arena *arena, struct str content)
{
    struct str line, id = STR_NONE;
    while (str_cut(&content, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("DISTRIB_ID=")))
            id = unquote(arena, str_from(line, 11));
        else if (str_starts(line, STR("DISTRIB_RELEASE=")))
            os->version = unquote(arena, str_from(line, 16));
        else if (str_starts(line, STR("DISTRIB_CODENAME=")))
            os->codename = unquote(arena, str_from(line, 17));
        else if (str_starts(line, STR("DISTRIB_DESCRIPTION=")))
            os->name = unquote(arena, str_from(line, 20));
    }
    os->id = lower(arena, id);
    return id.len != 0;
}

/* "7.11" is Debian 7; "wheezy/sid" is what wheezy was before its release. */
static void read_debian_version(struct os_info *os, struct arena *arena, struct str content)
{
    struct str text = str_trim(content);
    os->id = STR("debian");
    if (text.len && is_digit(text.data[0]))
        os->version = arena_str(arena, os_major(text));
    else
        os->codename = arena_str(arena, str_first(text, str_index(text, '/')));
    os->name = arena_printf(arena, "Debian GNU/Linux %.*s", STR_ARG(text));
}

/* Debian's testing and unstable have no VERSION_ID, older ones no VERSION_CODENAME either. */
static void add_debian_codename(struct os_info *os, struct arena *arena,
                                const struct os_files *files)
{
    struct str content;
    if (!str_is(os->id, "debian") || os->version.len || os->codename.len ||
        !files->get(files->context, "etc/debian_version", &content))
        return;
    struct str text = str_trim(content);
    if (text.len && is_digit(text.data[0]))
        os->version = arena_str(arena, os_major(text));
    else
        os->codename = arena_str(arena, str_first(text, str_index(text, '/')));
}

void os_read_release(struct os_info *os, struct arena *arena, const struct os_files *files)
{
    struct str content;
    if ((files->get(files->context, "etc/os-release", &content) &&
         read_os_release(os, arena, content)) ||
        (files->get(files->context, "usr/lib/os-release", &content) &&
         read_os_release(os, arena, content))) {
        add_debian_codename(os, arena, files);
        return;
    }
    if (read_old_file(os, arena, files))
        return;
    if (files->get(files->context, "etc/lsb-release", &content) &&
        read_lsb_release(os, arena, content))
        return;
    *os = (struct os_info){0};
    if (files->get(files->context, "etc/arch-release", &content)) {
        os->id = STR("arch");
        os->name = STR("Arch Linux");
    } else if (files->get(files->context, "etc/debian_version", &content) && content.len) {
        read_debian_version(os, arena, content);
    }
}
