/* Extended support that a system uses, as its package sources and subscriptions tell: Ubuntu Pro's
 * ESM, Debian's ELTS, RHEL's EUS, E4S, AUS and TUS, SUSE's LTSS; and from the same sources whether
 * Debian is unstable or Alpine edge. */
#include "base/mem.h"
#include "catalog/os.h"
#include "io/json_doc.h"

struct finder {
    struct os_info *os;
    bool unstable, edge, other_branch;
};

static void add_stream(struct os_info *os, const char *stream)
{
    if (!os_uses_stream(os, stream) && os->stream_count < ARRAY_LEN(os->streams))
        os->streams[os->stream_count++] = str_of(stream);
}

static bool holds(struct str text, struct str word)
{
    return str_find(text, word) != SIZE_MAX;
}

/* ---- apt, sources.list(5): one-line style and deb822 ---- */

static void take_apt_line(struct finder *finder, struct str line)
{
    static const struct {
        struct str part;
        const char *stream;
    } streams[] = {
        {{"esm.ubuntu.com/infra", 20}, "esm-infra"},
        {{"esm.ubuntu.com/ubuntu", 21}, "esm-infra"}, /* before 2020 */
        {{"esm.ubuntu.com/apps", 19}, "esm-apps"},
        {{"/extended-lts", 13}, "elts"},
    };
    struct str word;
    line = str_trim(line);
    if (line.len == 0 || line.data[0] == '#' || str_starts(line, STR("deb-src")))
        return;
    for (size_t i = 0; i < ARRAY_LEN(streams); i++)
        if (holds(line, streams[i].part))
            add_stream(finder->os, streams[i].stream);
    while (str_cut(&line, ' ', &word))
        if (str_is(word, "sid") || str_is(word, "unstable"))
            finder->unstable = true;
}

/* A deb822 stanza with "Enabled: no" is off; files of Ubuntu's client have one stanza each. */
static void take_apt_file(void *context, struct str content)
{
    struct str line, rest = content;
    if (holds(content, STR("Enabled: no")))
        return;
    while (str_cut(&rest, '\n', &line))
        take_apt_line(context, line);
}

/* ---- Ubuntu's client: {"services": [{"name": "esm-infra", "status": "enabled"}]} ---- */

static void take_ubuntu_status(struct finder *finder, struct str content)
{
    AUTO_JSON *root = NULL;
    json_t *service;
    size_t i;
    if (json_document(content, &root, NULL) < 0)
        return;
    json_array_foreach(json_list(root, "services"), i, service)
    {
        if (!str_is(json_text(service, "status"), "enabled"))
            continue;
        if (str_is(json_text(service, "name"), "esm-infra"))
            add_stream(finder->os, "esm-infra");
        if (str_is(json_text(service, "name"), "esm-apps"))
            add_stream(finder->os, "esm-apps");
    }
}

/* ---- Red Hat: names of repositories and content sets ---- */

static void take_repository_name(struct finder *finder, struct str name)
{
    static const struct {
        struct str part;
        const char *stream;
    } streams[] = {
        {{"-eus-", 5}, "eus"}, {{"-e4s-", 5}, "e4s"}, {{"-aus-", 5}, "aus"}, {{"-tus-", 5}, "tus"},
        {{".eus.", 5}, "eus"}, {{".e4s.", 5}, "e4s"}, {{"-els-", 5}, "els"},
    };
    for (size_t i = 0; i < ARRAY_LEN(streams); i++)
        if (holds(name, streams[i].part))
            add_stream(finder->os, streams[i].stream);
}

/* A section counts when "enabled" is not 0: dnf.conf(5). */
static void take_repo_file(void *context, struct str content)
{
    struct str line, section = STR_NONE;
    bool enabled = true;
    for (;;) {
        bool more = str_cut(&content, '\n', &line);
        line = more ? str_trim(line) : STR_NONE;
        if (!more || (line.len && line.data[0] == '[')) {
            if (section.len && enabled)
                take_repository_name(context, section);
            section = line;
            enabled = true;
            if (!more)
                return;
        } else if (str_starts(line, STR("enabled"))) {
            size_t equals = str_index(line, '=');
            if (equals != SIZE_MAX && str_is(str_trim(str_from(line, equals + 1)), "0"))
                enabled = false;
        }
    }
}

/* What Red Hat's images say of how they were built: {"content_sets": ["rhel-9-…-rpms"]}. */
static void take_content_manifest(void *context, struct str content)
{
    AUTO_JSON *root = NULL;
    json_t *set;
    size_t i;
    if (json_document(content, &root, NULL) < 0)
        return;
    json_array_foreach(json_list(root, "content_sets"), i, set)
    {
        if (json_is_string(set))
            take_repository_name(context,
                                 str_make(json_string_value(set), json_string_length(set)));
    }
}

/* ---- SUSE: an installed product for LTSS ---- */

static void take_product(void *context, struct str content)
{
    struct finder *finder = context;
    if (holds(content, STR("<name>SLES-LTSS")) || holds(content, STR("<name>SLES_LTSS")))
        add_stream(finder->os, "ltss");
}

/* ---- Alpine: repositories with a tag ("@edge …") are used only for packages that ask for them
 * ---- */

static void take_apk_repositories(struct finder *finder, struct str content)
{
    struct str line;
    while (str_cut(&content, '\n', &line)) {
        line = str_trim(line);
        if (line.len == 0 || line.data[0] == '#' || line.data[0] == '@')
            continue;
        if (str_ends(line, STR("/edge/main")))
            finder->edge = true;
        else if (str_ends(line, STR("/main")))
            finder->other_branch = true;
    }
}

/* ---- the whole ---- */

static void each_file(const struct os_files *files, const char *pattern,
                      void (*visit)(void *context, struct str content), struct finder *finder)
{
    if (files->each)
        files->each(files->context, pattern, visit, finder);
}

static void one_file(const struct os_files *files, const char *path,
                     void (*visit)(void *context, struct str content), struct finder *finder)
{
    struct str content;
    if (files->get(files->context, path, &content))
        visit(finder, content);
}

static void find_apt(struct finder *finder, const struct os_files *files)
{
    static const char *const names[] = {
        "etc/apt/sources.list.d/debian.sources",
        "etc/apt/sources.list.d/ubuntu-esm-infra.list",
        "etc/apt/sources.list.d/ubuntu-esm-infra.sources",
        "etc/apt/sources.list.d/ubuntu-esm-apps.list",
        "etc/apt/sources.list.d/ubuntu-esm-apps.sources",
        "etc/apt/sources.list.d/extended-lts.list",
    };
    struct str content;
    one_file(files, "etc/apt/sources.list", take_apt_file, finder);
    each_file(files, "etc/apt/sources.list.d/*", take_apt_file, finder);
    for (size_t i = 0; !files->each && i < ARRAY_LEN(names); i++)
        one_file(files, names[i], take_apt_file, finder);
    if (files->get(files->context, "var/lib/ubuntu-advantage/status.json", &content))
        take_ubuntu_status(finder, content);
}

static void find_rpm(struct finder *finder, const struct os_files *files)
{
    one_file(files, "usr/share/buildinfo/content-sets.json", take_content_manifest, finder);
    each_file(files, "root/buildinfo/content_manifests/*.json", take_content_manifest, finder);
    each_file(files, "etc/yum.repos.d/*.repo", take_repo_file, finder);
    if (!files->each)
        one_file(files, "etc/yum.repos.d/redhat.repo", take_repo_file, finder);
}

void os_find_streams(struct os_info *os, const struct os_files *files)
{
    struct finder finder = {.os = os};
    struct str content, id, version;
    os_origin(os, &id, &version);
    if (str_is(id, "debian") || str_is(id, "ubuntu")) {
        find_apt(&finder, files);
        if (str_is(os->id, "debian") && os->version.len == 0 && finder.unstable)
            os->codename = STR("sid");
    } else if (str_is(id, "rhel")) {
        find_rpm(&finder, files);
    } else if (str_is(id, "sles")) {
        each_file(files, "etc/products.d/*.prod", take_product, &finder);
    } else if (str_is(id, "alpine")) {
        if (files->get(files->context, "etc/apk/repositories", &content))
            take_apk_repositories(&finder, content);
        if (holds(os->version, STR("_alpha")) || (finder.edge && !finder.other_branch))
            os->codename = STR("edge");
    }
}
