/* Hadolint's configuration, .hadolint.yaml (github.com/hadolint/hadolint, README, "Configure"), as
 * far as it decides what is found in a Dockerfile. What it says of output and exit codes is the
 * command line's here. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "score/severity.h"

struct check;
struct check_finding;

enum label_format {
    LABEL_TEXT,
    LABEL_URL,
    LABEL_RFC3339,
    LABEL_SEMVER,
    LABEL_HASH,
    LABEL_SPDX,
    LABEL_EMAIL,
    LABEL_FORMAT_COUNT
};

struct hadolint_label {
    struct str name;
    enum label_format format;
};

struct hadolint_override {
    struct str id;
    enum severity severity;
};

/* Texts are views of `text` and the arena. */
struct hadolint_config {
    struct str path; /* of the file: what findings that it ignores refer to */
    const struct str *ignored;
    size_t ignored_count;
    const struct hadolint_override *overrides;
    size_t override_count;
    const struct str *registries; /* patterns; none: all are trusted */
    size_t registry_count;
    const struct hadolint_label *labels;
    size_t label_count;
    bool strict_labels; /* no others than these */
    bool no_pragmas;    /* Hadolint's comments that ignore count for nothing */
};

/* PL_E_FORMAT, PL_E_LIMIT: LIMIT_HADOLINT_WORDS; *ret_config then has what was read so far. */
int hadolint_config_read(struct str text, struct str path, struct arena *arena,
                         struct hadolint_config *ret_config, struct pl_err *err);
/* Whether it gives the check a severity: then the check runs, by default or not. NULL: no. */
bool hadolint_asks(const struct hadolint_config *config, const struct check *check);
/* Marks what the configuration ignores, and gives it the severity that it says. */
void hadolint_apply(const struct hadolint_config *config, struct check_finding *finding);
