/* SUSE's CSAF, https://ftp.suse.com/pub/projects/security/: csaf-vex (a document a CVE, also as one
 * archive csaf-vex.tar.bz2) and csaf (a document an update). Packages are named in relationships
 * alone, by name or by name, version and release; fixed ones are "recommended". */
#include "base/i18n.h"
#include "feed/csaf.h"
#include "feed/suse.h"

static struct str name_space(struct arena *arena, struct str cpe, struct str product)
{
    (void)cpe;
    return suse_namespace(arena, product);
}

static const struct csaf_publisher publisher = {
    .feed = FEED_SUSE_VEX,
    .source = "suse",
    .name_space = name_space,
    .plain_names = true,
};

static bool suse_vex_recognise(struct str head)
{
    return csaf_recognise(head, "suse.com");
}

static int suse_vex_read(struct feed_import *import, struct feed_document *document,
                         struct pl_err *err)
{
    return csaf_import(import, document, &publisher, err);
}

const struct feed feed_suse_vex = {
    .name = "suse-vex",
    .help = N_("SUSE's VEX and security advisories (CSAF, JSON)"),
    .id = FEED_SUSE_VEX,
    .recognise = suse_vex_recognise,
    .read = suse_vex_read,
};
