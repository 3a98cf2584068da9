/* The reports of a sweep: one table, and one JSON document (schema plimsoll.sweep/1,
 * docs/sweep.md). */
#pragma once

#include "app/sweep.h"
#include "io/out.h"
#include "vulndb/vulndb.h"

struct sweep_report {
    const struct sweep *sweep;
    struct str registry;                /* "HOST[/PREFIX]" */
    const struct vulndb_info *database; /* NULL: none was used */
    size_t width;                       /* of the terminal; 0: none */
    bool color;
};
void sweep_report_table(struct out *out, const struct sweep_report *report);
void sweep_report_json(struct out *out, const struct sweep_report *report);
