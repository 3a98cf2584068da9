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

enum { NAME, VERSION, LICENSE, LICENSES, MEMBERS };

/* Each by its name alone: which one is meant, its folder tells. */
static void take_needs(struct details *details, struct str manifest)
{
    static const char *const names[] = {"dependencies", "optionalDependencies", "peerDependencies"};
    struct json_member_value values[ARRAY_LEN(names)];
    struct pl_err ignored;
    if (json_members(manifest, names, values, ARRAY_LEN(names), &ignored) < 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_JSON *object = NULL;
        if (str_starts(values[i].raw, STR("{")) &&
            json_document(values[i].raw, &object, &ignored) == 0)
            details_need_names(details, object);
    }
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
    struct str raw = value->raw;
    if (raw.data[0] == '[') /* the first of a list is enough to know that there is one */
        raw = str_first(str_from(raw, 1), raw.len - 2);
    if (json_members(str_trim(raw), names, &type, 1, &ignored) < 0)
        return STR_NONE;
    return json_member_text(arena, &type);
}

static int npm_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    static const char *const names[MEMBERS] = {"name", "version", "license", "licenses"};
    struct json_member_value values[MEMBERS];
    struct arena arena = {0};
    struct details details = {0};
    (void)companion;
    if (!npm_path_is_package(input->path))
        return 0;
    int r = json_members(input->whole, names, values, MEMBERS, err);
    if (r < 0)
        return r;
    struct str license = license_type(&arena, &values[LICENSE]);
    if (!license.len)
        license = license_type(&arena, &values[LICENSES]);
    struct package package = {
        .type = PACKAGE_NPM,
        .name = json_member_text(&arena, &values[NAME]),
        .version = str_trim(json_member_text(&arena, &values[VERSION])),
        .licenses = &license,
        .license_count = license.len != 0,
    };
    if (npm_name_is_valid(package.name) && package.version.len) {
        if (details_start(&details, sink))
            take_needs(&details, input->whole);
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
    .version = 2,
    .wants = (const char *const[]){"**/package.json", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = npm_read,
};
