/* Photon OS advisories as OVAL, one file a release. */
#include "base/i18n.h"
#include "feed/oval.h"

/* Systems call themselves "3.0", their advisories "Photon 3" or "Photon OS 3". */
static struct str namespace_of(struct arena *arena, struct str platform)
{
    size_t space = str_last_index(platform, ' ');
    if (!str_starts(platform, STR("Photon")) || space == SIZE_MAX)
        return STR_NONE;
    struct str release = str_from(platform, space + 1);
    bool minor = str_index(release, '.') != SIZE_MAX;
    return arena_printf(arena, "Photon OS:%.*s%s", STR_ARG(release), minor ? "" : ".0");
}

static void namespaces(const struct oval *oval, const struct oval_fact *fact, struct arena *arena,
                       void (*add)(void *context, struct str name_space), void *context)
{
    (void)oval;
    for (size_t i = 0; i < fact->platform_count; i++) {
        struct str name = namespace_of(arena, fact->platforms[i]);
        if (name.len)
            add(context, name);
    }
}

static const struct oval_publisher publisher = {
    .feed = FEED_PHOTON_OVAL,
    .source = "photon",
    .unit = NULL,
    .namespaces = namespaces,
};

static bool photon_oval_recognise(struct str head)
{
    return oval_recognise(head, "com.vmware.phsa");
}

static int photon_oval_read(struct feed_import *import, struct feed_document *document,
                            struct pl_err *err)
{
    return oval_import(import, document, &publisher, err);
}

const struct feed feed_photon_oval = {
    .name = "photon-oval",
    .help = N_("Photon OS advisories (OVAL, XML)"),
    .id = FEED_PHOTON_OVAL,
    .recognise = photon_oval_recognise,
    .read = photon_oval_read,
};
