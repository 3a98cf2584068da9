/* A policy: one YAML file that says which findings make a pipeline fail, what is asked of images,
 * who mends what, and which exceptions were made until when. docs/policy.md. */
#pragma once

#include "base/err.h"
#include "decide/decide.h"
#include "decide/trust.h"
#include "license/policy.h"
#include "model/report.h"

struct policy;

struct policy *policy_new(void);
void policy_free(struct policy *policy);
static inline void policy_freep(struct policy **policy)
{
    if (*policy)
        policy_free(*policy);
}
/* PL_E_USAGE, with file, line and what is wrong: half a policy would let too much pass. */
int policy_read(struct policy *policy, const char *path, struct pl_err *err);

/* What others carry out: exceptions become rules that ignore (decisions_apply() marks),
 * "registries" and "signed-by" a policy of trust, "licenses" one of licences. */
void policy_add_exceptions(const struct policy *policy, struct decisions *decisions);
int policy_add_trust(const struct policy *policy, struct trust_policy *trust, struct pl_err *err);
bool policy_has_trust(const struct policy *policy);
/* NULL: it says nothing of licences. */
const struct license_policy *policy_licenses(const struct policy *policy);
/* Seconds that the advisory database may be old; 0: it says nothing. */
uint64_t policy_database_age(const struct policy *policy);

/* Judges the findings that are not suppressed: owners are set, those that fail are marked, reasons
 * added to the verdict. `now`: seconds of the clock. */
void policy_apply(const struct policy *policy, struct report *report, int64_t now);

/* One of the file's own tests. */
enum policy_outcome { POLICY_PASS, POLICY_WARN, POLICY_FAIL };
const char *policy_outcome_name(enum policy_outcome outcome);
struct policy_result {
    struct str test; /* its name */
    size_t line;
    enum policy_outcome expected, outcome;
    struct str rule, wanted_rule;   /* that decided; empty: none */
    struct str owner, wanted_owner; /* wanted_*: empty: not asked */
    bool good;
};
size_t policy_test_count(const struct policy *policy);
/* Valid as long as the policy. */
struct policy_result policy_test(struct policy *policy, size_t index);
/* How many findings each rule decided when the report was judged last. */
size_t policy_rule_count(const struct policy *policy);
struct policy_rule_use {
    struct str name;
    size_t line, decided;
};
struct policy_rule_use policy_rule_use(const struct policy *policy, size_t index);
