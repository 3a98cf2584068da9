#include "score/severity.h"

static const char *const names[SEVERITY_COUNT] = {
    [SEVERITY_UNKNOWN] = "unknown", [SEVERITY_NEGLIGIBLE] = "negligible",
    [SEVERITY_LOW] = "low",         [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high",       [SEVERITY_CRITICAL] = "critical",
};

const char *severity_name(enum severity severity)
{
    return names[severity];
}

bool severity_parse(struct str name, enum severity *ret_severity)
{
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (str_is(name, names[i])) {
            *ret_severity = (enum severity)i;
            return true;
        }
    return false;
}

enum severity severity_of_score(double score, int cvss_major)
{
    /* Scores have one decimal: half a step keeps binary fractions out of the comparison. */
    int tenths = (int)(score * 10.0 + 0.5);
    if (cvss_major == 2)
        return tenths < 40 ? SEVERITY_LOW : tenths < 70 ? SEVERITY_MEDIUM : SEVERITY_HIGH;
    if (tenths <= 0)
        return SEVERITY_NEGLIGIBLE;
    if (tenths < 40)
        return SEVERITY_LOW;
    if (tenths < 70)
        return SEVERITY_MEDIUM;
    return tenths < 90 ? SEVERITY_HIGH : SEVERITY_CRITICAL;
}
