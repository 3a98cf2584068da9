/* The risk number: the table of docs/risk.md, and what must hold for any input. */
#include "score/risk.h"
#include "test.h"

static const double NONE = -1;

static void documented(void)
{
    static const struct {
        double cvss;
        enum severity severity;
        double epss;
        bool kev;
        int want;
    } cases[] = {
        {9.8, SEVERITY_CRITICAL, 0.94, true, 98},
        {9.8, SEVERITY_CRITICAL, 0.94, false, 96},
        {9.8, SEVERITY_CRITICAL, 0.001, false, 36},
        {9.8, SEVERITY_LOW, 0.001, false, 14},
        {7.5, SEVERITY_HIGH, 0.10, false, 42},
        {7.5, SEVERITY_HIGH, NONE, false, 34},
        {NONE, SEVERITY_HIGH, NONE, false, 36},
        {7.5, SEVERITY_NEGLIGIBLE, 0.01, false, 4},
        /* the middles of the bands */
        {NONE, SEVERITY_UNKNOWN, NONE, true, 50},
        {NONE, SEVERITY_NEGLIGIBLE, NONE, true, 5},
        {NONE, SEVERITY_LOW, NONE, true, 25},
        {NONE, SEVERITY_MEDIUM, NONE, true, 55},
        {NONE, SEVERITY_HIGH, NONE, true, 80},
        {NONE, SEVERITY_CRITICAL, NONE, true, 95},
        /* their tops */
        {10, SEVERITY_UNKNOWN, NONE, true, 100},
        {10, SEVERITY_NEGLIGIBLE, NONE, true, 10},
        {10, SEVERITY_LOW, NONE, true, 39},
        {10, SEVERITY_MEDIUM, NONE, true, 69},
        {10, SEVERITY_HIGH, NONE, true, 89},
        {10, SEVERITY_CRITICAL, NONE, true, 100},
        /* a low score stays low, whatever the word for it */
        {2, SEVERITY_CRITICAL, NONE, true, 20},
        {0, SEVERITY_HIGH, 1, true, 0},
        {10, SEVERITY_CRITICAL, 0, false, 35},
        {10, SEVERITY_CRITICAL, 1, false, 100},
        {10, SEVERITY_CRITICAL, NONE, false, 45},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct risk_input input = {
            .severity = cases[i].severity,
            .has_cvss = cases[i].cvss >= 0,
            .cvss = cases[i].cvss >= 0 ? cases[i].cvss : 0,
            .has_epss = cases[i].epss >= 0,
            .epss = cases[i].epss >= 0 ? cases[i].epss : 0,
            .kev = cases[i].kev,
        };
        int risk = risk_score(&input);
        if (risk != cases[i].want)
            FAIL("case %zu: %d, not %d", i, risk, cases[i].want);
    }
}

/* From 0 to 100; more harm or more threat is never less risk. */
static void grows(void)
{
    for (int severity = 0; severity < SEVERITY_COUNT; severity++)
        for (int cvss = 0; cvss <= 100; cvss += 5) {
            int last = -1;
            for (int epss = 0; epss <= 102; epss++) {
                struct risk_input input = {.severity = (enum severity)severity,
                                           .has_cvss = true,
                                           .cvss = cvss / 10.0,
                                           .has_epss = true,
                                           .epss = epss / 100.0, /* above 1 counts as 1 */
                                           .kev = epss == 102};
                int risk = risk_score(&input);
                if (risk < last || risk < 0 || risk > 100)
                    FAIL("severity %d, CVSS %d, EPSS %d: %d behind %d", severity, cvss, epss, risk,
                         last);
                last = risk;
            }
        }
}

int main(void)
{
    RUN(documented);
    RUN(grows);
    return test_end();
}
