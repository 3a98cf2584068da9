/* What makes a pipeline fail: the options at the prompt, held against a report's findings. */
#pragma once

#include "base/err.h"
#include "decide/policy.h"
#include "decide/trust.h"
#include "model/report.h"

struct gate {
    bool has_fail_on;
    enum severity fail_on; /* this severity, or worse */
    bool only_fixed;       /* vulnerabilities without a fix are left out */
    bool has_filter;
    bool filter[SEVERITY_COUNT]; /* the severities that are shown; they do not change the verdict */
    const struct trust_policy *trust; /* NULL: none */
    const struct policy *policy;      /* NULL: none */
    bool has_grace;
    uint64_t grace[SEVERITY_COUNT]; /* seconds that a fix may be known before its finding counts */
};

/* "30d", or by severity "critical=7d,high=30d": a severity that is not named has no grace. */
int gate_parse_grace(struct gate *gate, const char *text, struct pl_err *err);

/* Fills the verdict, marks the findings that fail, and leaves out those that are not to be shown.
 */
void gate_apply(const struct gate *gate, struct report *report);
