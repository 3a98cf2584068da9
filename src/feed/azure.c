/* Azure Linux and CBL-Mariner, https://github.com/microsoft/AzureLinuxVulnerabilityData: one file a
 * release, which only the versions' dist tags tell. Packages are named by their sources. */
#include "base/i18n.h"
#include "feed/oval.h"

static struct str release_of(struct str version)
{
    static const struct {
        const char *tag, *release;
    } table[] = {{".azl", "3"}, {".cm1", "1"}, {".cm2", "2"}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        size_t at = str_find(version, str_of(table[i].tag));
        if (at == SIZE_MAX)
            continue;
        /* ".azl3", ".azl4" ... */
        struct str number = str_from(version, at + 4);
        if (i == 0 && number.len && number.data[0] >= '3' && number.data[0] <= '9')
            return str_first(number, 1);
        return str_of(table[i].release);
    }
    return STR_NONE;
}

static struct str release_of_document(const struct oval *oval)
{
    struct str release = STR_NONE;
    for (size_t i = 0; i < oval->states.count && !release.len; i++)
        release = release_of(oval->states.items[i].evr);
    return release;
}

static void namespaces(const struct oval *oval, const struct oval_fact *fact, struct arena *arena,
                       void (*add)(void *context, struct str name_space), void *context)
{
    struct str end = fact->range.fixed.len ? fact->range.fixed : fact->range.last_affected;
    struct str release = release_of(end);
    if (!release.len)
        release = release_of_document(oval);
    if (release.len)
        add(context, arena_printf(arena, "Azure Linux:%.*s", STR_ARG(release)));
}

static struct str unit(struct arena *arena, const struct oval *oval)
{
    (void)arena;
    return release_of_document(oval);
}

static const struct oval_publisher publisher = {
    .feed = FEED_AZURE,
    .source = "azure",
    .unit = unit,
    .namespaces = namespaces,
    .sources = true,
};

static bool azure_recognise(struct str head)
{
    return oval_recognise(head, "com.microsoft");
}

static int azure_read(struct feed_import *import, struct feed_document *document,
                      struct pl_err *err)
{
    return oval_import(import, document, &publisher, err);
}

#define AZURE(file, what)                                                                          \
    {                                                                                              \
        "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/" file,      \
            what, NULL                                                                             \
    }
static const struct feed_address addresses[] = {
    AZURE("azurelinux-3.0-oval.xml", "Azure Linux 3.0"),
    AZURE("cbl-mariner-2.0-oval.xml", "CBL-Mariner 2.0"),
    {NULL, NULL, NULL},
};

const struct feed feed_azure = {
    .name = "azure",
    .help = N_("Azure Linux and CBL-Mariner (OVAL, XML)"),
    .id = FEED_AZURE,
    .recognise = azure_recognise,
    .read = azure_read,
    .addresses = addresses,
};
