/* The metrics of a CVSS vector, read by the table of its version. Shared by the versions' files. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "score/cvss.h"

struct cvss_metric {
    char name[4];
    const char *values;       /* of one letter each: "NALP" */
    const char *const *words; /* longer values instead, ended by NULL */
    bool mandatory;
};

/* A metric that the vector doesn't have. */
enum { CVSS_ABSENT = -1 };

struct cvss_table {
    const char *version; /* for messages: "3.1" */
    const struct cvss_metric *metrics;
    size_t count;
    bool ordered; /* the vector must have the table's order */
};

enum { CVSS_METRICS_MAX = 32 };

/* "AV:N/AC:L/..." without its prefix: `ret_values` gets the index of each metric's value. */
int cvss_read_metrics(const struct cvss_table *table, struct str vector, signed char *ret_values,
                      struct pl_err *err);

int cvss2_score(struct str vector, struct cvss *ret, struct pl_err *err);
/* `vector` without "CVSS:3.x/". */
int cvss3_score(struct str vector, int minor, struct cvss *ret, struct pl_err *err);
int cvss4_score(struct str vector, struct cvss *ret, struct pl_err *err);
