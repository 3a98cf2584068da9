#include "model/advisory.h"

const char *feed_id_name(enum feed_id feed)
{
    static const char *const names[FEED_COUNT] = {
        [FEED_DEBIAN] = "debian",
        [FEED_ALPINE] = "alpine",
        [FEED_REDHAT_VEX] = "redhat-vex",
        [FEED_REDHAT_OVAL] = "redhat-oval",
        [FEED_SUSE_VEX] = "suse-vex",
        [FEED_SUSE_OVAL] = "suse-oval",
        [FEED_AMAZON] = "amazon",
        [FEED_ORACLE] = "oracle",
        [FEED_ROCKY] = "rocky",
        [FEED_PHOTON] = "photon",
        [FEED_PHOTON_OVAL] = "photon-oval",
        [FEED_AZURE] = "azure",
        [FEED_OSV] = "osv",
        [FEED_NVD] = "nvd",
        [FEED_KEV] = "kev",
        [FEED_EPSS] = "epss",
        [FEED_JARS] = "jars",
    };
    return feed < FEED_COUNT ? names[feed] : "";
}
