/* Reads pubspec.lock (Dart, Flutter): packages by name with source and version. Source: Dart's
 * documentation, "The pubspec.lock file". Packages of a path or of an SDK are the project's own and
 * the SDK's; one of a repository (git) has the version of its own pubspec. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "io/json_doc.h"
#include "io/yaml.h"

static void add(struct catalog_sink *sink, struct str name, const json_t *entry)
{
    struct str source = json_text(entry, "source");
    struct package package = {
        .type = PACKAGE_PUB,
        .origin = PACKAGE_LOCKED,
        .development = str_is(json_text(entry, "dependency"), "direct dev"),
        .name = name,
        .version = json_text(entry, "version"),
    };
    struct details details = {0};
    if (details_start(&details, sink) && str_is(source, "hosted"))
        details_hash(&details, "sha256", json_text(json_member(entry, "description"), "sha256"));
    details_put(&details, &package);
    if (package.version.len && !str_is(source, "sdk") && !str_is(source, "path"))
        catalog_add_package(sink, &package);
    details_free(&details);
}

static int pub_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    const char *name;
    json_t *entry;
    (void)companion;
    int r = yaml_document(input->whole, &root, err);
    if (r < 0)
        return r;
    json_object_foreach(json_member(root, "packages"), name, entry) add(sink, str_of(name), entry);
    return 0;
}

const struct cataloger cataloger_pub_lock = {
    .name = "pub-lock",
    .help = N_("Dart packages of pubspec.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/pubspec.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 4 * MIB,
    .read = pub_read,
};
