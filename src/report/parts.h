/* What the formats for people have in common: words for the model's values, where a finding is,
 * and pages about an id. */
#pragma once

#include "base/i18n.h"
#include "report/format.h"

extern const char *const part_severities[SEVERITY_COUNT];       /* translatable */
extern const char *const part_statuses[FINDING_STATUS_COUNT];   /* translatable */
extern const enum severity part_severity_order[SEVERITY_COUNT]; /* as people read them */
extern const char *const part_kinds[FINDING_KIND_COUNT];        /* translatable headings */

/* What files and configs tell of, in the order in which it needs an answer. */
enum { PART_FILE_KINDS = 5 };
extern const enum finding_kind part_file_kinds[PART_FILE_KINDS];
bool part_is_file_kind(enum finding_kind kind);

/* The text in the style's language. */
static inline const char *style_text(const struct report_style *style, const char *text)
    __attribute__((format_arg(2)));
static inline const char *style_text(const struct report_style *style, const char *text)
{
    return style->local ? tr(text) : text;
}

/* The one of the two in the style's language, where it has one. */
static inline struct str part_text(const struct report_style *style, struct str text,
                                   struct str local)
{
    return style->local && local.len ? local : text;
}

/* Where those end that say the same of other places as findings[begin]: behind one another, since a
 * report is sorted by severity and id. */
size_t part_rule_end(const struct finding *const *findings, size_t count, size_t begin);
/* "path:line", or the path; empty: it is about the target. */
struct str part_place(struct arena *arena, const struct finding *finding);
/* What exactly: the detail and the excerpt; empty: the title says it all. */
struct str part_said(struct arena *arena, const struct report_style *style,
                     const struct finding *finding);
/* NULL: the finding is about a file or about the target. */
const struct package *part_package(const struct report *report, const struct finding *finding);
/* What the finding is about: the package's name, else the path, else the target. */
struct str part_subject(const struct report *report, const struct finding *finding);
/* Whether the package is the operating system's: its manager brings the fix. */
bool part_is_system(const struct package *package);
/* The page about a CVE, a GHSA or another advisory of OSV, or a license of SPDX; empty: none. */
struct str part_link(struct arena *arena, enum finding_kind kind, struct str id);
/* The same of a finding; where it has no such page, its first reference. */
struct str part_page(struct arena *arena, const struct finding *finding);
/* Whether it can be a link's address as it stands. */
bool part_is_address(struct str reference);
/* The first CVSS entry of the newest version; NULL: none. */
const struct cvss_entry *part_cvss(const struct finding *finding);
/* "debian 12", "Debian GNU/Linux 12 (bookworm)", or empty. */
struct str part_os(const struct report *report);
