/* Report writers: one a format. */
#pragma once

#include "base/err.h"
#include "io/out.h"
#include "model/report.h"

struct report_style {
    size_t width;    /* columns of the terminal; 0: not a terminal */
    bool color;      /* ANSI colours */
    bool local;      /* texts in the person's language (--lang, or a table); else English */
    bool packages;   /* list the packages, too (`plimsoll sbom`) */
    bool verbose;    /* table: every finding and diagnostic */
    bool suppressed; /* people's formats: list the suppressed findings, too, with their reasons */
    struct str template; /* the text of --format template=FILE; empty: none */
    struct str version;  /* of the format, "1.7" of cyclonedx@1.7; empty: its first */
};

struct report_format {
    const char *name;
    const char *help;            /* translatable */
    const char *const *versions; /* that it can be asked for, the default first, ended by NULL;
                                    NULL: there is only one */
    bool has_file;               /* F=FILE names a file that it reads, not where the report goes */
    /* Checks the template of --format F=FILE before anything is scanned; NULL: there is none. */
    int (*check)(struct str template, struct pl_err *err);
    void (*write)(struct out *out, const struct report *report, const struct report_style *style);
};

extern const struct report_format *const report_formats[]; /* ended by NULL */
const struct report_format *report_format_find(struct str name);

/* The text of a diagnostic in the style's language. */
static inline struct str diagnostic_text(const struct diagnostic *diagnostic,
                                         const struct report_style *style)
{
    return style->local ? diagnostic->local : diagnostic->message;
}
