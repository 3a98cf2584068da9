/* Which images are trusted: by the registries that they are from, and by whom they are signed. What
 * is not is a finding of kind config, and makes the run fail. */
#pragma once

#include "decide/attachment.h"
#include "model/report.h"

struct trust_policy;

struct trust_policy *trust_policy_new(void);
void trust_policy_free(struct trust_policy *policy);
/* A public key in PEM: an image signed by one of them is trusted. */
int trust_policy_add_key(struct trust_policy *policy, const char *path, struct pl_err *err);
/* "registry.example", "registry.example/team", "*.example/team/app": images below it are trusted;
 * '*' stands for any text without '/'. */
int trust_policy_add_registry(struct trust_policy *policy, struct str pattern, struct pl_err *err);
struct attachment_keys trust_policy_keys(const struct trust_policy *policy);
bool trust_policy_is_empty(const struct trust_policy *policy);

/* Adds the findings; report.target.signature is filled already. `repository`: "host/name" of the
 * image; empty: where it is from is not known. */
void trust_policy_apply(const struct trust_policy *policy, struct report *report,
                        struct str repository);
/* Marks them as what makes the run fail: behind the gate. */
void trust_policy_judge(const struct trust_policy *policy, struct report *report);
