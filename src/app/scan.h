/* The use case "scan": a target becomes a report. */
#pragma once

#include "app/attached_use.h"
#include "app/collect.h"
#include "app/inspect_setup.h"
#include "app/target.h"
#include "base/progress.h"
#include "license/policy.h"
#include "model/report.h"

struct scan_options {
    struct target_options target; /* platform and progress are taken from below */
    struct str platform;          /* "os/arch[/variant]"; empty: this machine's */
    const char *database;         /* folder of the advisory database; NULL: packages only */
    struct str catalogers;        /* names or groups apart by commas; empty: all */
    unsigned jobs;                /* layers at once; 0: one for each core */
    /* Nothing is asked of packages: only the system's are read, which tell whose files are whose.
     */
    bool files_only;
    bool details;                          /* hashes, dependencies, licences by their texts */
    bool verify;                           /* check the digests of plain layers, too */
    uint64_t max_age;                      /* seconds that the database may be old; 0: any age */
    struct attached_options attached;      /* what is attached to images in registries */
    const struct license_policy *licenses; /* NULL: licences are not judged */
    const struct progress *progress;       /* NULL: none */
    const struct inspect_setup *inspect;   /* NULL: files are not looked into */
    struct cache *cache;                   /* of layers; NULL: none */
    struct layer_counts *counts;           /* added to: how many came out of it; NULL: none */
};

/* Fills a zeroed report. Negative: the target cannot be read at all (PL_E_NOT_FOUND, PL_E_IO,
 * PL_E_FORMAT, PL_E_UNSUPPORTED, PL_E_LIMIT), wrong use (PL_E_USAGE), or there is no usable
 * database (PL_E_DATABASE). What could not be examined in a target that can be read is a
 * diagnostic. */
int scan_target(struct str target, const struct scan_options *options, struct report *report,
                struct pl_err *err);
