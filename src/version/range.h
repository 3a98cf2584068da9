/* Ranges of versions, in the constraint syntax of an ecosystem or in the common simple form
 * (">= 1.0, < 2.0"). Parsing takes memory; asking does not. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "version/version.h"

enum version_operator {
    VERSION_OP_EQUAL,
    VERSION_OP_NOT_EQUAL,
    VERSION_OP_LESS,
    VERSION_OP_AT_MOST,
    VERSION_OP_GREATER,
    VERSION_OP_AT_LEAST,
    VERSION_OP_COMPATIBLE, /* "~=", "~>": at least, and no further than the next of a higher part */
    VERSION_OP_PREFIX,     /* "==1.*" */
    VERSION_OP_NOT_PREFIX,
    VERSION_OP_SAME_TEXT, /* "===" */
    VERSION_OP_NONE,      /* no version at all */
};

struct version_comparator {
    enum version_operator op;
    struct str version;
    /* Partial bounds of npm ("1.2", which is 1.2.0): with pre-releases, those of 1.2.0 count too.
     */
    bool with_prereleases;
};

/* All comparators of one of these must hold; no comparator: every version does. */
struct version_clause {
    size_t first;
    size_t count;
};

struct version_range_set {
    const struct version_scheme *scheme;
    const struct version_range_syntax *syntax;
    struct arena arena;
    struct version_comparator *comparators;
    struct version_clause *clauses; /* one of them must hold */
    size_t comparator_count;
    size_t clause_count;
};

/* A zeroed set is empty and contains nothing. On an error it is freed. */
int version_range_parse(struct version_range_set *set, const struct version_scheme *scheme,
                        struct str text, struct pl_err *err);
void version_range_free(struct version_range_set *set);

enum { VERSION_RANGE_PRERELEASES = 1 };
/* `flags`: VERSION_RANGE_PRERELEASES lets pre-releases in where npm and Cargo would leave them out
 * because no bound names one of the same release. Other ecosystems take them by their order. */
bool version_range_contains(const struct version_range_set *set, struct str version,
                            unsigned flags);
