/* What the formats for people have in common: words for the model's values, where a finding is,
 * and pages about an id. */
#pragma once

#include "base/i18n.h"
#include "report/format.h"

extern const char *const part_severities[SEVERITY_COUNT];       /* translatable */
extern const char *const part_statuses[FINDING_STATUS_COUNT];   /* translatable */
extern const enum severity part_severity_order[SEVERITY_COUNT]; /* as people read them */

/* The text in the style's language. */
static inline const char *style_text(const struct report_style *style, const char *text)
    __attribute__((format_arg(2)));
static inline const char *style_text(const struct report_style *style, const char *text)
{
    return style->local ? tr(text) : text;
}

/* NULL: the finding is about a file or about the target. */
const struct package *part_package(const struct report *report, const struct finding *finding);
/* What the finding is about: the package's name, else the path, else the target. */
struct str part_subject(const struct report *report, const struct finding *finding);
/* Whether the package is the operating system's: its manager brings the fix. */
bool part_is_system(const struct package *package);
/* The page about a CVE, a GHSA or another advisory of OSV, or a license of SPDX; empty: none. */
struct str part_link(struct arena *arena, enum finding_kind kind, struct str id);
/* The first CVSS entry of the newest version; NULL: none. */
const struct cvss_entry *part_cvss(const struct finding *finding);
/* "debian 12", "Debian GNU/Linux 12 (bookworm)", or empty. */
struct str part_os(const struct report *report);
