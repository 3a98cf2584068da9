/* Parts of the contract's report, for those that show it in another form. */
#pragma once

#include "io/json_writer.h"
#include "report/format.h"

/* All members but "packages" and "findings". */
void report_json_frame(struct json_writer *json, const struct report *report,
                       const struct report_style *style);
/* One entry of "packages", and one of "findings". */
void report_json_package(struct json_writer *json, const struct report *report, size_t index);
void report_json_finding(struct json_writer *json, const struct report *report,
                         const struct finding *finding, const struct report_style *style);
