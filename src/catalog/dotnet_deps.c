/* Reads NAME.deps.json beside .NET programs: .NET's documentation, "runtime configuration files"
 * (deps.json). "libraries" names each as "Name/1.2.3" with its type.
 *
 * Decisions: types "package" and "runtimepack" count (the latter is the runtime that a program
 * brings along; its package has the name without "runtimepack."); "project" and "reference" are the
 * program itself. What "targets" calls compileOnly is not there at run time. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "io/json_doc.h"

enum { TARGETS_MAX = 16 }; /* real files have one or two */

/* {"targets": {"….NETCoreApp,Version=v8.0": {"Name/1.2.3": {"compileOnly": true}}}} */
static bool is_compile_only(const json_t *targets, const char *library)
{
    const char *name;
    json_t *target;
    size_t asked = 0;
    json_object_foreach((json_t *)(uintptr_t)targets, name, target)
    {
        if (++asked > TARGETS_MAX)
            break;
        const json_t *entry = json_object_get(target, library);
        if (json_is_true(json_object_get(entry, "compileOnly")))
            return true;
        if (entry)
            return false;
    }
    return false;
}

/* {"targets": {"…": {"Name/1.2.3": {"dependencies": {"Other": "2.0.0"}}}}} */
static void take_needs(struct details *details, const json_t *targets, const char *library)
{
    const char *name, *needed;
    json_t *target, *version;
    size_t asked = 0;
    json_object_foreach((json_t *)(uintptr_t)targets, name, target)
    {
        if (++asked > TARGETS_MAX)
            break;
        const json_t *needs = json_member(json_object_get(target, library), "dependencies");
        json_object_foreach((json_t *)(uintptr_t)needs, needed, version)
            relations_add_version(&details->needs, str_of(needed), json_text(needs, needed));
    }
}

static int deps_read(struct catalog_sink *sink, struct input *input, struct str companion,
                     struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    const char *key;
    json_t *library;
    struct details details = {0};
    (void)companion;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    const json_t *targets = json_member(root, "targets");
    json_object_foreach((json_t *)(uintptr_t)json_member(root, "libraries"), key, library)
    {
        struct str type = json_text(library, "type"), text = str_of(key);
        size_t slash = str_index(text, '/');
        bool is_runtime = str_is(type, "runtimepack");
        if ((!str_is(type, "package") && !is_runtime) || slash == SIZE_MAX ||
            is_compile_only(targets, key))
            continue;
        struct package package = {.type = PACKAGE_NUGET,
                                  .name = str_first(text, slash),
                                  .version = str_from(text, slash + 1)};
        if (is_runtime && str_starts(package.name, STR("runtimepack.")))
            package.name = str_from(package.name, strlen("runtimepack."));
        if (details_start(&details, sink)) {
            take_needs(&details, targets, key);
            details_integrity(&details, json_text(library, "sha512"));
        }
        details_put(&details, &package);
        catalog_add_package(sink, &package);
    }
    details_free(&details);
    return 0;
}

const struct cataloger cataloger_dotnet_deps = {
    .name = "dotnet-deps",
    .help = N_("NuGet packages of .NET programs (deps.json)"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/*.deps.json", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = deps_read,
};
