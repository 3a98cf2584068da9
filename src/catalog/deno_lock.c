/* Reads deno.lock: Deno's documentation, "Lock file", versions 2 to 5. npm packages stand in "npm"
 * (4, 5), "packages"."npm" (3) or "npm"."packages" (2), with keys like "name@1.0.0_peer@2.0.0"; JSR
 * packages in "jsr" or "packages"."jsr", "@scope/name@1.0.0".
 *
 * Decisions: the purl specification has no type for JSR, so its packages are generic ones. Modules
 * by address ("remote") have no name and no version. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "io/json_doc.h"

static void add_keys(struct catalog_sink *sink, enum package_type type, const json_t *list)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)list, key, value)
    {
        struct str name, version;
        if (!locked_split_at(str_of(key), &name, &version))
            continue;
        if (type == PACKAGE_NPM)
            version = str_first(version, str_index(version, '_'));
        locked_add(sink, type, name, version, false);
    }
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
    .version = 1,
    .wants = (const char *const[]){"**/deno.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = deno_read,
};
