/* Findings by what they are about, and what to do first: the few updates that take away the most
 * risk. Suppressed findings and those in files (part_is_file_kind) are in neither. */
#pragma once

#include "report/parts.h"

/* Findings of one package (for those of an operating system: of one source), or of one file. */
struct finding_group {
    const struct finding *const *items; /* by id */
    size_t count;
    const struct package *package; /* one of them; NULL: not about packages */
    struct str name, installed;
    struct str fixed; /* the highest of the versions that fix something; empty: none */
    enum base_known base;
    enum severity worst;
    size_t by_severity[SEVERITY_COUNT]; /* of vulnerabilities: an id counts once */
    size_t ids, fixable, exploited;     /* exploited: in KEV, with a fix */
    uint64_t risk;                      /* of what has a fix, summed */
};

enum update_kind { UPDATE_BASE, UPDATE_SYSTEM, UPDATE_PACKAGE };
struct update {
    enum update_kind kind;
    enum package_type type;
    const struct finding_group *group; /* the first one, or the only one */
    size_t groups;                     /* packages (sources) that it updates */
    size_t ids, exploited;             /* vulnerabilities that it ends */
    size_t by_severity[SEVERITY_COUNT];
    uint64_t risk;
    struct str names; /* of some of them, apart by ", " */
};

struct finding_groups {
    struct arena arena;
    const struct finding **findings;
    VEC(struct finding_group) groups; /* the worst first */
    VEC(struct update) updates;       /* what is exploited first, then by risk */
};

void finding_groups_make(struct finding_groups *groups, const struct report *report);
void finding_groups_free(struct finding_groups *groups);
/* The command that updates a system's packages of this type; NULL: none is known. */
const char *update_command(enum package_type type);
