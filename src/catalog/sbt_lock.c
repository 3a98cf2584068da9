/* Reads build.sbt.lock of the sbt-dependency-lock plugin: JSON, "dependencies" with org, name,
 * version and the configurations that use it. Development: none of them is one of running. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "io/json_doc.h"

static bool is_development(const json_t *entry)
{
    static const char *const running[] = {"compile", "runtime", "provided", "optional"};
    const json_t *list = json_list(entry, "configurations");
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item) for (size_t i = 0; i < ARRAY_LEN(running);
                                               i++) if (json_is_string(item) &&
                                                        strcmp(json_string_value(item),
                                                               running[i]) == 0) return false;
    return json_array_size(list) != 0;
}

static void add(struct catalog_sink *sink, size_t index, const json_t *entry)
{
    struct arena scratch = {0};
    struct pl_err problem;
    struct str group = json_text(entry, "org"), name = json_text(entry, "name");
    struct package package = {
        .type = PACKAGE_MAVEN,
        .origin = PACKAGE_LOCKED,
        .development = is_development(entry),
        .name = arena_printf(&scratch, "%.*s:%.*s", STR_ARG(group), STR_ARG(name)),
        .version = json_text(entry, "version"),
    };
    if (group.len && name.len && package.version.len) {
        catalog_add_package(sink, &package);
    } else if (catalog_wants_problem(sink)) {
        err_set(&problem, PL_E_FORMAT, "dependency %zu has no org, no name or no version",
                index + 1);
        catalog_add_problem(sink, &problem);
    }
    arena_free(&scratch);
}

static int sbt_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    size_t index;
    json_t *entry;
    (void)companion;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    json_array_foreach(json_list(root, "dependencies"), index, entry) add(sink, index, entry);
    return 0;
}

const struct cataloger cataloger_sbt_lock = {
    .name = "sbt-lock",
    .help = N_("sbt's dependencies (build.sbt.lock)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/build.sbt.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_WHOLE,
    .read = sbt_read,
};
