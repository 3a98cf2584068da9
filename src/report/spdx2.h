/* SPDX 2.3: one description, written as JSON and as tag-value. */
#pragma once

#include "report/bom.h"

void spdx2_write(struct out *out, const struct report *report, bool tags);

/* ---- shared with SPDX 3.0 ---- */

/* "LicenseRef-..." of what is no SPDX expression: by its words, in each document the same. */
void spdx_license_ref(struct buf *out, struct str license);
/* The package's licences as one expression, those that SPDX does not know as LicenseRef-; empty:
 * none are told. */
void spdx_license_expression(struct buf *out, const struct package *package);
/* The next LicenseRef- of an expression. */
bool spdx_next_reference(struct str *rest, struct str *ret_reference);
/* Those that are no SPDX expressions, and references inside of expressions, each once; free() the
 * array. */
struct str *spdx_other_licenses(const struct report *report, size_t *ret_count);
/* Facts as lines "plimsoll:KEY=VALUE", with what would break a line percent-encoded. */
void spdx_package_facts(struct buf *out, const struct report *report, size_t index);
void spdx_target_facts(struct buf *out, const struct report *report);
/* "found in: PATH, PATH"; empty: nowhere. */
void spdx_source_info(struct buf *out, const struct package *package);
