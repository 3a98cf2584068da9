/* CVSS 2.0, base score: FIRST, "A Complete Guide to the Common Vulnerability Scoring System Version
 * 2.0", sections 2.4 (vectors) and 3.2.1 (base equation). Decimal fractions as integers: exact. */
#include "score/cvss_metrics.h"

#include <stdint.h>

enum { AV, AC, AU, C, I, A, E, RL, RC, CDP, TD, CR, IR, AR, METRICS };

static const char *const exploitability[] = {"U", "POC", "F", "H", "ND", NULL};
static const char *const remediation[] = {"OF", "TF", "W", "U", "ND", NULL};
static const char *const confidence[] = {"UC", "UR", "C", "ND", NULL};
static const char *const damage[] = {"N", "L", "LM", "MH", "H", "ND", NULL};
static const char *const targets[] = {"N", "L", "M", "H", "ND", NULL};
static const char *const requirement[] = {"L", "M", "H", "ND", NULL};

static const struct cvss_metric metrics[METRICS] = {
    [AV] = {"AV", "LAN", NULL, true},         [AC] = {"AC", "HML", NULL, true},
    [AU] = {"Au", "MSN", NULL, true},         [C] = {"C", "NPC", NULL, true},
    [I] = {"I", "NPC", NULL, true},           [A] = {"A", "NPC", NULL, true},
    [E] = {"E", NULL, exploitability, false}, [RL] = {"RL", NULL, remediation, false},
    [RC] = {"RC", NULL, confidence, false},   [CDP] = {"CDP", NULL, damage, false},
    [TD] = {"TD", NULL, targets, false},      [CR] = {"CR", NULL, requirement, false},
    [IR] = {"IR", NULL, requirement, false},  [AR] = {"AR", NULL, requirement, false},
};
static const struct cvss_table table = {"2.0", metrics, METRICS, false};

/* In thousandths and hundredths, in the order of the letters above. */
static const int64_t weight_vector[] = {395, 646, 1000};
static const int64_t weight_complexity[] = {35, 61, 71};
static const int64_t weight_authentication[] = {450, 560, 704};
static const int64_t weight_impact[] = {0, 275, 660};

/* The base score in tenths. */
static int base_score(const signed char *values)
{
    /* 10.41 * (1 - (1-C)(1-I)(1-A)), in units of 1e-11 */
    int64_t impact =
        1041 * (1000000000 - (1000 - weight_impact[values[C]]) * (1000 - weight_impact[values[I]]) *
                                 (1000 - weight_impact[values[A]]));
    if (impact == 0)
        return 0; /* f(Impact) is 0 */
    /* 20 * AV * AC * Au, in units of 1e-8 */
    int64_t exploit = 20 * weight_vector[values[AV]] * weight_complexity[values[AC]] *
                      weight_authentication[values[AU]];
    /* (0.6 * Impact + 0.4 * Exploitability - 1.5) * 1.176, in units of 1e-15 */
    int64_t sum = 6 * impact + 4 * exploit * 1000 - 1500000000000;
    int64_t score = sum * 1176;
    if (score <= 0)
        return 0;
    return (int)((score + 50000000000000) / 100000000000000);
}

int cvss2_score(struct str vector, struct cvss *ret, struct pl_err *err)
{
    signed char values[CVSS_METRICS_MAX];
    if (vector.len >= 2 && vector.data[0] == '(' && vector.data[vector.len - 1] == ')')
        vector = str_from(str_first(vector, vector.len - 1), 1);
    int r = cvss_read_metrics(&table, vector, values, err);
    if (r < 0)
        return r;
    ret->version = CVSS_2_0;
    ret->base_score = ret->score = base_score(values) / 10.0;
    return 0;
}
