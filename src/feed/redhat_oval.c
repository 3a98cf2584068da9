/* Red Hat's OVAL v2, https://security.access.redhat.com/data/oval/v2/: one stream a file, "patch"
 * definitions for errata and, in files "including-unpatched", "vulnerability" definitions for what
 * is not fixed. Definitions are for products, which CPEs name. */
#include "base/i18n.h"
#include "feed/oval.h"
#include "feed/redhat.h"

static void namespaces(const struct oval *oval, const struct oval_fact *fact, struct arena *arena,
                       void (*add)(void *context, struct str name_space), void *context)
{
    const struct oval_definition *definition = fact->definition;
    size_t count = definition->cpe_end - definition->cpes;
    const struct str *cpes = count ? oval->cpes.items + definition->cpes : NULL;
    for (size_t i = 0; i < count; i++) {
        struct str name = redhat_namespace(arena, cpes[i]);
        /* A product as a whole stands for its repositories. */
        bool covered = false;
        for (size_t k = 0; k < count && name.len && !covered; k++) {
            struct str other = redhat_namespace(arena, cpes[k]);
            bool whole = other.len && name.len > other.len + 2 && str_starts(name, other) &&
                         name.data[other.len] == ':' && name.data[other.len + 1] == ':';
            covered = whole || (k < i && str_equal(other, name));
        }
        if (name.len && !covered)
            add(context, name);
    }
}

static const struct oval_publisher publisher = {
    .feed = FEED_REDHAT_OVAL,
    .source = "redhat",
    .unit = NULL,
    .namespaces = namespaces,
};

static bool redhat_oval_recognise(struct str head)
{
    return oval_recognise(head, "com.redhat");
}

static int redhat_oval_read(struct feed_import *import, struct feed_document *document,
                            struct pl_err *err)
{
    return oval_import(import, document, &publisher, err);
}

const struct feed feed_redhat_oval = {
    .name = "redhat-oval",
    .help = N_("Red Hat's OVAL v2, streams of RHEL (XML)"),
    .id = FEED_REDHAT_OVAL,
    .recognise = redhat_oval_recognise,
    .read = redhat_oval_read,
};
