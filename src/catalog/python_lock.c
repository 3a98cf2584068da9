/* Reads the lock files of Python's managers that are TOML: poetry.lock (Poetry 1 and 2), uv.lock,
 * pdm.lock, and pylock.toml (PEP 751; "pylock.NAME.toml"). Each package is a table of "package",
 * in pylock.toml of "packages".
 *
 * Decisions:
 * - What is a folder (editable, virtual, directory) is the project itself; what has no version was
 *   taken from a place whose version nobody knows.
 * - For development only: Poetry 1 says so by category, Poetry 2 by groups without "main", PDM by
 *   groups without "default" that are called after developing or testing (others may be extras).
 *   uv's is what the projects' own tables reach by dev-dependencies alone.
 * - A marker that is false on Linux drops the package. */
#include "base/hash.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "catalog/python_marker.h"
#include "catalog/reach.h"
#include "io/toml.h"

enum form { FORM_POETRY, FORM_UV, FORM_PDM, FORM_PYLOCK };

struct reader {
    struct catalog_sink *sink;
    enum form form;
    struct reach reach; /* uv */
    struct details details;
};

static bool is_folder(const struct reader *reader, const json_t *table)
{
    const json_t *source = json_member(table, "source");
    switch (reader->form) {
    case FORM_POETRY:
        return str_is(json_text(source, "type"), "directory");
    case FORM_UV:
        return json_text(source, "virtual").len || json_text(source, "editable").len ||
               json_text(source, "directory").len;
    case FORM_PDM:
        return json_is_true(json_object_get(table, "editable")) ||
               (json_text(table, "path").len && !str_ends(json_text(table, "path"), STR(".whl")) &&
                !str_ends(json_text(table, "path"), STR(".tar.gz")));
    case FORM_PYLOCK:
        break;
    }
    return json_member(table, "directory") != NULL;
}

static bool is_development_group(struct str group)
{
    return str_starts(group, STR("dev")) || str_starts(group, STR("test")) ||
           str_starts(group, STR("lint")) || str_is(group, "docs");
}

/* Groups, and none that is for use. */
static bool groups_are_for_development(const json_t *groups, bool poetry)
{
    size_t index;
    json_t *group;
    json_array_foreach(groups, index, group)
    {
        struct str name = json_value_text(group);
        if (poetry ? str_is(name, "main") : !is_development_group(name))
            return false;
    }
    return json_array_size(groups) > 0;
}

static bool is_for_development(const struct reader *reader, const json_t *table, struct str name)
{
    const json_t *groups = json_list(table, "groups");
    switch (reader->form) {
    case FORM_POETRY:
        return str_is(json_text(table, "category"), "dev") ||
               groups_are_for_development(groups, true);
    case FORM_PDM:
        return groups_are_for_development(groups, false);
    case FORM_UV:
        return reader->reach.known && !reach_has(&reader->reach, hash_str(name));
    case FORM_PYLOCK:
        break;
    }
    return false;
}

/* Poetry 2 may write a marker for each group: those of all must exclude. */
static bool is_excluded(const json_t *table)
{
    const json_t *markers = json_object_get(table, "markers");
    const char *group;
    json_t *marker;
    struct str text = json_value_text(markers);
    if (!text.len)
        text = json_text(table, "marker");
    if (text.len)
        return python_marker_excludes_linux(text);
    if (!json_is_object(markers))
        return false;
    json_object_foreach((json_t *)(uintptr_t)markers, group, marker)
    {
        if (!python_marker_excludes_linux(json_value_text(marker)))
            return false;
    }
    return json_object_size(markers) > 0;
}

/* Poetry's are members, of which one may be of an extra alone; the others' are lists of tables
 * with a name (uv, pylock) or of specifiers (PDM). */
static void take_needs(struct details *details, const json_t *table)
{
    json_t *needs = json_object_get(table, "dependencies"), *item;
    const char *name;
    size_t index;
    json_object_foreach(needs, name, item)
    {
        struct str markers = json_text(item, "markers");
        if (!json_is_true(json_object_get(item, "optional")) &&
            !(markers.len && python_marker_excludes_plain(markers)))
            relations_add(&details->needs, str_of(name));
    }
    json_array_foreach(needs, index, item)
    {
        struct str marker = json_text(item, "marker");
        if (json_is_string(item))
            details_need_python(details, json_value_text(item));
        else if (!marker.len || !python_marker_excludes_plain(marker))
            relations_add_version(&details->needs, json_text(item, "name"),
                                  json_text(item, "version"));
    }
}

/* Where there is one archive only: of several it is not known which one is meant. */
static void take_hash(struct details *details, const json_t *table)
{
    static const char *const lists[] = {"files", "wheels"};
    const json_t *only = json_member(table, "sdist");
    size_t count = only != NULL;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const json_t *list = json_list(table, lists[i]);
        count += json_array_size(list);
        only = json_array_size(list) ? json_array_get(list, 0) : only;
    }
    if (count != 1)
        return;
    details_hash_prefixed(details, json_text(only, "hash"));
    details_hash(details, "sha256", json_text(json_member(only, "hashes"), "sha256"));
}

static int take(void *context, const json_t *table, const struct pl_err *problem)
{
    struct reader *reader = context;
    if (!table) {
        catalog_add_problem(reader->sink, problem);
        return 0;
    }
    struct str name = json_text(table, "name");
    if (is_folder(reader, table) || is_excluded(table))
        return 0;
    struct package package = {.type = PACKAGE_PYPI,
                              .development = is_for_development(reader, table, name),
                              .name = name,
                              .version = json_text(table, "version")};
    if (details_start(&reader->details, reader->sink)) {
        take_needs(&reader->details, table);
        take_hash(&reader->details, table);
    }
    details_put(&reader->details, &package);
    locked_add_package(reader->sink, &package);
    return 0;
}

static void add_edges(struct reader *reader, uint64_t from, const json_t *list)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        reach_add_edge(&reader->reach, from, hash_str(json_text(item, "name")));
    }
}

static int take_edges(void *context, const json_t *table, const struct pl_err *problem)
{
    struct reader *reader = context;
    const char *name;
    json_t *list;
    if (problem)
        return 0;
    uint64_t from = hash_str(json_text(table, "name"));
    if (is_folder(reader, table))
        reach_add_root(&reader->reach, from);
    add_edges(reader, from, json_list(table, "dependencies"));
    json_object_foreach((json_t *)(uintptr_t)json_member(table, "optional-dependencies"), name,
                        list)
    {
        add_edges(reader, from, list);
    }
    return 0;
}

static enum form form_of(struct str path)
{
    struct str base = path_base(path);
    if (str_is(base, "uv.lock"))
        return FORM_UV;
    if (str_is(base, "pdm.lock"))
        return FORM_PDM;
    return str_is(base, "poetry.lock") ? FORM_POETRY : FORM_PYLOCK;
}

static int python_lock_read(struct catalog_sink *sink, struct input *input, struct str companion,
                            struct pl_err *err)
{
    struct reader reader = {.sink = sink, .form = form_of(input->path)};
    const char *name = reader.form == FORM_PYLOCK ? "packages" : "package";
    (void)companion;
    (void)err;
    if (reader.form == FORM_UV) {
        toml_each_table(input->whole, name, take_edges, &reader);
        if (reader.reach.roots.count)
            reach_walk(&reader.reach);
    }
    int r = toml_each_table(input->whole, name, take, &reader);
    reach_free(&reader.reach);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_python_lock = {
    .name = "python-lock",
    .help = N_("Python distributions of poetry.lock, uv.lock, pdm.lock and pylock.toml"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/poetry.lock", "**/uv.lock", "**/pdm.lock", "**/pylock.toml",
                                   "**/pylock.*.toml", NULL},
    .mode = CATALOG_WHOLE,
    .read = python_lock_read,
};
