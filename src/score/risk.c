#include "score/risk.h"

#include <math.h>

/* The qualitative bands of CVSS v3 and v4, a tenth each; negligible is below all of them. */
static const struct {
    double middle, top;
} bands[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = {0.50, 1.00}, [SEVERITY_NEGLIGIBLE] = {0.05, 0.10},
    [SEVERITY_LOW] = {0.25, 0.39},     [SEVERITY_MEDIUM] = {0.55, 0.69},
    [SEVERITY_HIGH] = {0.80, 0.89},    [SEVERITY_CRITICAL] = {0.95, 1.00},
};

int risk_of_severity(enum severity severity, double threat)
{
    return (int)lround(100 * bands[severity].middle * threat);
}

int risk_score(const struct risk_input *input)
{
    double harm = input->has_cvss ? input->cvss / 10 : bands[input->severity].middle;
    if (harm > bands[input->severity].top)
        harm = bands[input->severity].top;
    double threat = 0.45;
    if (input->kev)
        threat = 1;
    else if (input->has_epss)
        threat = 0.35 + 0.65 * sqrt(input->epss < 0 ? 0 : input->epss > 1 ? 1 : input->epss);
    return (int)lround(100 * harm * threat);
}
