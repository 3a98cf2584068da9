/* Reads Gradle's version catalogs (gradle/libs.versions.toml): the libraries that a build can ask
 * for. Source: Gradle, "Version Catalogs", the TOML file format.
 *
 * Only a plain version counts ("1.2", strictly or require of one); ranges, "1.+" and latest.* do
 * not, and neither do plugins. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "io/toml.h"

/* A text, or a table of what is demanded. */
static struct str version_of(const json_t *value)
{
    static const char *const kinds[] = {"strictly", "require", "prefer"};
    struct str text = json_value_text(value);
    for (size_t i = 0; i < ARRAY_LEN(kinds) && !text.len; i++)
        text = json_text(value, kinds[i]);
    text = str_first(text, str_find(text, STR("!!"))); /* strictly, in short */
    bool open = !text.len || strchr("[(]", text.data[0]) || text.data[text.len - 1] == '+' ||
                str_starts(text, STR("latest."));
    return open ? STR_NONE : text;
}

static void add(struct catalog_sink *sink, struct str name, struct str version)
{
    size_t colon = str_index(name, ':');
    struct package package = {
        .type = PACKAGE_MAVEN, .origin = PACKAGE_DECLARED, .name = name, .version = version};
    if (version.len && colon != SIZE_MAX && colon > 0 && colon + 1 < name.len)
        catalog_add_package(sink, &package);
}

static void add_library(struct catalog_sink *sink, const json_t *versions, const json_t *library)
{
    struct str text = json_value_text(library), name = json_text(library, "module");
    struct arena scratch = {0};
    if (text.len) { /* "group:artifact:version" */
        size_t colon = str_last_index(text, ':');
        if (colon == SIZE_MAX || str_index(text, ':') == colon)
            return;
        AUTO_JSON *version = json_stringn(text.data + colon + 1, text.len - colon - 1);
        add(sink, str_first(text, colon), version_of(version));
        return;
    }
    if (!name.len)
        name = arena_printf(&scratch, "%.*s:%.*s", STR_ARG(json_text(library, "group")),
                            STR_ARG(json_text(library, "name")));
    const json_t *version = json_object_get(library, "version");
    struct str ref = json_text(version, "ref");
    if (ref.len)
        version = json_object_getn(versions, ref.data, ref.len);
    add(sink, name, version_of(version));
    arena_free(&scratch);
}

static int gradle_read(struct catalog_sink *sink, struct input *input, struct str companion,
                       struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    const char *key;
    json_t *library;
    (void)companion;
    int r = toml_document(input->whole, &root, err);
    if (r < 0)
        return r;
    const json_t *versions = json_member(root, "versions");
    json_object_foreach(json_member(root, "libraries"), key, library)
        add_library(sink, versions, library);
    return 0;
}

const struct cataloger cataloger_gradle_catalog = {
    .name = "gradle-catalog",
    .help = N_("libraries of Gradle's version catalogs (libs.versions.toml)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/libs.versions.toml", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = gradle_read,
};
