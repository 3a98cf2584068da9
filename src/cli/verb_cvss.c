#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/ui.h"
#include "io/out.h"
#include "score/cvss.h"
#include "score/severity.h"

/* "SCORE SEVERITY" or "error: …"; false for the latter. */
static bool print_score(struct out *out, struct str vector)
{
    struct cvss cvss;
    struct pl_err err;
    if (cvss_parse(vector, &cvss, &err) < 0) {
        out_printf(out, "error: %s\n", err.message);
        return false;
    }
    /* The scales of the specifications call 0.0 "None". */
    const char *severity =
        cvss.score > 0 || cvss.version == CVSS_2_0
            ? severity_name(severity_of_score(cvss.score, (int)cvss.version / 10))
            : "none";
    out_printf(out, "%.1f %s\n", cvss.score, severity);
    return true;
}

static int cvss_run(const struct args *args)
{
    struct out out;
    struct pl_err err;
    bool good = true;
    if (args->words.count == 0) {
        err_set(&err, PL_E_USAGE, "cvss needs a vector, or - to read vectors from standard input");
        return ui_fail(&err);
    }
    out_init(&out, 1);
    for (size_t i = 0; i < args->words.count; i++) {
        if (strcmp(args->words.items[i], "-") != 0) {
            good = print_score(&out, str_of(args->words.items[i])) && good;
            continue;
        }
        char *line = NULL;
        size_t capacity = 0;
        for (ssize_t len; (len = getline(&line, &capacity, stdin)) >= 0;)
            good = print_score(&out, str_trim(str_make(line, (size_t)len))) && good;
        free(line);
    }
    if (out_close(&out, &err) < 0)
        return ui_fail(&err);
    return good ? EXIT_DONE : EXIT_FOUND;
}

const struct verb verb_cvss = {
    .name = "cvss",
    .arguments = "VECTOR...|-",
    .help = N_("scores of CVSS vectors: v2.0, v3.0, v3.1 and v4.0"),
    .details =
        N_("Prints SCORE SEVERITY for each vector: for v2.0 the base score; for v3.x the base "
           "score, or the temporal or environmental one when such metrics are given; for v4.0 "
           "the CVSS-B, BT, BE or BTE score. A vector that is none prints error: and the "
           "reason, and the exit code is 1."),
    .examples = {"plimsoll cvss CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                 "plimsoll cvss - < vectors.txt"},
    .run = cvss_run,
};
