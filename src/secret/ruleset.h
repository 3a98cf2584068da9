/* Rules for secrets, compiled: those of the program, and those that people bring. */
#pragma once

#include <hs/hs.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/vec.h"
#include "secret/secret_table.h"

enum { SECRET_WIDTH = 2000 }; /* bytes that a match may have, at the most */

/* How much a rule knows of what it finds: of several on the same bytes the first in this order
 * speaks. */
enum secret_rank { SECRET_TOKEN, SECRET_OF_FILE, SECRET_GENERIC };

struct secret_ruleset {
    struct arena arena;
    VEC(const struct secret_rule *) rules; /* ids of hits are indices in here */
    VEC(const struct secret_allow *) allows;
    hs_database_t *databases[2]; /* of the program's own rules, of people's; NULL: none */
    bool owned[2];               /* they are freed with the set */
    unsigned own;                /* how many of the rules are people's: they come last */
    unsigned char key[32];       /* of the hash that stands for a secret in fingerprints */
    bool has_key;                /* it is people's own */
};

/* The program's rules and allow rules. PL_E_NOT_FOUND when Hyperscan or PCRE2 are not installed:
 * then no secrets can be looked for. */
int secret_ruleset_new(struct secret_ruleset **ret_set, struct pl_err *err);
void secret_ruleset_free(struct secret_ruleset *set);
/* Takes away the program's own rules; all of them when `id` is empty. False: there is none. */
bool secret_ruleset_disable(struct secret_ruleset *set, struct str id);
/* Adds rules that people bring; what they point to lives as long as the set (its arena). */
void secret_ruleset_add(struct secret_ruleset *set, const struct secret_rule *rule);
void secret_ruleset_add_allow(struct secret_ruleset *set, const struct secret_allow *allow);
/* Once, behind the last of them. PL_E_FORMAT: a pattern that is none, by its rule. */
int secret_ruleset_seal(struct secret_ruleset *set, struct pl_err *err);

enum secret_rank secret_rank_of(const struct secret_rule *rule);
const struct secret_rule *secret_rule_find(const struct secret_ruleset *set, struct str id);
/* 32 hex digits of a keyed hash of the secret, by its digest: HMAC-SHA256 (RFC 2104), stretched
 * like PBKDF2 (RFC 8018) with SECRET_ROUNDS rounds, so that who has a report cannot guess weak
 * secrets fast. */
enum { SECRET_HASH = 33, SECRET_ROUNDS = 1000 };
void secret_digest(struct str secret, unsigned char ret_digest[SHA256_BYTES]);
void secret_hash(const struct secret_ruleset *set, const unsigned char digest[SHA256_BYTES],
                 char ret_text[SECRET_HASH]);
/* Packs what results depend on beside the program. */
void secret_ruleset_pack(const struct secret_ruleset *set, struct buf *buf);
