/* One number from 0 to 100 for "mend this first": how bad, times how likely.
 *
 *     risk = round(100 * harm * threat)
 *     harm   = CVSS score / 10; without a score the middle of the severity's band; never above the
 *              band of the distribution's own severity
 *     threat = 1 where the vulnerability is in CISA's KEV catalogue, else
 *              0.35 + 0.65 * sqrt(EPSS score); 0.45 where EPSS knows nothing
 *
 *     what is wrong in files and settings has neither: its kind says how likely it is to be used
 *     (docs/risk.md)
 *
 * EPSS scores are probabilities of exploitation within 30 days, most of them far below 0.1: the
 * root spreads them. docs/risk.md has a table of examples. */
#pragma once

#include "score/severity.h"

struct risk_input {
    enum severity severity;
    bool has_cvss;
    double cvss; /* 0..10 */
    bool has_epss;
    double epss; /* 0..1 */
    bool kev;
};

int risk_score(const struct risk_input *input);
/* `threat`: 0..1. */
int risk_of_severity(enum severity severity, double threat);
