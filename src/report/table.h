/* Shared by the files of the table: what stands above the rows, the rows, and the sections below.
 */
#pragma once

#include "report/format.h"

/* Findings of one id in the binary packages of one source. */
struct row {
    const struct finding *finding;
    struct str packages; /* names, apart by commas */
    struct str installed;
};

enum column {
    COLUMN_SEVERITY,
    COLUMN_RISK,
    COLUMN_ID,
    COLUMN_PACKAGE,
    COLUMN_INSTALLED,
    COLUMN_FIX,
    COLUMN_TITLE,
    COLUMN_COUNT
};

struct table {
    struct out *out;
    const struct report *report;
    const struct report_style *style;
    struct arena arena;
    struct row *rows;
    size_t row_count;
    size_t widths[COLUMN_COUNT];
};

/* Translatable; readable on dark and on light. */
extern const char *const table_severity_texts[SEVERITY_COUNT];
extern const char *const table_severity_colors[SEVERITY_COUNT];

void table_paint(struct table *table, const char *code);
void table_safe(struct table *table, struct str text);
/* NULL: the finding has none. */
const struct package *table_package(const struct table *table, const struct finding *finding);

/* Where packages of languages are; suppressed findings, with --show-suppressed; all packages, for
 * `plimsoll sbom`; what to do; the verdict. */
void table_sections(struct table *table);
/* Leaves those of packages in their order; their count. */
size_t table_keep_packages(const struct table *table, const struct finding **findings,
                           size_t count);
/* table_files.c: findings that are about files and configuration, by kind and rule. */
void table_files(struct table *table);
