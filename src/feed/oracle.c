/* Oracle Linux errata as OVAL, https://linux.oracle.com/security/oval/: one file for all releases.
 */
#include "base/i18n.h"
#include "feed/oval.h"

static struct str namespace_of(struct arena *arena, struct str platform)
{
    if (!str_starts(platform, STR("Oracle Linux ")))
        return STR_NONE;
    return arena_printf(arena, "Oracle Linux:%.*s", STR_ARG(str_from(platform, 13)));
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

static struct str unit(struct arena *arena, const struct oval *oval)
{
    (void)arena;
    (void)oval;
    return STR("");
}

static const struct oval_publisher publisher = {
    .feed = FEED_ORACLE,
    .source = "oracle",
    .unit = unit,
    .namespaces = namespaces,
    .own_rebuilds = true,
};

static bool oracle_recognise(struct str head)
{
    return oval_recognise(head, "com.oracle");
}

static int oracle_read(struct feed_import *import, struct feed_document *document,
                       struct pl_err *err)
{
    return oval_import(import, document, &publisher, err);
}

static const struct feed_address addresses[] = {
    {"https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2", "Oracle Linux errata",
     NULL},
    {NULL, NULL, NULL},
};

const struct feed feed_oracle = {
    .name = "oracle",
    .help = N_("Oracle Linux errata (OVAL, XML)"),
    .id = FEED_ORACLE,
    .recognise = oracle_recognise,
    .read = oracle_read,
    .addresses = addresses,
};
