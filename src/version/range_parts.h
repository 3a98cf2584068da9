/* What the syntaxes of ranges share. */
#pragma once

#include "version/range.h"

struct version_range_syntax {
    const char *scheme;
    int (*parse)(struct version_range_set *set, struct str text, struct pl_err *err);
    /* NULL: by the order of the scheme. */
    bool (*matches)(const struct version_range_set *set,
                    const struct version_comparator *comparator, struct str version,
                    unsigned flags);
    /* A version that no comparator need be asked about; NULL: none. */
    bool (*excludes)(const struct version_range_set *set, const struct version_clause *clause,
                     struct str version, unsigned flags);
};

extern const struct version_range_syntax version_range_npm, version_range_cargo, version_range_hex,
    version_range_pub, version_range_composer, version_range_pypi, version_range_gem,
    version_range_maven, version_range_nuget;

int range_begin_clause(struct version_range_set *set, struct pl_err *err);
int range_add(struct version_range_set *set, enum version_operator op, struct str version,
              struct pl_err *err);
int range_fail(struct pl_err *err, struct str text);

/* Takes the longest of the common operators in front of `*rest`; false: there is none. */
bool range_take_operator(struct str *rest, enum version_operator *ret_op);
/* ">= 1.0, < 2.0 || = 3": ',' and blanks are "and". */
int range_parse_simple(struct version_range_set *set, struct str text, struct pl_err *err);
bool range_compare_matches(const struct version_range_set *set,
                           const struct version_comparator *comparator, struct str version);
/* `digits` by one more. */
struct str range_increment(struct arena *arena, struct str digits);
