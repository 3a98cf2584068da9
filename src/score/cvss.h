/* CVSS vectors: v2.0 (FIRST, "A Complete Guide to CVSS 2.0"), v3.0, v3.1 and v4.0 (FIRST
 * specification documents). Parsing and scoring allocate nothing. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum cvss_version { CVSS_NONE = 0, CVSS_2_0 = 20, CVSS_3_0 = 30, CVSS_3_1 = 31, CVSS_4_0 = 40 };

struct cvss {
    enum cvss_version version;
    double score; /* what the contract's `plimsoll cvss` prints: v2 base; v3.x base, or temporal,
                     or environmental when such metrics are given; v4 CVSS-B/BT/BE/BTE */
    double base_score; /* without temporal and environmental metrics */
};

/* A v2 vector has no prefix (parentheses around it are allowed); the others begin with "CVSS:3.0/",
 * "CVSS:3.1/" or "CVSS:4.0/". Unknown, repeated, missing and (v4.0) misplaced metrics are errors.
 */
int cvss_parse(struct str vector, struct cvss *ret, struct pl_err *err);
/* "2.0", "3.0", "3.1", "4.0". */
const char *cvss_version_name(enum cvss_version version);
