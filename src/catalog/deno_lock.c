/* Reads deno.lock: Deno's documentation, "Lock file", versions 2 to 5. npm packages stand in "npm"
 * (4, 5), "packages"."npm" (3) or "npm"."packages" (2), with keys like "name@1.0.0_peer@2.0.0"; JSR
 * packages in "jsr" or "packages"."jsr", "@scope/name@1.0.0".
 *
 * Decisions: the purl specification has no type for JSR, so its packages are generic ones. Modules
 * by address ("remote") have no name and no version. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "io/json_doc.h"

/* "b", "b@2.0.0" or "b@2.0.0_peer@1.0.0" of a list, or as an object's values (3). */
static void add_need(struct details *details, const json_t *value)
{
    struct str text = str_make(json_string_value(value), json_string_length(value));
    struct str name = text, version = STR_NONE;
    if (text.len)
        locked_split_at(text, &name, &version);
    relations_add_version(&details->needs, name, str_first(version, str_index(version, '_')));
}

static void take_details(struct details *details, const json_t *entry)
{
    static const char *const lists[] = {"dependencies", "optionalDependencies"};
    const char *key;
    json_t *value;
    size_t index;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        json_t *needs = json_object_get(entry, lists[i]);
        json_object_foreach(needs, key, value) add_need(details, value);
        json_array_foreach(needs, index, value) add_need(details, value);
    }
    details_integrity(details, json_text(entry, "integrity"));
}

static void add_keys(struct catalog_sink *sink, enum package_type type, const json_t *list)
{
    const char *key;
    json_t *value;
    struct details details = {0};
    json_object_foreach((json_t *)(uintptr_t)list, key, value)
    {
        struct str name, version;
        if (!locked_split_at(str_of(key), &name, &version))
            continue;
        if (type == PACKAGE_NPM)
            version = str_first(version, str_index(version, '_'));
        struct package package = {.type = type, .name = name, .version = version};
        if (details_start(&details, sink) && type == PACKAGE_NPM)
            take_details(&details, value);
        details_put(&details, &package);
        locked_add_package(sink, &package);
    }
    details_free(&details);
}

static int deno_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    (void)companion;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    const json_t *packages = json_member(root, "packages"), *npm = json_member(root, "npm");
    const json_t *nested = json_member(npm, "packages");
    add_keys(sink, PACKAGE_NPM, json_member(packages, "npm"));
    add_keys(sink, PACKAGE_NPM, nested ? nested : npm);
    add_keys(sink, PACKAGE_GENERIC, json_member(packages, "jsr"));
    add_keys(sink, PACKAGE_GENERIC, json_member(root, "jsr"));
    return 0;
}

const struct cataloger cataloger_deno_lock = {
    .name = "deno-lock",
    .help = N_("npm and JSR packages of deno.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/deno.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = deno_read,
};
