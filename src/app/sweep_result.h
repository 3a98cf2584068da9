/* What a sweep keeps of one image's report: docs/sweep.md. */
#pragma once

#include "io/json_doc.h"
#include "model/report.h"

json_t *sweep_result_of(const struct report *report, int code);
/* Of an image that could not be examined. */
json_t *sweep_result_of_error(const struct pl_err *error, int code);
