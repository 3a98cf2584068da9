/* From what checks found to findings of a report. */
#pragma once

#include "check/check.h"
#include "model/report.h"

/* All findings of one file. Those that a comment in it asks not to be told are kept as suppressed.
 * `path`: as reports have it; `layer`: LAYER_NONE where there are none. report->target.root is
 * known. */
void check_report(struct report *report, const struct check_findings *findings, struct str path,
                  uint32_t layer);
