/* Reads Pipfile.lock: Pipenv's documentation, "Pipfile & Pipfile.lock". Each group is an object of
 * packages; "develop" and those besides "default" whose names speak of it are for development.
 *
 * Decisions: only an exact "==" version is a package; folders and repositories have none. A marker
 * that is false on Linux drops the package. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/locked.h"
#include "catalog/python_marker.h"
#include "io/json_doc.h"

/* Of several it is not known which archive is meant. */
static void take_hash(struct details *details, const json_t *hashes)
{
    const json_t *only = json_array_get(hashes, 0);
    if (json_array_size(hashes) == 1)
        details_hash_prefixed(details, str_make(json_string_value(only), json_string_length(only)));
}

static void add_group(struct catalog_sink *sink, const json_t *group, bool development)
{
    const char *name;
    json_t *entry;
    struct details details = {0};
    json_object_foreach((json_t *)(uintptr_t)group, name, entry)
    {
        struct str version = json_text(entry, "version"), markers = json_text(entry, "markers");
        if (!str_starts(version, STR("==")) || python_marker_excludes_linux(markers))
            continue;
        version = str_from(version, str_starts(version, STR("===")) ? 3 : 2);
        struct package package = {.type = PACKAGE_PYPI,
                                  .development = development,
                                  .name = str_of(name),
                                  .version = str_trim(version)};
        if (details_start(&details, sink))
            take_hash(&details, json_list(entry, "hashes"));
        details_put(&details, &package);
        locked_add_package(sink, &package);
    }
    details_free(&details);
}

static int pipfile_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    const char *name;
    json_t *group;
    (void)companion;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    json_object_foreach(root, name, group)
    {
        if (json_is_object(group) && strcmp(name, "_meta") != 0)
            add_group(sink, group, strncmp(name, "dev", 3) == 0 || strncmp(name, "test", 4) == 0);
    }
    return 0;
}

const struct cataloger cataloger_pipfile_lock = {
    .name = "pipfile-lock",
    .help = N_("Python distributions of Pipfile.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/Pipfile.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = pipfile_read,
};
