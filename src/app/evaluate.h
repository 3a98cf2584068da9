/* From a catalog of packages to findings: what an image, a folder and a bill of materials have in
 * common once their packages and their system are known. Touches no file but the database. */
#pragma once

#include "model/report.h"
#include "vulndb/vulndb.h"

struct evaluate_options {
    const char *database; /* folder of the advisory database */
    uint64_t max_age;     /* seconds that it may be old; 0: any age */
};

/* PL_E_DATABASE: there is no usable database, or it is too old. */
int evaluate_open(const struct evaluate_options *options, struct vulndb **ret_db,
                  struct pl_err *err);

/* Tells of a system that is past its end of life or shows no packages. Needs target.os and
 * packages, no database. */
void evaluate_system(struct report *report);

/* Fills database and findings. The report's packages are in their final order, with their purls;
 * target.root names the target for fingerprints. Negative: the database is damaged. */
int evaluate(struct report *report, const struct vulndb *db, const struct evaluate_options *options,
             struct pl_err *err);
