/* Reads Podfile.lock (CocoaPods, Lockfile): the list PODS, whose items are "Name (1.2.3)", with
 * what they need below them. A subspec ("Name/Core") is a part of its pod, which is told once. Pods
 * of a path are the project's own. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "catalog/text.h"

/* True for a pod that EXTERNAL SOURCES takes from a path. */
static bool is_local(struct str sources, struct str pod)
{
    struct str line;
    bool inside = false;
    while (str_cut(&sources, '\n', &line)) {
        if (str_starts(line, STR("    "))) {
            if (inside && str_starts(str_trim(line), STR(":path:")))
                return true;
            continue;
        }
        struct str name = str_trim(line);
        if (str_ends(name, STR(":")))
            name.len--;
        inside = str_equal(text_unquoted(name, '"'), pod);
    }
    return false;
}

/* Below its pod: "    - Other/Core (~> 1.0)"; another part of the pod itself is not told. */
static void take_needs(struct relations *needs, struct str below, struct str pod)
{
    struct str line;
    while (str_cut(&below, '\n', &line) && str_starts(line, STR("    - "))) {
        struct str name = text_unquoted(str_trim(str_from(line, 6)), '"');
        name = str_first(name, str_index(name, ' '));
        name = str_first(name, str_index(name, '/'));
        if (!str_equal(name, pod))
            relations_add(needs, name);
    }
}

static void add_pod(struct catalog_sink *sink, struct str item, struct str sources,
                    struct str below)
{
    if (str_ends(item, STR(":")))
        item.len--;
    item = text_unquoted(str_trim(item), '"');
    size_t open = str_find(item, STR(" ("));
    if (open == SIZE_MAX || !str_ends(item, STR(")")))
        return;
    struct str name = str_first(item, open), version = str_from(item, open + 2);
    version.len--;
    struct package package = {
        .type = PACKAGE_COCOAPODS,
        .origin = PACKAGE_LOCKED,
        .name = str_first(name, str_index(name, '/')),
        .version = version,
    };
    struct details details = {0};
    if (details_start(&details, sink))
        take_needs(&details.needs, below, package.name);
    details_put(&details, &package);
    if (text_is_version(version) && !is_local(sources, package.name))
        catalog_add_package(sink, &package);
    details_free(&details);
}

static int cocoapods_read(struct catalog_sink *sink, struct input *input, struct str companion,
                          struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct str rest = input->whole, line, sources = STR_NONE;
    size_t at = str_find(rest, STR("\nEXTERNAL SOURCES:\n"));
    if (at != SIZE_MAX) {
        sources = str_from(rest, at + 19);
        sources = str_first(sources, str_find(sources, STR("\n\n")));
    }
    bool inside = false;
    while (str_cut(&rest, '\n', &line)) {
        if (line.len && line.data[0] != ' ')
            inside = str_is(str_trim(line), "PODS:");
        else if (inside && str_starts(line, STR("  - ")))
            add_pod(sink, str_trim(str_from(line, 4)), sources, rest);
    }
    return 0;
}

const struct cataloger cataloger_cocoapods_lock = {
    .name = "cocoapods-lock",
    .help = N_("CocoaPods of Podfile.lock"),
    .group = "language",
    .version = 2,
    .wants = (const char *const[]){"**/Podfile.lock", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = 32 * MIB,
    .read = cocoapods_read,
};
