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
#include "catalog/cataloger.h"
#include "catalog/locked.h"
#include "catalog/npm_names.h"
#include "io/json_cutter.h"
#include "io/json_doc.h"

struct reader {
    struct catalog_sink *sink;
    uint64_t entries;
    bool hidden; /* node_modules/.package-lock.json: what was installed here */
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

static void add(struct reader *reader, struct str name, const json_t *entry)
{
    struct str version = json_text(entry, "version"), license = json_text(entry, "license");
    struct str own = json_text(entry, "name"), alias = alias_name(version, &version);
    if (own.len)
        name = own;
    else if (alias.len)
        name = alias;
    if (!npm_name_is_valid(name) || !is_version(version))
        return;
    struct package package = {
        .type = PACKAGE_NPM,
        .origin = PACKAGE_LOCKED,
        .development = is_true(entry, "dev"), /* "devOptional": an optional one of the project */
        .name = name,
        .version = version,
        .licenses = &license,
        .license_count = license.len != 0,
    };
    catalog_add_package(reader->sink, &package);
}

static void tell_entry(struct reader *reader, struct str name, struct pl_err *problem)
{
    if (!catalog_wants_problem(reader->sink))
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
    struct str name = npm_name_of_path(names[1]);
    if (!name.len)
        return 0;
    if (json_document(text, &entry, &problem) < 0)
        tell_entry(reader, names[1], &problem);
    else if (!is_true(entry, "link") && (!reader->hidden || is_for_linux(entry)))
        add(reader, name, entry);
    return 0;
}

/* "dependencies": { "a": { …, "dependencies": { … } } }; nesting is held by LIMIT_JSON_DEPTH. */
static void take_nested(struct reader *reader, struct str name, const json_t *entry)
{
    const char *key;
    json_t *inner;
    add(reader, name, entry);
    json_object_foreach((json_t *)(uintptr_t)json_member(entry, "dependencies"), key, inner)
        take_nested(reader, str_of(key), inner);
}

static int take_dependency(void *context, const struct str *names, struct str text,
                           struct pl_err *err)
{
    struct reader *reader = context;
    struct pl_err problem;
    AUTO_JSON *entry = NULL;
    (void)err;
    if (json_document(text, &entry, &problem) < 0)
        tell_entry(reader, names[1], &problem);
    else
        take_nested(reader, names[1], entry);
    return 0;
}

static int npm_lock_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    static const char *const packages[] = {"packages", JSON_ANY_MEMBER, NULL};
    static const char *const dependencies[] = {"dependencies", JSON_ANY_MEMBER, NULL};
    bool hidden = str_is(path_base(input->path), ".package-lock.json");
    if (!hidden && (npm_name_of_path(input->path).len || locked_is_of_installed(input->path)))
        return 0;
    struct reader reader = {.sink = sink, .hidden = hidden};
    struct json_cutter cutter = {
        .text = input->whole, .path = packages, .entry = take_package, .context = &reader};
    (void)companion;
    int r = json_cut(&cutter, err);
    if (r < 0 || reader.entries)
        return r;
    cutter.path = dependencies;
    cutter.entry = take_dependency;
    return json_cut(&cutter, err);
}

const struct cataloger cataloger_npm_lock = {
    .name = "npm-lock",
    .help = N_("npm packages of package-lock.json (versions 1 to 3) and npm-shrinkwrap.json"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/package-lock.json", "**/npm-shrinkwrap.json",
                                   "**/.package-lock.json", NULL},
    .mode = CATALOG_WHOLE,
    .read = npm_lock_read,
};
