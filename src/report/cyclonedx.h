/* CycloneDX (ECMA-424) 1.6 and 1.7: one description, written as JSON and as XML. */
#pragma once

#include "report/bom.h"
#include "report/elements.h"

void cyclonedx_write(struct out *out, const struct report *report, const struct report_style *style,
                     bool xml);

/* ---- shared by the files of this format ---- */

/* A package is referred to by its purl and its number, which tells equal ones apart. */
void cyclonedx_ref(struct buf *out, const struct report *report, size_t index);
void cyclonedx_property(struct elements *to, const char *name, struct str value);
void cyclonedx_vulnerabilities(struct elements *to, const struct report *report,
                               const struct report_style *style);
