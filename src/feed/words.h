/* The words of feeds: severities, ids, dates, titles. */
#pragma once

#include "base/arena.h"
#include "score/severity.h"
#include "vulndb/internal.h"

/* "CRITICAL", "Important", "MODERATE", "low", "negligible", "none" ... in any case; anything else
 * is SEVERITY_UNKNOWN. */
enum severity words_severity(struct str word);

/* "CVE-2024-1234" in `text`, wherever it begins: prefixes ("UBUNTU-CVE-..."), "CVE_2024-1234" and
 * what stands behind the number are left away. False when there is none. The result is in `arena`
 * or a part of `text`. */
bool words_cve(struct arena *arena, struct str text, struct str *ret_cve);

/* RFC 3339 to whole seconds in UTC: "2024-11-24T15:59:00.090" and the like; a date alone stays one.
 * Empty when it is none, or before 1980 ("never"). */
struct str words_date(struct arena *arena, struct str text);

/* The first line, about 80 characters of it at the most, cut at a word and marked with "…". */
struct str words_title(struct arena *arena, struct str text);

/* Adds a score to a facet; false when the vector is none. At the most FACET_CVSS_MAX are kept. */
bool words_cvss(struct vulndb_facet *facet, struct str vector, struct str source);
