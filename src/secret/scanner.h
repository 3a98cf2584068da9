/* Looks for secrets in bytes that come in order. Hyperscan says where the pattern of some rule may
 * end, for all rules in one pass; PCRE2 says there what the secret is, and the rest of the rule
 * whether it is one. Memory is bounded whatever the file, and so is the work: a rule that has
 * looked at more than LIMIT_SECRET_CANDIDATES places of a file in vain is told and passed over
 * there. */
#pragma once

#include "secret/ruleset.h"

struct secret_scanner;

/* Of one thread. The set is sealed and outlives it. */
struct secret_scanner *secret_scanner_new(const struct secret_ruleset *set);
void secret_scanner_free(struct secret_scanner *scanner);

/* Where the bytes stand. Rules speak of the path; what is let pass by its place may be let pass by
 * that of the archive, too. */
struct secret_place {
    struct str path;  /* of the file, or of the member in there */
    struct str outer; /* the archive's; empty: in none */
};
/* One file: begin, add, ..., end. The texts of `place` outlive it. `size`: how many bytes will
 * come, so that the last ones need not wait; 0 where that is not known. */
void secret_scanner_begin(struct secret_scanner *scanner, struct secret_place place, uint64_t size);
void secret_scanner_add(struct secret_scanner *scanner, struct str bytes);
/* Secrets of the file, each byte of it in one at the most, in their order; valid until the next
 * begin. */
struct secret_found {
    const struct secret_rule *rule;
    uint64_t start, end;                /* bytes of the secret in the file */
    uint32_t line;                      /* from 1; 0: the file is no text */
    uint32_t column;                    /* byte of the line, from 1; 0: not known */
    struct str excerpt;                 /* the match with the secret masked */
    unsigned char digest[SHA256_BYTES]; /* for secret_hash() */
};
struct secret_found_list {
    const struct secret_found *items;
    size_t count;
};
/* `ret_list` is filled whatever is returned; PL_E_LIMIT: not all places were looked at. */
int secret_scanner_end(struct secret_scanner *scanner, struct secret_found_list *ret_list,
                       struct pl_err *err);

/* Whether the rule finds a secret in this text, files and other rules apart: for examples. */
bool secret_scanner_tries(struct secret_scanner *scanner, const struct secret_rule *rule,
                          struct str text);
/* verify.c: the checks of a rule behind its pattern. */
struct secret_candidate {
    const struct secret_rule *rule;
    struct str window; /* bytes around: no less than a line and 256 bytes to each side, if there */
    size_t start, end; /* the match in the window */
    struct str secret; /* in the window */
    struct secret_place place;
    bool text; /* the file is one */
};
struct secret_verifier;
struct secret_verifier *secret_verifier_new(const struct secret_ruleset *set);
void secret_verifier_free(struct secret_verifier *verifier);
/* Whether the rule speaks of such files at all: without looking at what was found. */
bool secret_speaks_of(struct secret_verifier *verifier, const struct secret_rule *rule,
                      struct secret_place place, bool text);
bool secret_verify(struct secret_verifier *verifier, const struct secret_candidate *candidate);
/* Bits of information in a byte of the text, by how often each byte occurs in it (Shannon). */
double secret_entropy(struct str text);
/* checksum.c: whether a token's own check digits are right. An unknown check is passed by all. */
bool secret_checksum_holds(const char *name, struct str secret);
