/* Shared by the files of this folder. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash_set.h"
#include "base/vec.h"
#include "decide/decide.h"
#include "io/json_doc.h"
#include "io/pcre.h"
#include "model/purl.h"

/* ---- rules that ignore ---- */

/* All conditions that are set have to hold. */
struct ignore_rule {
    const char *file; /* in the arena of the decisions */
    size_t line;      /* 0: not known */
    struct str *ids;  /* globs; none: any */
    size_t id_count;
    struct str package;       /* glob; empty: any */
    const struct pcre *regex; /* of the package's whole name, or NULL */
    struct str source;        /* name of the source package; empty: any */
    struct str version;       /* glob; empty: any */
    struct str type;          /* of the package; empty: any */
    struct str *purls;        /* one of them; none: any */
    size_t purl_count;
    struct str *paths; /* globs; one of the package's, or the finding's, matches; none: any */
    size_t path_count;
    unsigned kinds, severities, statuses; /* bits; 0: any */
    int64_t ends;                         /* the first second when it no longer holds; 0: none */
    struct str until, reason;
};

/* ---- VEX ---- */

/* A time that is told and not understood: what suppresses is then older than all others, and what
 * does not is younger. */
#define VEX_TIME_UNCLEAR (INT64_MIN + 1)

enum vex_status { VEX_NOT_AFFECTED, VEX_AFFECTED, VEX_FIXED, VEX_UNDER_INVESTIGATION };

/* What a statement is about: an image, or a package. One of what is told has to be equal. */
struct vex_product {
    bool has_purl;
    struct purl purl;
    struct str name;    /* its id, where that is no purl */
    struct str *hashes; /* "sha256:<hex>" */
    size_t hash_count;
    struct str cpe; /* 2.2 URI, or 2.3 */
    bool is_range;  /* some of its versions, which cannot be told: nothing is suppressed */
};

struct vex_statement {
    const char *file;
    struct str *ids; /* names of the vulnerability */
    size_t id_count;
    struct vex_product product, part;
    bool has_part; /* it is about this part of the product only */
    enum vex_status status;
    struct str justification; /* the format's own word */
    struct str text;
    int64_t time; /* seconds; INT64_MIN: not told */
};

/* Names of vulnerabilities to the statements about them. */
struct named {
    struct str name;
    uint32_t index;
};

/* A document that was refused, and why: every report tells it. */
struct refused {
    struct str file, message, local;
};

struct decisions {
    struct arena arena;
    VEC(struct ignore_rule) rules;
    VEC(struct vex_statement) statements;
    VEC(struct named) rule_ids, statement_ids; /* sorted by decisions_seal(), without wildcards */
    VEC(struct pcre *) regexes;
    VEC(uint32_t) general; /* rules without ids, or with wildcards in them */
    VEC(struct refused) refused;
    uint64_t steps; /* of work with products inside of packages, for the report at hand */
    struct hash_set baseline;
    struct str baseline_file;
    bool has_baseline;
    bool sealed;
};

static inline bool is_cve(struct str name)
{
    return str_starts(name, STR("CVE-"));
}

/* The finding's own id (0), then its aliases. Two CVEs are two vulnerabilities, also where one
 * advisory tells of both: of a finding that has a CVE as its id no other CVE is a name. */
size_t finding_name_count(const struct finding *finding);
bool finding_name(const struct finding *finding, size_t index, struct str *ret_name);

void decisions_add_rule(struct decisions *decisions, const struct ignore_rule *rule);
/* PL_E_LIMIT when the documents say more than LIMIT_VEX_STATEMENTS. */
int decisions_add_statement(struct decisions *decisions, const struct vex_statement *statement,
                            struct pl_err *err);
/* A copy that lives as long as the decisions. */
struct str decisions_keep(struct decisions *decisions, struct str text);

/* The readers of rules: by the document's content. */
int ignore_read_yaml(struct decisions *decisions, const char *file, struct str text,
                     struct pl_err *err);
int ignore_read_text(struct decisions *decisions, const char *file, struct str text,
                     struct pl_err *err);
/* The conditions of one mapping, as rules of ours have them, with until and reason. Texts are kept
 * by `decisions`, to which nothing is added. Errors name file and line. */
int ignore_take_conditions(struct decisions *decisions, const char *file, size_t line,
                           const json_t *object, struct ignore_rule *ret_rule, struct pl_err *err);
bool ignore_rule_matches(const struct ignore_rule *rule, const struct report *report,
                         const struct finding *finding);

/* The readers of VEX: false when the document is none of the format's. */
struct vex_format {
    const char *name;
    bool (*is)(const json_t *root);
    int (*read)(struct decisions *decisions, const char *file, const json_t *root,
                struct pl_err *err);
};
extern const struct vex_format vex_openvex, vex_csaf, vex_cyclonedx;
/* `steps` counts what LIMIT_VEX_INSIDE bounds; past it a statement that suppresses does not fit,
 * and another one does. */
bool vex_matches(const struct vex_statement *statement, const struct report *report,
                 const struct finding *finding, uint64_t *steps);
bool vex_suppresses(const struct vex_statement *statement);
/* The product that a purl, or another name of one, means. */
struct vex_product vex_product_of(struct decisions *decisions, struct str id);
void vex_product_hash(struct decisions *decisions, struct vex_product *product,
                      struct str algorithm, struct str hex);
/* VEX_TIME_UNCLEAR when the text is no time. */
int64_t vex_time(struct str text);

/* Adds the predicate of an in-toto statement, its VEX statements named after the subjects; a
 * document that is no statement as it is. */
int vex_take_predicate(struct str body, struct buf *ret_text, struct pl_err *err);
/* What stands in a DSSE envelope, or the document itself. PL_E_DIGEST when the key says no. */
int vex_open_envelope(const char *path, struct str document, const char *key, struct buf *ret_text,
                      struct pl_err *err);

/* purl against package: type, name space and name are equal; version and qualifiers where the purl
 * has them. */
bool product_is_package(const struct vex_product *product, const struct report *report,
                        const struct package *package);
bool product_is_target(const struct vex_product *product, const struct report *report);
