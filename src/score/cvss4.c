/* CVSS 4.0: FIRST, "Common Vulnerability Scoring System version 4.0: Specification Document",
 * section 7 (vectors) and 8 (macrovectors and interpolation).
 *
 * The metrics, modified ones in the place of theirs, fall into six equivalence classes (EQ); the
 * classes' levels are the macrovector, whose score a table gives. From it goes off, as a mean over
 * the classes that have a lower level, how far the vector is from its macrovector's most severe
 * one, in proportion to the way to the next lower macrovector. Fractions of integers: rounding is
 * exact. */
#include "score/cvss4_scores.h"
#include "score/cvss_metrics.h"

enum {
    AV,
    AC,
    AT,
    PR,
    UI,
    VC,
    VI,
    VA,
    SC,
    SI,
    SA, /* base */
    E,  /* threat */
    CR,
    IR,
    AR, /* environmental */
    MAV,
    MAC,
    MAT,
    MPR,
    MUI,
    MVC,
    MVI,
    MVA,
    MSC,
    MSI,
    MSA, /* base metrics, modified */
    S,
    AU,
    R,
    V,
    RE,
    U, /* supplemental: no part in the score */
    METRICS
};

static const char *const urgency[] = {"X", "Clear", "Green", "Amber", "Red", NULL};

/* A value's index is its distance from the most severe, in steps. The three of subsequent systems
 * have Safety in front, which only their modified metrics can take. */
static const struct cvss_metric metrics[METRICS] = {
    [AV] = {"AV", "NALP", NULL, true},     [AC] = {"AC", "LH", NULL, true},
    [AT] = {"AT", "NP", NULL, true},       [PR] = {"PR", "NLH", NULL, true},
    [UI] = {"UI", "NPA", NULL, true},      [VC] = {"VC", "HLN", NULL, true},
    [VI] = {"VI", "HLN", NULL, true},      [VA] = {"VA", "HLN", NULL, true},
    [SC] = {"SC", "\1HLN", NULL, true},    [SI] = {"SI", "\1HLN", NULL, true},
    [SA] = {"SA", "\1HLN", NULL, true},    [E] = {"E", "APUX", NULL, false},
    [CR] = {"CR", "HMLX", NULL, false},    [IR] = {"IR", "HMLX", NULL, false},
    [AR] = {"AR", "HMLX", NULL, false},    [MAV] = {"MAV", "NALPX", NULL, false},
    [MAC] = {"MAC", "LHX", NULL, false},   [MAT] = {"MAT", "NPX", NULL, false},
    [MPR] = {"MPR", "NLHX", NULL, false},  [MUI] = {"MUI", "NPAX", NULL, false},
    [MVC] = {"MVC", "HLNX", NULL, false},  [MVI] = {"MVI", "HLNX", NULL, false},
    [MVA] = {"MVA", "HLNX", NULL, false},  [MSC] = {"MSC", "\1HLNX", NULL, false},
    [MSI] = {"MSI", "SHLNX", NULL, false}, [MSA] = {"MSA", "SHLNX", NULL, false},
    [S] = {"S", "XNP", NULL, false},       [AU] = {"AU", "XNY", NULL, false},
    [R] = {"R", "XAUI", NULL, false},      [V] = {"V", "XDC", NULL, false},
    [RE] = {"RE", "XLMH", NULL, false},    [U] = {"U", NULL, urgency, false},
};
static const struct cvss_table table = {"4.0", metrics, METRICS, true};

/* The metrics that score, by their severity: 0 is the most severe. */
struct levels {
    int of[AR + 1];
};

static int defined(const signed char *values, int metric)
{
    int value = values[metric];
    return value != CVSS_ABSENT && metrics[metric].values[value] != 'X';
}

static struct levels read_levels(const signed char *values, bool base_only)
{
    struct levels levels;
    for (int i = AV; i <= SA; i++) {
        int modified = MAV + i;
        levels.of[i] = !base_only && defined(values, modified) ? values[modified] : values[i];
    }
    /* "Not defined" is the worst case: attacked, and high requirements. */
    for (int i = E; i <= AR; i++)
        levels.of[i] = !base_only && defined(values, i) ? values[i] : 0;
    return levels;
}

/* The most severe vectors of a class' levels (section 8.2, table 24 to 30): of one level several
 * are possible, and the first that no metric of the vector exceeds counts. */
struct maxima {
    int count;
    signed char vectors[5][6];
};

static const int eq1_metrics[] = {AV, PR, UI};
static const struct maxima eq1_maxima[] = {
    {1, {{0, 0, 0}}},
    {3, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {2, {{3, 0, 0}, {1, 1, 1}}},
};
static const int eq2_metrics[] = {AC, AT};
static const struct maxima eq2_maxima[] = {
    {1, {{0, 0}}},
    {2, {{1, 0}, {0, 1}}},
};
static const int eq36_metrics[] = {VC, VI, VA, CR, IR, AR};
static const struct maxima eq36_maxima[3][2] = {
    {
        {1, {{0, 0, 0, 0, 0, 0}}},
        {2, {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}}},
    },
    {
        {2, {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}},
        {5,
         {{1, 0, 1, 0, 1, 0},
          {1, 0, 0, 0, 1, 1},
          {0, 1, 0, 1, 0, 1},
          {0, 1, 1, 1, 0, 0},
          {1, 1, 0, 0, 0, 1}}},
    },
    {
        {0, {{0}}}, /* no such class */
        {1, {{1, 1, 1, 0, 0, 0}}},
    },
};
static const int eq4_metrics[] = {SC, SI, SA};
static const struct maxima eq4_maxima[] = {
    {1, {{1, 0, 0}}},
    {1, {{1, 1, 1}}},
    {1, {{2, 2, 2}}},
};

/* The depth of each level: how many steps to the next lower macrovector. */
static const int eq1_depth[] = {1, 4, 5};
static const int eq2_depth[] = {1, 2};
static const int eq36_depth[3][2] = {{7, 6}, {8, 8}, {0, 10}};
static const int eq4_depth[] = {6, 5, 4};

static int distance(const struct levels *levels, const int *members, int count,
                    const struct maxima *maxima)
{
    for (int i = 0; i < maxima->count; i++) {
        int sum = 0, j = 0;
        for (; j < count; j++) {
            int steps = levels->of[members[j]] - maxima->vectors[i][j];
            if (steps < 0)
                break;
            sum += steps;
        }
        if (j == count)
            return sum;
    }
    return 0;
}

struct macrovector {
    int eq1, eq2, eq3, eq4, eq5, eq6;
};

/* Section 8.2. */
static struct macrovector classify(const struct levels *levels)
{
    const int *of = levels->of;
    struct macrovector macro;
    int severe = (of[AV] == 0) + (of[PR] == 0) + (of[UI] == 0);
    macro.eq1 = severe == 3 ? 0 : severe > 0 && of[AV] != 3 ? 1 : 2;
    macro.eq2 = of[AC] == 0 && of[AT] == 0 ? 0 : 1;
    macro.eq3 = of[VC] == 0 && of[VI] == 0 ? 0 : of[VC] == 0 || of[VI] == 0 || of[VA] == 0 ? 1 : 2;
    macro.eq4 = of[SI] == 0 || of[SA] == 0 ? 0 : of[SC] == 1 || of[SI] == 1 || of[SA] == 1 ? 1 : 2;
    macro.eq5 = of[E];
    macro.eq6 =
        (of[CR] == 0 && of[VC] == 0) || (of[IR] == 0 && of[VI] == 0) || (of[AR] == 0 && of[VA] == 0)
            ? 0
            : 1;
    return macro;
}

static int lookup(struct macrovector macro)
{
    if (macro.eq1 > 2 || macro.eq2 > 1 || macro.eq3 > 2 || macro.eq4 > 2 || macro.eq5 > 2 ||
        macro.eq6 > 1)
        return CVSS4_NO_SCORE;
    return cvss4_scores[macro.eq1][macro.eq2][macro.eq3][macro.eq6][macro.eq4][macro.eq5];
}

/* EQ3 and EQ6 go down together: 00 to the better of 01 and 10, 10 and 01 to 11, 11 to 21. */
static int lookup_below_eq36(struct macrovector macro)
{
    struct macrovector lower3 = macro, lower6 = macro;
    lower3.eq3++;
    lower6.eq6++;
    if (macro.eq6 == 1)
        return lookup(lower3);
    int left = lookup(lower6);
    if (macro.eq3 == 1)
        return left;
    int right = lookup(lower3);
    return left > right ? left : right;
}

/* What goes off for one class is drop * steps / depth; sums of these fractions over a denominator
 * that every depth divides. */
enum { COMMON = 840 };

struct mean {
    int sum; /* in tenths / COMMON */
    int count;
};

static void add_class(struct mean *mean, int score, int below, int steps, int depth)
{
    if (below == CVSS4_NO_SCORE)
        return;
    mean->count++;
    mean->sum += (score - below) * steps * (COMMON / depth);
}

/* In tenths. */
static int score_levels(const struct levels *levels)
{
    const int *of = levels->of;
    if (of[VC] == 2 && of[VI] == 2 && of[VA] == 2 && of[SC] == 3 && of[SI] == 3 && of[SA] == 3)
        return 0; /* no impact at all */
    struct macrovector macro = classify(levels), lower;
    int score = lookup(macro);
    struct mean mean = {0, 0};

    lower = macro;
    lower.eq1++;
    add_class(&mean, score, lookup(lower), distance(levels, eq1_metrics, 3, &eq1_maxima[macro.eq1]),
              eq1_depth[macro.eq1]);
    lower = macro;
    lower.eq2++;
    add_class(&mean, score, lookup(lower), distance(levels, eq2_metrics, 2, &eq2_maxima[macro.eq2]),
              eq2_depth[macro.eq2]);
    add_class(&mean, score, lookup_below_eq36(macro),
              distance(levels, eq36_metrics, 6, &eq36_maxima[macro.eq3][macro.eq6]),
              eq36_depth[macro.eq3][macro.eq6]);
    lower = macro;
    lower.eq4++;
    add_class(&mean, score, lookup(lower), distance(levels, eq4_metrics, 3, &eq4_maxima[macro.eq4]),
              eq4_depth[macro.eq4]);
    lower = macro;
    lower.eq5++;
    add_class(&mean, score, lookup(lower), 0, 1); /* one vector a level: it only counts */

    if (!mean.count)
        return score;
    /* score - sum / (COMMON * count), rounded half up; never below 0 */
    int unit = COMMON * mean.count;
    int exact = score * unit - mean.sum;
    return exact <= 0 ? 0 : (2 * exact + unit) / (2 * unit);
}

int cvss4_score(struct str vector, struct cvss *ret, struct pl_err *err)
{
    signed char values[CVSS_METRICS_MAX];
    int r = cvss_read_metrics(&table, vector, values, err);
    if (r < 0)
        return r;
    struct levels levels = read_levels(values, true);
    int base = score_levels(&levels), score = base;
    bool more = false;
    for (int i = E; i <= MSA && !more; i++)
        more = defined(values, i);
    if (more) {
        levels = read_levels(values, false);
        score = score_levels(&levels);
    }
    ret->version = CVSS_4_0;
    ret->base_score = base / 10.0;
    ret->score = score / 10.0;
    return 0;
}
