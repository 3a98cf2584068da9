/* Reads the package.json of installed npm packages: npm's documentation, package.json(5).
 *
 * Decisions:
 * - Below a node_modules folder only what npm itself takes for a package counts: the folders in it,
 *   and those one below a scope. A package.json deeper inside of a package is a test's or a
 * build's.
 * - Anywhere else one with a name and a version counts: applications, and packages that were
 *   unpacked by hand or installed by a distribution (/usr/share/nodejs).
 * - Without a name or a version it is no package ("private": true needs neither). */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/json_members.h"
#include "catalog/npm_names.h"
#include "io/json_doc.h"

/* Those from NEEDS on are looked for only when details are asked for. */
enum { NAME, VERSION, LICENSE, LICENSES, NEEDS, MEMBERS = NEEDS + 3 };
enum { LICENSES_MAX = 8 };

static void take_need(void *context, struct str name)
{
    struct details *details = context;
    relations_add(&details->needs, name);
}

/* {"type": "MIT", …}: how packages before 2015 wrote it. */
static struct str license_type(struct arena *arena, const struct json_member_value *value)
{
    static const char *const names[] = {"type"};
    struct json_member_value type;
    struct pl_err ignored;
    struct str text = json_member_text(arena, value);
    if (text.len || value->raw.len == 0)
        return text;
    if (json_members(str_trim(value->raw), names, &type, 1, &ignored) < 0)
        return STR_NONE;
    return json_member_text(arena, &type);
}

/* One licence, or a list of those that may be chosen from; how many there are. */
static size_t take_licenses(struct arena *arena, const struct json_member_value *value,
                            struct str licenses[LICENSES_MAX])
{
    struct pl_err ignored;
    AUTO_JSON *list = NULL;
    size_t count = 0;
    if (value->raw.len == 0 || value->raw.data[0] != '[') {
        licenses[0] = license_type(arena, value);
        return licenses[0].len != 0;
    }
    if (json_document(value->raw, &list, &ignored) < 0)
        return 0;
    for (size_t i = 0; i < json_array_size(list) && count < LICENSES_MAX; i++) {
        const json_t *item = json_array_get(list, i);
        struct str text = json_is_string(item)
                              ? str_make(json_string_value(item), json_string_length(item))
                              : json_text(item, "type");
        if (text.len)
            licenses[count++] = arena_str(arena, text);
    }
    return count;
}

static int npm_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    static const char *const names[MEMBERS] = {"name",
                                               "version",
                                               "license",
                                               "licenses",
                                               "dependencies",
                                               "optionalDependencies",
                                               "peerDependencies"};
    struct json_member_value values[MEMBERS];
    struct arena arena = {0};
    struct details details = {0};
    (void)companion;
    if (!npm_path_is_package(input->path))
        return 0;
    bool wants_details = catalog_wants_details(sink);
    int r = json_members(input->whole, names, values, wants_details ? MEMBERS : NEEDS, err);
    if (r < 0)
        return r;
    struct str licenses[LICENSES_MAX];
    size_t license_count = take_licenses(&arena, &values[LICENSE], licenses);
    if (license_count == 0)
        license_count = take_licenses(&arena, &values[LICENSES], licenses);
    struct package package = {
        .type = PACKAGE_NPM,
        .name = json_member_text(&arena, &values[NAME]),
        .version = str_trim(json_member_text(&arena, &values[VERSION])),
        .licenses = licenses,
        .license_count = license_count,
    };
    if (npm_name_is_valid(package.name) && package.version.len) {
        /* Each by its name alone: which one is meant, its folder tells. */
        for (size_t i = NEEDS; i < MEMBERS && wants_details; i++)
            json_member_names(values[i].raw, take_need, &details);
        details_put(&details, &package);
        catalog_add_package(sink, &package);
    }
    details_free(&details);
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_npm_installed = {
    .name = "npm-installed",
    .help = N_("installed npm packages (package.json)"),
    .group = "language",
    .version = 3,
    .wants = (const char *const[]){"**/package.json", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = npm_read,
};
