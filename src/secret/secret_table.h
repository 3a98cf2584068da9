/* Rules for secrets: data/secrets/, made into a table by tools/gen_secrets.py, which says what each
 * member means. */
#pragma once

#include <stdbool.h>

#include "score/severity.h"

struct secret_rule {
    const char *id;
    const char *title;
    const char *title_zh;
    const char *service;
    enum severity severity;
    const char *pattern;          /* group 1 is the secret */
    const char *const *keywords;  /* all lists end with NULL, and are NULL when they are empty */
    double entropy;               /* bits per character; 0: any */
    const char *checksum;         /* NULL: none */
    const char *const *files;     /* globs; NULL: everywhere */
    const char *const *not_files; /* globs */
    const char *const *allow;     /* patterns over the secret */
    const char *const *allow_line;
    const char *revoke;
    const char *revoke_zh;
    const char *const *references;
    const char *const *examples; /* with the sign § in it, which the reader drops */
    const char *const *nots;
    bool text_only;
    /* Of people's rules only: which group is the secret, in the place of 1; a pattern over the
     * path; keywords may stand anywhere near (64 KiB). A rule without a pattern finds files by
     * path. */
    unsigned group;
    const char *path;
    bool far_keywords;
};
extern const struct secret_rule secret_rules[]; /* ended by one without an id */
extern const unsigned secret_rule_count;

/* What is never a secret: one of value, line, files and paths is set; with `every` all that are. */
struct secret_allow {
    const char *id;
    const char *why;
    const char *why_zh;
    const char *const *value; /* patterns over the secret */
    const char *const *line;  /* patterns over the line it stands in */
    const char *const *files; /* globs */
    const char *const *kinds; /* globs of rules' ids; NULL: all rules */
    const char *const *paths; /* patterns over the path; people's only */
    const char *const
        *blocks; /* patterns over what is around; a secret in a match; people's only */
    bool every;
};
extern const struct secret_allow secret_allows[]; /* ended by one without an id */
