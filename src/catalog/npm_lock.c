/* Reads npm's lock files: package-lock.json and npm-shrinkwrap.json, and the hidden
 * node_modules/.package-lock.json. Source: npm's documentation, package-lock.json(5): version 1 has
 * nested "dependencies", 2 both forms, 3 "packages" by folder.
 *
 * Decisions: the root project and its workspaces (entries outside of node_modules, and links to
 * them) are the project itself, not packages that it locks. An alias is told under the name that it
 * stands for. What was taken from a git repository or a tarball has the version of its own
 * package.json, where the lock file has one. A lock file inside of an installed package is its
 * developers', and nothing was installed by it. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "catalog/npm_names.h"
#include "catalog/npm_tree.h"
#include "io/json_cutter.h"
#include "io/json_doc.h"

struct locked_package {
    struct str name, version;
};

struct reader {
    struct catalog_sink *sink;
    uint64_t entries;
    bool hidden; /* node_modules/.package-lock.json: what was installed here */
    struct details details;
    /* For details: where each package is, as an index of `packages`, filled by a reading of its
     * own. */
    bool is_indexing;
    struct npm_tree tree;
    struct arena arena;
    VEC(struct locked_package) packages;
};

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* "npm:real@1.2.3" in the place of a version (version 1), or of the version that was asked for. */
static struct str alias_name(struct str version, struct str *ret_version)
{
    if (!str_starts(version, STR("npm:")))
        return STR_NONE;
    struct str rest = str_from(version, 4);
    size_t at = str_last_index(rest, '@');
    if (at == SIZE_MAX || at == 0)
        return STR_NONE;
    *ret_version = str_from(rest, at + 1);
    return str_first(rest, at);
}

/* Not versions: where the package came from. */
static bool is_version(struct str version)
{
    return version.len && str_index(version, ':') == SIZE_MAX &&
           str_index(version, '/') == SIZE_MAX;
}

static void add_needs(struct reader *reader, const struct npm_levels *levels, const json_t *names)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)names, name, value)
    {
        size_t found = npm_tree_find(&reader->tree, levels, str_of(name));
        if (found != SIZE_MAX)
            relations_add_version(&reader->details.needs, reader->packages.items[found].name,
                                  reader->packages.items[found].version);
    }
}

/* Version 1 has all of them in "requires". */
static void take_details(struct reader *reader, struct str folder, const json_t *entry)
{
    static const char *const lists[] = {"dependencies", "optionalDependencies", "peerDependencies"};
    struct npm_levels levels;
    npm_tree_levels(&reader->tree, folder, &levels);
    if (reader->entries)
        for (size_t i = 0; i < ARRAY_LEN(lists); i++)
            add_needs(reader, &levels, json_member(entry, lists[i]));
    else
        add_needs(reader, &levels, json_member(entry, "requires"));
    details_integrity(&reader->details, json_text(entry, "integrity"));
}

/* A package in this folder, or one that is only put into the tree. */
static void add(struct reader *reader, struct str folder, const json_t *entry)
{
    struct str name = npm_name_of_path(folder);
    struct str version = json_text(entry, "version"), license = json_text(entry, "license");
    struct str own = json_text(entry, "name"), alias = alias_name(version, &version);
    if (own.len)
        name = own;
    else if (alias.len)
        name = alias;
    if (!npm_name_is_valid(name) || !is_version(version))
        return;
    if (reader->is_indexing &&
        reader->arena.total + reader->packages.count * sizeof(struct locked_package) >=
            LIMIT_RECORD_BYTES)
        return; /* more than may be kept of an image */
    if (reader->is_indexing) {
        npm_tree_add(&reader->tree, folder, reader->packages.count);
        *VEC_ADD(&reader->packages) = (struct locked_package){arena_str(&reader->arena, name),
                                                              arena_str(&reader->arena, version)};
        return;
    }
    if (details_start(&reader->details, reader->sink))
        take_details(reader, folder, entry);
    struct package package = {
        .type = PACKAGE_NPM,
        .origin = PACKAGE_LOCKED,
        .development = is_true(entry, "dev"), /* "devOptional": an optional one of the project */
        .name = name,
        .version = version,
        .licenses = &license,
        .license_count = license.len != 0,
    };
    details_put(&reader->details, &package);
    catalog_add_package(reader->sink, &package);
}

static void tell_entry(struct reader *reader, struct str name, struct pl_err *problem)
{
    if (reader->is_indexing || !catalog_wants_problem(reader->sink))
        return;
    err_prefix(problem, "\"%.*s\"", STR_ARG(str_first(name, 200)));
    catalog_add_problem(reader->sink, problem);
}

/* "packages": { "node_modules/a": { … } } */
static bool is_for_linux(const json_t *entry)
{
    size_t index;
    json_t *item;
    bool listed = false;
    json_array_foreach(json_list(entry, "os"), index, item)
    {
        struct str os = str_make(json_string_value(item), json_string_length(item));
        if (str_is(os, "linux"))
            return true;
        if (str_is(os, "!linux"))
            return false;
        listed |= os.len && os.data[0] != '!';
    }
    return !listed;
}

static int take_package(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct reader *reader = context;
    struct pl_err problem;
    AUTO_JSON *entry = NULL;
    (void)err;
    reader->entries++;
    if (!npm_name_of_path(names[1]).len)
        return 0;
    if (json_document(text, &entry, &problem) < 0)
        tell_entry(reader, names[1], &problem);
    else if (!is_true(entry, "link") && (!reader->hidden || is_for_linux(entry)))
        add(reader, names[1], entry);
    return 0;
}

/* "dependencies": { "a": { …, "dependencies": { … } } }; nesting is held by LIMIT_JSON_DEPTH. */
static void take_nested(struct reader *reader, struct buf *folder, struct str name,
                        const json_t *entry)
{
    const char *key;
    json_t *inner;
    size_t len = folder->len;
    buf_printf(folder, "%snode_modules/%.*s", len ? "/" : "", STR_ARG(name));
    add(reader, buf_str(folder), entry);
    json_object_foreach((json_t *)(uintptr_t)json_member(entry, "dependencies"), key, inner)
        take_nested(reader, folder, str_of(key), inner);
    folder->len = len;
}

static int take_dependency(void *context, const struct str *names, struct str text,
                           struct pl_err *err)
{
    struct reader *reader = context;
    struct pl_err problem;
    AUTO_JSON *entry = NULL;
    AUTO_BUF folder = {0};
    (void)err;
    if (json_document(text, &entry, &problem) < 0)
        tell_entry(reader, names[1], &problem);
    else
        take_nested(reader, &folder, names[1], entry);
    return 0;
}

static int read_packages(struct reader *reader, struct str text, struct pl_err *err)
{
    static const char *const packages[] = {"packages", JSON_ANY_MEMBER, NULL};
    static const char *const dependencies[] = {"dependencies", JSON_ANY_MEMBER, NULL};
    struct json_cutter cutter = {
        .text = text, .path = packages, .entry = take_package, .context = reader};
    int r = json_cut(&cutter, err);
    if (r < 0 || reader->entries)
        return r;
    cutter.path = dependencies;
    cutter.entry = take_dependency;
    return json_cut(&cutter, err);
}

static int npm_lock_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    bool hidden = str_is(path_base(input->path), ".package-lock.json");
    if (!hidden && (npm_name_of_path(input->path).len || locked_is_of_installed(input->path)))
        return 0;
    struct reader reader = {.sink = sink, .hidden = hidden};
    struct pl_err ignored;
    (void)companion;
    if (catalog_wants_details(sink)) {
        reader.is_indexing = true;
        read_packages(&reader, input->whole, &ignored); /* what is wrong is told below */
        npm_tree_sort(&reader.tree);
        reader.is_indexing = false;
        reader.entries = 0;
    }
    int r = read_packages(&reader, input->whole, err);
    npm_tree_free(&reader.tree);
    VEC_FREE(&reader.packages);
    arena_free(&reader.arena);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_npm_lock = {
    .name = "npm-lock",
    .help = N_("npm packages of package-lock.json (versions 1 to 3) and npm-shrinkwrap.json"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/package-lock.json", "**/npm-shrinkwrap.json",
                                   "**/.package-lock.json", NULL},
    .mode = CATALOG_WHOLE,
    .read = npm_lock_read,
};
