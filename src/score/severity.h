/* Severities, ordered: a larger value is worse. */
#pragma once

#include "base/str.h"

enum severity {
    SEVERITY_UNKNOWN,
    SEVERITY_NEGLIGIBLE,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    SEVERITY_COUNT
};

/* "critical" ...; the names of the contract. */
const char *severity_name(enum severity severity);
bool severity_parse(struct str name, enum severity *ret_severity);
/* CVSS v3.0 to v4.0, section "Qualitative Severity Rating Scale"; 0.0 is negligible here. v2 scores
 * are rated by NVD's scale for v2: low below 4.0, medium below 7.0, else high. */
enum severity severity_of_score(double score, int cvss_major);
