/* A report that was written before, as far as a policy looks at one. */
#pragma once

#include "model/report.h"

/* Fills a zeroed report from JSON of schema plimsoll.report/1. PL_E_FORMAT, PL_E_LIMIT. */
int policy_report_read(const char *path, struct report *report, struct pl_err *err);
