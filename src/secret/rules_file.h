/* Rules for secrets that people bring: ours (TOML, as data/secrets/ has them), gitleaks' (TOML),
 * and Trivy's trivy-secret.yaml. Which one it is, its contents tell. Sources: docs/secrets.md of
 * this project; README of gitleaks 8, "Configuration"; Trivy's documentation, "Secret Scanning,
 * Configuration". */
#pragma once

#include "io/json_doc.h"
#include "secret/ruleset.h"

/* What a person should know of a file that was read: parts that have no meaning here. */
struct secret_notes {
    struct arena *arena;
    VEC(struct pl_err) items;
};

/* Adds the file's rules, and takes away what it takes away. `name`: of the file, for messages.
 * PL_E_FORMAT with the rule or the line. */
int secret_rules_add(struct secret_ruleset *set, const char *name, struct str text,
                     struct secret_notes *notes, struct pl_err *err);
/* Once the set is sealed: that people's rules find their own examples, and not what they must not
 * (PL_E_FORMAT by the rule). */
int secret_rules_try(const struct secret_ruleset *set, struct pl_err *err);

/* Shared by the readers: texts and lists in the set's arena. */
const char *rules_text(struct secret_ruleset *set, const json_t *object, const char *key);
const char *const *rules_list(struct secret_ruleset *set, const json_t *object, const char *key);
/* The list "keywords" in lower case, in which they are compared. */
const char *const *rules_keywords(struct secret_ruleset *set, const json_t *object);
const char *rules_copy(struct secret_ruleset *set, struct str text);
/* A list of one text. */
const char *const *rules_one(struct secret_ruleset *set, const char *text);
/* "CRITICAL", "high" ...; `otherwise` when it is none. */
enum severity rules_severity(struct str text, enum severity otherwise);
double rules_number(const json_t *object, const char *key);
/* The number of a group, 1 to 99; else 0: the first. */
unsigned rules_group(const json_t *object, const char *key);
void rules_note(struct secret_notes *notes, const struct pl_err *note);

int rules_own_read(struct secret_ruleset *set, const json_t *root, struct secret_notes *notes,
                   struct pl_err *err);
int rules_gitleaks_read(struct secret_ruleset *set, const json_t *root, struct secret_notes *notes,
                        struct pl_err *err);
int rules_trivy_read(struct secret_ruleset *set, const json_t *root, struct secret_notes *notes,
                     struct pl_err *err);
