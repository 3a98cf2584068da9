/* Matching: a catalog of packages and a database make findings. Touches no file and no network, so
 * the same catalog can be matched again whenever the database changes.
 *
 * Debian, Ubuntu and Alpine speak of source packages, rpm families of binary ones. Of the feeds
 * that speak of one vulnerability in one package, the most trusted (enum feed_id) decides alone. */
#pragma once

#include "model/report.h"
#include "vulndb/vulndb.h"

/* A namespace of the database to ask, most specific first. */
struct match_namespace {
    struct str name;
    struct str stream; /* the subscription whose fixes it tells of; empty: everybody's */
    bool out_of_reach; /* the system does not use that stream: its fixes are told, not counted */
};

/* Adds a finding for every vulnerability of the report's packages and sorts them. The report's
 * packages must be in their final order. Packages of the system are looked up only when the
 * database speaks of its release (`system_known`). `root` names the repository or root for
 * fingerprints. */
void match_report(struct report *report, const struct vulndb *db,
                  const struct match_namespace *namespaces, size_t namespace_count,
                  bool system_known, struct str root);
