/* Where reports go: --format F[@VERSION][=FILE] and --output FILE. */
#pragma once

#include "cli/verb.h"
#include "model/report.h"
#include "report/format.h"

/* One --format. */
struct output {
    const struct report_format *format;
    struct str version;  /* of the format; empty: its first */
    struct str template; /* its text, where the format reads one */
    const char *file;    /* NULL: standard output */
};

struct outputs {
    VEC(struct output) items;
    struct arena arena;
    bool packages;   /* tables list the packages: `plimsoll sbom` */
    bool suppressed; /* --show-suppressed */
};

/* Reads the options; templates are read and checked, so that nothing fails behind a long scan.
 * `targets`: how many reports there will be; files then need "{target}" or "{n}" in their names. */
int outputs_parse(struct outputs *outputs, const struct args *args, size_t targets,
                  struct pl_err *err);
void outputs_free(struct outputs *outputs);
/* True when one of the formats is a bill of materials, or the whole is about one. */
bool outputs_want_details(const struct outputs *outputs);
/* The report of target `number` (from 1). A file appears whole or not at all. */
int outputs_write(struct outputs *outputs, const struct args *args, const struct report *report,
                  size_t number, struct pl_err *err);

/* Of every verb that writes reports. */
#define OUTPUT_OPTIONS                                                                             \
    {"format", "F[=FILE]",                                                                         \
     N_("report format, to a file or to standard output; can be given several times; by default "  \
        "table on a terminal, else json")},                                                        \
    {                                                                                              \
        "output", "FILE",                                                                          \
            N_("where the report goes whose --format names no file; by default standard output; "  \
               "{target} and {n} in a name stand for the target and its number")                   \
    }
