/* SUSE's OVAL, https://ftp.suse.com/pub/projects/security/oval/: one file a product, by
 * vulnerability ("affected" files have what is not fixed, too) or by patch. */
#include "base/i18n.h"
#include "feed/oval.h"
#include "feed/suse.h"

static void namespaces(const struct oval *oval, const struct oval_fact *fact, struct arena *arena,
                       void (*add)(void *context, struct str name_space), void *context)
{
    (void)oval;
    for (size_t i = 0; i < fact->platform_count; i++) {
        struct str name = suse_namespace(arena, fact->platforms[i]);
        if (name.len)
            add(context, name);
    }
}

static const struct oval_publisher publisher = {
    .feed = FEED_SUSE_OVAL,
    .source = "suse",
    .unit = NULL,
    .namespaces = namespaces,
};

static bool suse_oval_recognise(struct str head)
{
    return oval_recognise(head, "org.opensuse.security");
}

static int suse_oval_read(struct feed_import *import, struct feed_document *document,
                          struct pl_err *err)
{
    return oval_import(import, document, &publisher, err);
}

const struct feed feed_suse_oval = {
    .name = "suse-oval",
    .help = N_("SUSE's and openSUSE's OVAL (XML)"),
    .id = FEED_SUSE_OVAL,
    .recognise = suse_oval_recognise,
    .read = suse_oval_read,
};
