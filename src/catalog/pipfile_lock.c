/* Reads Pipfile.lock: Pipenv's documentation, "Pipfile & Pipfile.lock". Each group is an object of
 * packages; "develop" and those besides "default" whose names speak of it are for development.
 *
 * Decisions: only an exact "==" version is a package; folders and repositories have none. A marker
 * that is false on Linux drops the package. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/locked.h"
#include "catalog/python_marker.h"
#include "io/json_doc.h"

static void add_group(struct catalog_sink *sink, const json_t *group, bool development)
{
    const char *name;
    json_t *entry;
    json_object_foreach((json_t *)(uintptr_t)group, name, entry)
    {
        struct str version = json_text(entry, "version"), markers = json_text(entry, "markers");
        if (!str_starts(version, STR("==")) || python_marker_excludes_linux(markers))
            continue;
        version = str_from(version, str_starts(version, STR("===")) ? 3 : 2);
        locked_add(sink, PACKAGE_PYPI, str_of(name), str_trim(version), development);
    }
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
    .version = 1,
    .wants = (const char *const[]){"**/Pipfile.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = pipfile_read,
};
