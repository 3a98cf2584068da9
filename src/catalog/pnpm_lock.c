/* Reads pnpm-lock.yaml: pnpm's lockfile specification for lockfileVersion 5.x, 6.0 and 9.0.
 *
 * Keys of "packages" are
 *     5.x: /a/1.0.0, /@s/a/1.0.0, with peers /a/1.0.0_b@2.0.0
 *     6.0: /a@1.0.0, /@s/a@1.0.0, with peers /a@1.0.0(b@2.0.0)
 *     9.0: a@1.0.0; what it depends on stands in "snapshots", under a@1.0.0(b@2.0.0)
 * in older ones with a registry's host in front of the slash. What came from elsewhere has a key of
 * its own kind, and "name" and "version" inside.
 *
 * Decisions: folders (resolution "directory") are the project itself. Up to 6.0 each entry says
 * whether it is for development; in 9.0 that is what "importers" reach by "devDependencies" alone.
 * The file's own language cannot say it before all has been read, so 9.0 is read three times. */
#include "base/arena.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "catalog/locked_index.h"
#include "catalog/reach.h"
#include "catalog/text.h"
#include "io/yaml.h"

struct reader {
    struct catalog_sink *sink;
    unsigned major;     /* of lockfileVersion */
    struct reach reach; /* from what importers want, not for development: keys of snapshots, and
                           those of packages (without peers) */
    struct locked_index needs; /* for details: what snapshots need, by their packages' keys */
    struct details details;
};

/* "lockfileVersion: '6.0'", or 5.4 without quotes. */
static unsigned find_major(struct str text)
{
    struct str line;
    uint64_t major;
    while (str_cut(&text, '\n', &line)) {
        if (!str_starts(line, STR("lockfileVersion:")))
            continue;
        struct str version = text_unquoted(str_trim(str_from(line, 16)), '\'');
        version = text_unquoted(version, '"');
        if (str_to_u64(str_first(version, str_index(version, '.')), &major) && major < 1000)
            return (unsigned)major;
    }
    return 0;
}

/* Without "(peer@1.0.0)". */
static struct str without_peers(struct str key)
{
    return str_first(key, str_index(key, '('));
}

/* Name and version of a key; empty where it is of another kind. */
static void split_key(const struct reader *reader, struct str key, struct str *ret_name,
                      struct str *ret_version)
{
    *ret_name = *ret_version = STR_NONE;
    if (reader->major < 9) {
        size_t slash = str_index(key, '/');
        if (slash == SIZE_MAX || (slash > 0 && key.data[0] == '@'))
            return;
        key = str_from(key, slash + 1);
    }
    key = without_peers(key);
    if (reader->major >= 6) {
        locked_split_at(key, ret_name, ret_version);
        return;
    }
    size_t slash = str_last_index(key, '/');
    if (slash == SIZE_MAX)
        return;
    *ret_name = str_first(key, slash);
    struct str version = str_from(key, slash + 1);
    *ret_version = str_first(version, str_index(version, '_'));
}

static bool is_for_development(const struct reader *reader, struct str key, const json_t *entry)
{
    if (!reader->reach.known)
        return str_is(json_text(entry, "dev"), "true");
    return !reach_has(&reader->reach, hash_str(key));
}

/* What "a: 1.0.0(b@2.0.0)", "alias: real@1.0.0" (9.0) or "alias: /real@1.0.0" refers to; no name: a
 * link. */
static void split_need(const struct reader *reader, struct str name, struct str text,
                       struct str *ret_name, struct str *ret_version)
{
    *ret_name = *ret_version = STR_NONE;
    if (!text.len || str_starts(text, STR("link:")))
        return;
    struct str plain = without_peers(text);
    if (plain.len > 1 && (plain.data[0] == '/' || (reader->major >= 9 && plain.data[0] == '@') ||
                          (reader->major >= 9 && str_index(plain, '@') != SIZE_MAX))) {
        split_key(reader, text, ret_name, ret_version);
        return;
    }
    *ret_name = name;
    *ret_version = reader->major < 6 ? str_first(plain, str_index(plain, '_')) : plain;
}

static const char *const wanted[] = {"dependencies", "optionalDependencies"};

/* Up to 6.0 a package says itself what it needs. */
static void take_details(struct reader *reader, struct str key, const json_t *entry)
{
    const char *name;
    json_t *value;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        const json_t *needs = json_member(entry, wanted[i]);
        json_object_foreach((json_t *)(uintptr_t)needs, name, value)
        {
            struct str needed, version;
            split_need(reader, str_of(name), json_text(needs, name), &needed, &version);
            relations_add_version(&reader->details.needs, needed, version);
        }
    }
    locked_index_need(&reader->needs, hash_str(key), &reader->details);
    details_integrity(&reader->details, json_text(json_member(entry, "resolution"), "integrity"));
}

static int take_package(void *context, const struct str *keys, const json_t *entry, size_t line,
                        struct pl_err *err)
{
    struct reader *reader = context;
    struct str name, version;
    struct str own_name = json_text(entry, "name"), own_version = json_text(entry, "version");
    const json_t *resolution = json_member(entry, "resolution");
    (void)line;
    (void)err;
    split_key(reader, keys[1], &name, &version);
    if (own_name.len)
        name = own_name;
    if (own_version.len)
        version = own_version;
    if (str_is(json_text(resolution, "type"), "directory") ||
        json_text(resolution, "directory").len)
        return 0;
    struct package package = {.type = PACKAGE_NPM,
                              .development = is_for_development(reader, keys[1], entry),
                              .name = name,
                              .version = version};
    if (details_start(&reader->details, reader->sink) && locked_is_package(&package))
        take_details(reader, keys[1], entry);
    details_put(&reader->details, &package);
    locked_add_package(reader->sink, &package);
    return 0;
}

/* What "a: 1.0.0(b@2.0.0)" or "alias: real@1.0.0" refers to, as a hash of its key; 0: a link. */
static uint64_t reference(struct str name, struct str text)
{
    if (!text.len || str_starts(text, STR("link:")))
        return 0;
    size_t at = str_index(text, '@'), colon = str_index(text, ':'), bracket = str_index(text, '(');
    bool is_key = text.data[0] == '@' || (at != SIZE_MAX && at < colon && at < bracket);
    if (is_key)
        return hash_str(text);
    struct arena arena = {0};
    struct str key = arena_printf(&arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(text));
    uint64_t hash = hash_str(key);
    arena_free(&arena);
    return hash;
}

static int take_importer(void *context, const struct str *keys, const json_t *entry, size_t line,
                         struct pl_err *err)
{
    struct reader *reader = context;
    const char *name;
    json_t *value;
    (void)keys;
    (void)line;
    (void)err;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        json_object_foreach((json_t *)(uintptr_t)json_member(entry, wanted[i]), name, value)
        {
            reach_add_root(&reader->reach, reference(str_of(name), json_text(value, "version")));
        }
    }
    return 0;
}

static void index_need(struct reader *reader, struct str key, struct str name, struct str text)
{
    struct str needed, version;
    struct arena *arena = &reader->needs.arena;
    if (!catalog_wants_details(reader->sink) || locked_index_is_full(&reader->needs))
        return;
    split_need(reader, name, text, &needed, &version);
    locked_index_add(&reader->needs, hash_str(key), arena_str(arena, needed),
                     arena_str(arena, version));
}

/* Every snapshot leads to its package, too. */
static int take_snapshot(void *context, const struct str *keys, const json_t *entry, size_t line,
                         struct pl_err *err)
{
    struct reader *reader = context;
    const char *name;
    json_t *value;
    uint64_t from = hash_str(keys[1]);
    (void)line;
    (void)err;
    reach_add_edge(&reader->reach, from, hash_str(without_peers(keys[1])));
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        json_object_foreach((json_t *)(uintptr_t)json_member(entry, wanted[i]), name, value)
        {
            struct str text = str_make(json_string_value(value), json_string_length(value));
            reach_add_edge(&reader->reach, from, reference(str_of(name), text));
            index_need(reader, without_peers(keys[1]), str_of(name), text);
        }
    }
    return 0;
}

static int find_reach(struct reader *reader, struct str text, struct pl_err *err)
{
    static const char *const importers[] = {"importers", YAML_ANY_KEY, NULL};
    static const char *const snapshots[] = {"snapshots", YAML_ANY_KEY, NULL};
    struct yaml_cutter cutter = {
        .text = text, .path = importers, .entry = take_importer, .context = reader};
    int r = yaml_cut(&cutter, err);
    if (r < 0)
        return r;
    cutter.path = snapshots;
    cutter.entry = take_snapshot;
    r = yaml_cut(&cutter, err);
    if (r == 0)
        reach_walk(&reader->reach);
    locked_index_sort(&reader->needs);
    return r;
}

static int pnpm_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    static const char *const packages[] = {"packages", YAML_ANY_KEY, NULL};
    struct reader reader = {.sink = sink, .major = find_major(input->whole)};
    struct pl_err problem;
    (void)companion;
    if (locked_is_of_installed(input->path))
        return 0;
    struct yaml_cutter cutter = {
        .text = input->whole, .path = packages, .entry = take_package, .context = &reader};
    if (reader.major == 0 && str_trim(input->whole).len)
        return err_set(err, PL_E_FORMAT,
                       "it does not say its lockfileVersion: what its keys mean is not known");
    /* What cannot be read here is told below. */
    if (reader.major >= 9)
        find_reach(&reader, input->whole, &problem);
    int r = yaml_cut(&cutter, err);
    reach_free(&reader.reach);
    locked_index_free(&reader.needs);
    details_free(&reader.details);
    return r;
}

const struct cataloger cataloger_pnpm_lock = {
    .name = "pnpm-lock",
    .help = N_("npm packages of pnpm-lock.yaml (versions 5 to 9)"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/pnpm-lock.yaml", NULL},
    .mode = CATALOG_WHOLE,
    .read = pnpm_read,
};
