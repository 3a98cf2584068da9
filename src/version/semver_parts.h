/* What the orderings that follow SemVer share: numbers apart by dots, identifiers of a pre-release,
 * and the strict grammar. */
#pragma once

#include "base/str.h"

struct semver_parts {
    struct str numbers;    /* "1.2.3" */
    struct str prerelease; /* behind '-', or what is left when neither '-' nor '+' follows */
    struct str build;      /* behind '+' */
    bool has_prerelease;
    bool has_build;
};

/* `text` without blanks around it and without a leading 'v', "=" or "= v". */
struct str semver_skip_prefix(struct str text);
/* Never fails: what follows the numbers and is no build is the pre-release. */
struct semver_parts semver_split(struct str text);
/* By value, one by one; a number that is missing is zero. */
int semver_compare_numbers(struct str a, struct str b);
/* SemVer 2.0.0, 11.4: identifiers one by one, numbers before words, fewer before more. */
int semver_compare_identifiers(struct str a, struct str b, bool ignore_case);
/* Numbers, then a pre-release before its release; builds have no weight. */
int semver_compare_parts(const struct semver_parts *a, const struct semver_parts *b);
/* How many numbers "1.2.3" has. */
size_t semver_count_numbers(struct str numbers);
bool semver_is_number(struct str text);

enum semver_grammar {
    SEMVER_NUMBERS_3 = 0,
    SEMVER_ANY_NUMBERS = 1, /* not exactly three numbers */
    SEMVER_ZEROS = 2,       /* zeros in front of a number */
};
/* True when `text` follows the grammar of SemVer 2.0.0 as loosened by `flags`. */
bool semver_is_strict(struct str text, unsigned flags);
