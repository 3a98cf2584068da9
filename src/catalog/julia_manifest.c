/* Reads Julia's Manifest.toml: tables of packages, [[deps.Name]] since manifest_format 2.0 and
 * [[Name]] before. Source: Pkg.jl's documentation, "Project.toml and Manifest.toml". Packages
 * without a version are parts of Julia itself; those with a path are the project's own. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "io/json_doc.h"
#include "io/toml.h"

static void add(struct catalog_sink *sink, struct arena *arena, const char *name,
                const json_t *table)
{
    struct str uuid = json_text(table, "uuid");
    struct package package = {
        .type = PACKAGE_JULIA,
        .origin = PACKAGE_LOCKED,
        .name = str_of(name),
        .version = json_text(table, "version"),
    };
    if (uuid.len && uuid.len <= 64)
        package.qualifiers = arena_printf(arena, "uuid=%.*s", STR_ARG(uuid));
    struct details details = {0};
    if (details_start(&details, sink)) /* a list of names, or a table of their uuids */
        details_need_names(&details, json_object_get(table, "deps"));
    details_put(&details, &package);
    if (package.version.len && !json_text(table, "path").len)
        catalog_add_package(sink, &package);
    details_free(&details);
}

static int julia_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    struct arena arena = {0};
    const char *name;
    json_t *tables, *table;
    size_t index;
    (void)companion;
    int r = toml_document(input->whole, &root, err);
    if (r < 0)
        return r;
    json_t *deps = json_member(root, "deps");
    json_object_foreach(deps ? deps : root, name, tables) json_array_foreach(tables, index, table)
        add(sink, &arena, name, table);
    arena_free(&arena);
    return 0;
}

const struct cataloger cataloger_julia_manifest = {
    .name = "julia-manifest",
    .help = N_("Julia packages of Manifest.toml"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/Manifest.toml", "**/JuliaManifest.toml", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 8 * MIB,
    .read = julia_read,
};
