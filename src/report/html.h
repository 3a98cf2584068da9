/* The parts of the HTML report. Everything that stands in both languages is shown in the one that
 * the document is in (web/report/report.css). */
#pragma once

#include "report/groups.h"

/* A file of web/report, as tools/gen_embed.py writes it. */
struct embedded_file {
    struct str text;
    const char *source; /* for a Content-Security-Policy: "'sha256-...'" */
};
extern const struct embedded_file embedded_report_css, embedded_report_js;

struct html {
    struct out *out;
    const struct report *report;
    const struct report_style *style;
    struct finding_groups groups;
    struct report_counts counts;
};

/* A text in both languages. Only numbers may be put into it. */
void html_both(struct html *html, const char *text, ...) __attribute__((format(printf, 2, 3)));
/* A text without conversions. */
void html_word(struct html *html, const char *text);
/* The same for a text whose twin is given: a diagnostic's, a verdict's. */
void html_twins(struct html *html, struct str english, struct str local);
void html_severity(struct html *html, enum severity severity, size_t count);

void html_charts(struct html *html);
/* What is wrong with files and configs: a section a kind. */
void html_files(struct html *html);
/* All findings and packages as JSON, for the script. */
void html_data(struct html *html);
