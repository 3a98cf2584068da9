/* Shared by the files of policies. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "license/expression.h"
#include "license/policy.h"

/* The worse the greater. */
enum license_verdict {
    LICENSE_ALLOWED,
    LICENSE_UNKNOWN,
    LICENSE_UNLISTED, /* there is a list of allowed ones, and it is not in it */
    LICENSE_DENIED,
    LICENSE_VERDICT_COUNT
};

/* Of two entries that fit the one that says more precisely what it means counts. */
enum license_entry_kind { LICENSE_BY_GROUP, LICENSE_BY_PATTERN, LICENSE_BY_NAME };

struct license_rule {
    enum license_entry_kind kind;
    bool deny;
    enum license_group group;
    struct str text; /* in lower case: an id, "ID WITH EXCEPTION", a pattern, words of metadata */
};

struct license_exemption {
    struct str package, license, path; /* globs; empty: any */
    struct str purl;                   /* with or without version; empty: any */
    struct str reason, until;          /* "YYYY-MM-DD", the last day; empty: for good */
    int64_t ends;                      /* 0: never */
};

struct license_policy {
    struct arena arena;
    VEC(struct license_rule) rules;
    VEC(struct license_exemption) exemptions;
    bool has_allowed;
    enum license_verdict unknown; /* ALLOWED, UNKNOWN or DENIED */
    enum severity severities[LICENSE_VERDICT_COUNT];
};

int license_policy_add(struct license_policy *policy, struct str entry, bool deny,
                       struct pl_err *err);
/* In lower case. */
struct str license_lower(struct arena *arena, struct str text);
/* One licence, with its exception or empty. */
enum license_verdict license_policy_judge(const struct license_policy *policy, struct str id,
                                          struct str exception);
/* Words of metadata that are no expression. */
enum license_verdict license_policy_judge_words(const struct license_policy *policy,
                                                struct str words);
