/* Decisions of people about findings, which last beyond one scan: rules that ignore, statements of
 * VEX, and a baseline. What they are about is kept in the report, marked as suppressed, with the
 * reason. */
#pragma once

#include "base/err.h"
#include "model/report.h"

struct decisions;

struct decisions *decisions_new(void);
void decisions_free(struct decisions *decisions);
static inline void decisions_freep(struct decisions **decisions)
{
    if (*decisions)
        decisions_free(*decisions);
}

/* A file of rules; what kind it is, its content tells:
 * - ours: YAML with a list "ignore" (docs/decisions.md);
 * - Trivy's .trivyignore (text) and .trivyignore.yaml;
 * - Grype's .grype.yaml, its list "ignore".
 * PL_E_USAGE names the file and the line of what cannot be understood: a rule that is half
 * understood would hide more than it should. */
int decisions_read_ignore(struct decisions *decisions, const char *path, struct pl_err *err);

/* A VEX document: OpenVEX 0.2, CSAF 2.0, CycloneDX (JSON), bare or in a DSSE envelope
 * (in-toto attestation). With a public key (`key`, a PEM file; NULL: none) only what is signed by
 * it counts: the envelope, or "PATH.sig" with the signature of the file's bytes in base64. One
 * without a good signature changes nothing, which is a diagnostic of every report. PL_E_FORMAT when
 * it is no VEX document. */
int decisions_read_vex(struct decisions *decisions, const char *path, const char *key,
                       struct pl_err *err);

/* A VEX document that is in memory already, or an in-toto statement about one; `name` tells people
 * where it is from. */
int decisions_add_vex(struct decisions *decisions, struct str name, struct str text,
                      struct pl_err *err);

/* A report of ours in JSON: what it tells of is known. Findings that it has as suppressed are not,
 * unless an older baseline suppressed them. */
int decisions_read_baseline(struct decisions *decisions, const char *path, struct pl_err *err);

/* Marks the report's findings. One that is suppressed already stays as it is; VEX is asked before
 * the rules, the baseline last. */
void decisions_apply(struct decisions *decisions, struct report *report);
