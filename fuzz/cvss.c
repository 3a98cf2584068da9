/* CVSS vectors: what is taken has scores from 0 to 10 with one decimal. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "score/cvss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_score(double score)
{
    if (!(score >= 0 && score <= 10) || fabs(score * 10 - round(score * 10)) > 1e-6)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cvss cvss;
    struct pl_err err = {0};
    if (cvss_parse(str_make((const char *)data, size), &cvss, &err) == 0) {
        check_score(cvss.score);
        check_score(cvss.base_score);
        if (cvss.version == CVSS_NONE || !cvss_version_name(cvss.version))
            abort();
    } else if (!err.message[0]) {
        abort();
    }
    return 0;
}
