/* Shared by the files of the policy. */
#pragma once

#include "decide/internal.h"
#include "decide/policy.h"

enum policy_answer { POLICY_ANY, POLICY_NO, POLICY_YES };

/* Conditions of findings: those of rules that ignore, and some more. All hold. */
struct policy_when {
    struct ignore_rule rule;
    enum policy_answer fix, kev, base, removed;
    int least_risk;    /* 0..100 */
    double least_epss; /* 0..1 */
    double least_cvss; /* the highest score of the finding */
    uint64_t older;    /* seconds since the vulnerability was published; 0: any */
};

struct policy_rule {
    struct str name;
    size_t line;
    struct policy_when when;
    enum policy_outcome then;
    uint64_t grace; /* seconds that a fix may be known */
    struct str owner;
    size_t decided; /* findings of the last report */
};

struct policy_owner {
    struct policy_when when;
    struct str owner;
};

struct policy_case {
    struct str name;
    size_t line;
    struct report report; /* with one finding */
    int64_t now;          /* 0: the clock's */
    enum policy_outcome expected;
    struct str rule, owner;
};

struct policy {
    struct decisions *store; /* keeps texts and regexes */
    const char *file;
    VEC(struct policy_rule) rules;
    VEC(struct policy_owner) owners;
    VEC(struct ignore_rule) exceptions;
    VEC(struct policy_case) cases;
    enum policy_outcome otherwise; /* where no rule speaks */
    VEC(struct str) registries, keys;
    uint64_t image_age, database_age;
    bool complete; /* what could not be examined fails */
    struct license_policy *licenses;
};

bool policy_when_holds(const struct policy_when *when, const struct report *report,
                       const struct finding *finding, int64_t now);
/* What the policy says of one finding, suppressed or not; `ret_rule` NULL: no rule speaks.
 * `ret_until`: of a grace that holds; 0: none. */
enum policy_outcome policy_decide(const struct policy *policy, const struct report *report,
                                  const struct finding *finding, int64_t now,
                                  struct policy_rule **ret_rule, int64_t *ret_until);
struct str policy_owner_of(const struct policy *policy, const struct report *report,
                           const struct finding *finding, const struct policy_rule *rule,
                           int64_t now);

/* policy_cases.c: an entry of "tests". */
int policy_take_case(struct policy *policy, const json_t *value, size_t line, struct pl_err *err);
/* Shared by the readers. */
int policy_wrong(struct pl_err *err, const struct policy *policy, size_t line, const char *key,
                 const char *what);
bool policy_outcome_parse(struct str word, enum policy_outcome *ret_outcome);
