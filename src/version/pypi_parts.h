/* The parts of a PEP 440 version, for its ordering and its specifiers. */
#pragma once

#include "base/str.h"

enum pypi_pre { PYPI_ALPHA, PYPI_BETA, PYPI_RC, PYPI_FINAL };

struct pypi_parts {
    struct str epoch;   /* digits; empty: 0 */
    struct str release; /* "1.2.3" */
    enum pypi_pre pre;
    struct str pre_number; /* numbers: empty is 0 */
    bool has_post;
    struct str post_number;
    bool has_dev;
    struct str dev_number;
    struct str local; /* empty: none */
};

bool pypi_split(struct str text, struct pypi_parts *ret);
int pypi_compare_release(struct str a, struct str b);
/* Everything but the local part. */
int pypi_compare_public(const struct pypi_parts *a, const struct pypi_parts *b);
