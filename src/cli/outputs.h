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
