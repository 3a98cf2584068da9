/* Advisories as feeds tell them and the database keeps them. */
#pragma once

#include "base/str.h"
#include "score/cvss.h"
#include "score/severity.h"

/* What a feed says of one package and one vulnerability. */
enum advisory_status {
    ADVISORY_AFFECTED,            /* in the ranges given; fixed where a range says so */
    ADVISORY_NOT_AFFECTED,        /* never affected (Debian and secdb: fix version 0) */
    ADVISORY_WONT_FIX,            /* Debian: no-DSA with reason "ignored" */
    ADVISORY_DEFERRED,            /* Debian: "postponed" */
    ADVISORY_UNDER_INVESTIGATION, /* Debian: undetermined */
    ADVISORY_END_OF_LIFE,         /* the distribution no longer supports the package */
};

/* Affected from `introduced` (inclusive, with `after` exclusive; "0" or empty: from the first) up
 * to `fixed` (exclusive), or `last_affected` (inclusive), or without end when both are empty. */
struct advisory_range {
    struct str introduced;
    struct str fixed;
    struct str last_affected;
    bool after; /* affected only behind `introduced` */
};

/* The feeds, most trusted first for packages of an operating system: a publisher's own feed before
 * what others make of it, its statements on products (VEX) before its OVAL, and that before its
 * errata; then the databases of ecosystems (all OSV), then NVD. Feeds of different publishers never
 * meet on one package: their order among one another means nothing. */
enum feed_id {
    FEED_DEBIAN,
    FEED_ALPINE,
    FEED_REDHAT_VEX,
    FEED_REDHAT_OVAL,
    FEED_SUSE_VEX,
    FEED_SUSE_OVAL,
    FEED_AMAZON,
    FEED_ORACLE,
    FEED_ROCKY, /* its errata API; its OSV records are FEED_OSV */
    FEED_PHOTON,
    FEED_PHOTON_OVAL,
    FEED_AZURE,
    FEED_OSV,
    FEED_NVD,
    FEED_KEV,
    FEED_EPSS,
    FEED_JARS, /* no advisories: what jars are, by their SHA-1 */
    FEED_COUNT
};
/* "debian": as `plimsoll list feeds`, reports and the database name it. */
const char *feed_id_name(enum feed_id feed);

struct cvss_entry {
    enum cvss_version version;
    double score;
    struct str vector;
    struct str source; /* who scored it: "nvd@nist.gov", "osv:GHSA" ... */
};
