/* Red Hat's CSAF, https://security.access.redhat.com/data/csaf/v2/: VEX (a document a CVE, also as
 * one archive csaf_vex_DATE.tar.zst) and advisories (a document an erratum).
 *
 * Kept are RHEL and its streams of support; packages of layered products (Satellite, OpenShift ...)
 * are not asked for by any system, and would be most of the database. */
#include "base/i18n.h"
#include "feed/csaf.h"
#include "feed/redhat.h"

static struct str name_space(struct arena *arena, struct str cpe, struct str product)
{
    struct str name = redhat_namespace(arena, cpe);
    (void)product;
    if (str_starts(name, STR("Red Hat:enterprise_linux:")) ||
        str_starts(name, STR("Red Hat:rhel_")))
        return name;
    return STR_NONE;
}

static const struct csaf_publisher publisher = {
    .feed = FEED_REDHAT_VEX,
    .source = "redhat",
    .name_space = name_space,
};

static bool redhat_vex_recognise(struct str head)
{
    return csaf_recognise(head, "redhat.com");
}

static int redhat_vex_read(struct feed_import *import, struct feed_document *document,
                           struct pl_err *err)
{
    return csaf_import(import, document, &publisher, err);
}

const struct feed feed_redhat_vex = {
    .name = "redhat-vex",
    .help = N_("Red Hat's VEX and security advisories (CSAF, JSON)"),
    .id = FEED_REDHAT_VEX,
    .recognise = redhat_vex_recognise,
    .read = redhat_vex_read,
};
