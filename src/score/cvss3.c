/* CVSS 3.0 and 3.1: FIRST, "Common Vulnerability Scoring System v3.1: Specification Document",
 * sections 4 to 8 and appendix A, and the same of v3.0.
 *
 * Decimal fractions as integers in units of 1e-14, so that rounding up is exact; only the power of
 * the changed-scope impact, whose decimals don't end before the ninetieth, is computed in floating
 * point. */
#include "score/cvss_metrics.h"

#include <math.h>
#include <stdint.h>

enum {
    AV,
    AC,
    PR,
    UI,
    S,
    C,
    I,
    A, /* base */
    E,
    RL,
    RC, /* temporal */
    CR,
    IR,
    AR, /* environmental */
    MAV,
    MAC,
    MPR,
    MUI,
    MS,
    MC,
    MI,
    MA, /* the base metrics, modified, in the same order */
    METRICS
};

static const struct cvss_metric metrics[METRICS] = {
    [AV] = {"AV", "NALP", NULL, true},     [AC] = {"AC", "LH", NULL, true},
    [PR] = {"PR", "NLH", NULL, true},      [UI] = {"UI", "NR", NULL, true},
    [S] = {"S", "UC", NULL, true},         [C] = {"C", "HLN", NULL, true},
    [I] = {"I", "HLN", NULL, true},        [A] = {"A", "HLN", NULL, true},
    [E] = {"E", "XHFPU", NULL, false},     [RL] = {"RL", "XUWTO", NULL, false},
    [RC] = {"RC", "XCRU", NULL, false},    [CR] = {"CR", "XHML", NULL, false},
    [IR] = {"IR", "XHML", NULL, false},    [AR] = {"AR", "XHML", NULL, false},
    [MAV] = {"MAV", "NALPX", NULL, false}, [MAC] = {"MAC", "LHX", NULL, false},
    [MPR] = {"MPR", "NLHX", NULL, false},  [MUI] = {"MUI", "NRX", NULL, false},
    [MS] = {"MS", "UCX", NULL, false},     [MC] = {"MC", "HLNX", NULL, false},
    [MI] = {"MI", "HLNX", NULL, false},    [MA] = {"MA", "HLNX", NULL, false},
};
static const struct cvss_table tables[2] = {
    {"3.0", metrics, METRICS, false},
    {"3.1", metrics, METRICS, false},
};

/* Section 7.4, in hundredths (requirements in tenths), in the order of the letters above. */
static const int64_t weight_vector[] = {85, 62, 55, 20};
static const int64_t weight_complexity[] = {77, 44};
static const int64_t weight_privileges[2][3] = {{85, 62, 27}, {85, 68, 50}}; /* by scope */
static const int64_t weight_interaction[] = {85, 62};
static const int64_t weight_impact[] = {56, 22, 0};
static const int64_t weight_exploit[] = {100, 100, 97, 94, 91};
static const int64_t weight_remediation[] = {100, 100, 97, 96, 95};
static const int64_t weight_confidence[] = {100, 100, 96, 92};
static const int64_t weight_requirement[] = {10, 15, 10, 5};

#define UNIT 100000000000000 /* 1.0 in units of 1e-14 */

/* "Roundup", in tenths. v3.0: the smallest number with one decimal that is not less. v3.1, appendix
 * A: the same after rounding to five decimals, so that no implementation's binary fractions show.
 */
static int round_up(int64_t value, int minor)
{
    if (minor == 0)
        return (int)((value + UNIT / 10 - 1) / (UNIT / 10));
    int64_t rounded = (value + UNIT / 200000) / (UNIT / 100000);
    return (int)((rounded + 9999) / 10000);
}

static long double power(long double base, int exponent)
{
    long double result = 1;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1)
            result *= base;
    return result;
}

/* 8.22 * AttackVector * AttackComplexity * PrivilegesRequired * UserInteraction, units of 1e-14. */
static int64_t exploitability(const signed char *base, bool changed)
{
    return 822 * weight_vector[base[AV]] * weight_complexity[base[AC]] *
           weight_privileges[changed][base[PR]] * weight_interaction[base[UI]] * 10000;
}

/* The impact sub-score out of the impact sub-score base, both in units (1e-14, 1e-9). */
static int64_t impact(int64_t iss, bool changed, bool modified, int minor)
{
    if (!changed)
        return 642 * iss * 1000;
    long double fraction = (long double)iss / 1e9L;
    long double tail = modified && minor == 1 ? power(fraction * 0.9731L - 0.02L, 13)
                                              : power(fraction - 0.02L, 15);
    return 752 * (iss - 29000000) * 1000 - llroundl(3.25L * tail * (long double)UNIT);
}

static int combine(int64_t impact_units, int64_t exploit_units, bool changed, int minor)
{
    if (impact_units <= 0)
        return 0;
    int64_t sum = impact_units + exploit_units;
    if (changed)
        sum = sum / 100 * 108 + sum % 100 * 108 / 100;
    return round_up(sum < 10 * UNIT ? sum : 10 * UNIT, minor);
}

static int base_score(const signed char *values, int minor)
{
    bool changed = values[S] == 1;
    int64_t rest = (100 - weight_impact[values[C]]) * (100 - weight_impact[values[I]]) *
                   (100 - weight_impact[values[A]]);
    int64_t iss = 1000000000 - rest * 1000;
    return combine(impact(iss, changed, false, minor), exploitability(values, changed), changed,
                   minor);
}

static int optional(const signed char *values, int metric)
{
    return values[metric] == CVSS_ABSENT ? 0 : values[metric];
}

/* `tenths` * ExploitCodeMaturity * RemediationLevel * ReportConfidence, rounded up. */
static int temporal_score(int tenths, const signed char *values, int minor)
{
    int64_t units = tenths * weight_exploit[optional(values, E)] *
                    weight_remediation[optional(values, RL)] *
                    weight_confidence[optional(values, RC)];
    return round_up(units * 10000000, minor);
}

static int environmental_score(const signed char *values, int minor)
{
    /* "Not defined" takes the base metric's value. */
    signed char base[A + 1];
    for (int i = AV; i <= A; i++) {
        int modified = values[MAV + i];
        bool defined = modified != CVSS_ABSENT && metrics[MAV + i].values[modified] != 'X';
        base[i] = defined ? (signed char)modified : values[i];
    }
    bool changed = base[S] == 1;
    int64_t rest = 1;
    for (int i = 0; i < 3; i++)
        rest *= 1000 - weight_impact[base[C + i]] * weight_requirement[optional(values, CR + i)];
    int64_t iss = 1000000000 - rest;
    if (iss > 915000000)
        iss = 915000000;
    int tenths =
        combine(impact(iss, changed, true, minor), exploitability(base, changed), changed, minor);
    return temporal_score(tenths, values, minor);
}

static bool any_given(const signed char *values, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (values[i] != CVSS_ABSENT && metrics[i].values[values[i]] != 'X')
            return true;
    return false;
}

int cvss3_score(struct str vector, int minor, struct cvss *ret, struct pl_err *err)
{
    signed char values[CVSS_METRICS_MAX];
    int r = cvss_read_metrics(&tables[minor], vector, values, err);
    if (r < 0)
        return r;
    int base = base_score(values, minor), score = base;
    if (any_given(values, CR, MA))
        score = environmental_score(values, minor);
    else if (any_given(values, E, RC))
        score = temporal_score(base, values, minor);
    ret->version = minor ? CVSS_3_1 : CVSS_3_0;
    ret->base_score = base / 10.0;
    ret->score = score / 10.0;
    return 0;
}
