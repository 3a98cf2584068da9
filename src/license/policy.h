/* A policy on licences: which are allowed, which are denied, and what follows. docs/licenses.md. */
#pragma once

#include "base/err.h"
#include "io/json_doc.h"
#include "model/report.h"

struct license_policy;

/* Nothing is allowed in particular and nothing denied: packages whose licence is not known are
 * told. */
struct license_policy *license_policy_new(void);
void license_policy_free(struct license_policy *policy);

/* Ids, expressions of one licence, patterns with '*', groups, apart by commas. PL_E_USAGE. */
int license_policy_allow(struct license_policy *policy, struct str list, struct pl_err *err);
int license_policy_deny(struct license_policy *policy, struct str list, struct pl_err *err);
/* A file in YAML. PL_E_USAGE, with the file and what is wrong in it. */
int license_policy_read(struct license_policy *policy, const char *path, struct pl_err *err);
/* The same of a mapping that stands in another file, `file` for messages. */
int license_policy_take(struct license_policy *policy, const char *file, const json_t *root,
                        struct pl_err *err);

/* Adds findings of kind license for the packages, and puts all findings into their order. */
void license_policy_apply(const struct license_policy *policy, struct report *report);
