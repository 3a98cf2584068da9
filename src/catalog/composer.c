/* Reads what Composer installed (vendor/composer/installed.json) and its lock file (composer.lock):
 * Composer's documentation, "composer.lock" and "Repositories"; Composer 1 writes installed.json as
 * a list, Composer 2 as an object with "packages" and "dev-package-names".
 *
 * Decisions: a version is told as it is written ("v1.2.3" too); that of a branch ("dev-main") has
 * no order, but what is installed is told. What comes from a folder ("path") is the project itself.
 * A lock file inside of vendor tells what a package's authors develop it with. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "io/json_doc.h"

enum { LICENSES_MAX = 8 };

/* Of "php" and "ext-…" nothing is there. */
static void take_details(struct details *details, struct relations *provides, const json_t *entry)
{
    static const char *const others[] = {"provide", "replace"};
    const char *name;
    json_t *value;
    details_need_names(details, json_member(entry, "require"));
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        json_object_foreach((json_t *)(uintptr_t)json_member(entry, others[i]), name, value)
            relations_add(provides, str_of(name));
    }
    details_hash(details, "sha1", json_text(json_member(entry, "dist"), "shasum"));
}

static void add(struct catalog_sink *sink, const json_t *entry, enum package_origin origin,
                bool development)
{
    struct str licenses[LICENSES_MAX];
    struct details details = {0};
    struct relations provides = {0};
    const json_t *list = json_list(entry, "license");
    struct package package = {.type = PACKAGE_COMPOSER,
                              .origin = origin,
                              .development = development,
                              .name = json_text(entry, "name"),
                              .version = json_text(entry, "version"),
                              .licenses = licenses};
    for (size_t i = 0; i < json_array_size(list) && i < LICENSES_MAX; i++) {
        const json_t *license = json_array_get(list, i);
        if (json_string_length(license))
            licenses[package.license_count++] =
                str_make(json_string_value(license), json_string_length(license));
    }
    if (details_start(&details, sink))
        take_details(&details, &provides, entry);
    details_put(&details, &package);
    package.provides = provides.items.items;
    package.provide_count = provides.items.count;
    if (!str_is(json_text(json_member(entry, "dist"), "type"), "path"))
        catalog_add_package(sink, &package);
    details_free(&details);
    relations_free(&provides);
}

static void add_list(struct catalog_sink *sink, const json_t *list, enum package_origin origin,
                     bool development, const json_t *development_names)
{
    size_t index;
    json_t *entry;
    json_array_foreach(list, index, entry)
    {
        struct str name = json_text(entry, "name");
        bool named = name.len && json_object_getn(development_names, name.data, name.len);
        add(sink, entry, origin, development || named);
    }
}

/* The names of a list as members of an object, to be looked up. */
static json_t *set_of(const json_t *list)
{
    json_t *set = json_object(), *name;
    size_t index;
    json_array_foreach(list, index, name)
    {
        if (json_is_string(name))
            json_object_setn_new(set, json_string_value(name), json_string_length(name),
                                 json_true());
    }
    return set;
}

static int composer_read(struct catalog_sink *sink, struct input *input, struct str companion,
                         struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    (void)companion;
    bool is_lock = str_is(path_base(input->path), "composer.lock");
    if (is_lock && locked_is_below(input->path, "vendor"))
        return 0;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    if (is_lock) {
        add_list(sink, json_list(root, "packages"), PACKAGE_LOCKED, false, NULL);
        add_list(sink, json_list(root, "packages-dev"), PACKAGE_LOCKED, true, NULL);
        return 0;
    }
    AUTO_JSON *development = set_of(json_list(root, "dev-package-names"));
    add_list(sink, json_is_array(root) ? root : json_list(root, "packages"), PACKAGE_INSTALLED,
             false, development);
    return 0;
}

const struct cataloger cataloger_composer = {
    .name = "composer",
    .help = N_("PHP packages of Composer: installed.json and composer.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/composer/installed.json", "**/composer.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = composer_read,
};
