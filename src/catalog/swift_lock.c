/* Reads Package.resolved of the Swift package manager, versions 1 to 3 (SwiftPM, PackageResolved).
 * Names are the repositories' addresses without their scheme and ".git", as OSV's SwiftURL has
 * them. A pin on a branch or a commit has no version and is passed over. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"
#include "io/json_doc.h"

static struct str name_of(struct str url)
{
    size_t scheme = str_find(url, STR("://"));
    if (scheme != SIZE_MAX)
        url = str_from(url, scheme + 3);
    size_t at = str_index(url, '@'), slash = str_index(url, '/');
    if (at != SIZE_MAX && (slash == SIZE_MAX || at < slash))
        url = str_from(url, at + 1);
    if (str_ends(url, STR("/")))
        url.len--;
    if (str_ends(url, STR(".git")))
        url.len -= 4;
    return url;
}

static int swift_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    (void)companion;
    AUTO_JSON *root = NULL;
    size_t index;
    json_t *pin;
    int r = json_document(input->whole, &root, err);
    if (r < 0)
        return r;
    const json_t *object = json_member(root, "object");
    json_array_foreach(json_list(object ? object : root, "pins"), index, pin)
    {
        struct str url = json_text(pin, "location"), identity = json_text(pin, "identity");
        if (!url.len)
            url = json_text(pin, "repositoryURL");
        struct package package = {
            .type = PACKAGE_SWIFT,
            .origin = PACKAGE_LOCKED,
            .name = str_is(json_text(pin, "kind"), "registry") ? identity : name_of(url),
            .version = json_text(json_member(pin, "state"), "version"),
        };
        if (package.name.len && package.version.len)
            catalog_add_package(sink, &package);
    }
    return 0;
}

const struct cataloger cataloger_swift_lock = {
    .name = "swift-lock",
    .help = N_("Swift packages of Package.resolved"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/Package.resolved", "**/.package.resolved", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = swift_read,
};
