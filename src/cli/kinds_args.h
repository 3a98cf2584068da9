/* --only and --skip: which kinds of findings are looked for. */
#pragma once

#include "cli/verb.h"
#include "model/report.h"

struct kinds {
    bool on[FINDING_KIND_COUNT];
    bool named[FINDING_KIND_COUNT]; /* by --only */
};
int kinds_args_parse(const struct args *args, struct kinds *ret_kinds, struct pl_err *err);
