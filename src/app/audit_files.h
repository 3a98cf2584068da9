/* Use case: files that say how containers are built and run, looked at by the checks. */
#pragma once

#include "base/progress.h"
#include "check/check.h"
#include "model/report.h"

struct audit_options {
    struct check_choice checks;
    const struct progress *progress; /* NULL: none */
};

/* Files, and folders with all that is below them (not what links lead to, not .git and its like);
 * "-" is standard input, a Dockerfile. Paths of findings are relative to the folder when it is the
 * only one, else as they were given. A file that cannot be examined is a diagnostic; a path that is
 * not there is PL_E_NOT_FOUND. */
int audit_files(const char *const *paths, size_t count, const struct audit_options *options,
                struct report *report, struct pl_err *err);
