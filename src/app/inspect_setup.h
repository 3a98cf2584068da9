/* The inspectors of a run: made once, used for every target. */
#pragma once

#include "app/inspection.h"
#include "check/check.h"

struct inspect_options {
    bool secrets, passwords, permissions, config;
    struct str checks; /* which, as check_choice_parse() has it; empty: those by default */
    const char *const *secret_rules; /* files of people's rules */
    size_t secret_rule_count;
    const char *fingerprint_key; /* file; NULL: none */
    const char *wordlist;        /* file; NULL: none */
    uint64_t password_seconds;
    bool malware, malware_named; /* asked for; by name, so that it must not be left out silently */
    const char *clamd;           /* its address; NULL: none */
    const char *const *yara, *const *hashes; /* files of rules, of digests */
    size_t yara_count, hash_count;
};

struct secret_ruleset;
struct password_config;
struct clamd;
struct yara;
struct known_hashes;
struct inspect_setup {
    struct inspectors inspectors;
    struct secret_ruleset *secrets; /* NULL: not looked for */
    bool config;                    /* configuration is checked */
    bool no_malware;                /* it was asked for, and there is nothing to look for it with */
    struct clamd *clamd;
    struct yara *yara;
    struct known_hashes *hashes;
    struct check_choice checks;
    struct arena arena;
    struct password_config *passwords;
    /* What cannot be looked for on this machine: each report says so, and is incomplete. */
    VEC(struct pl_err) missing;
    VEC(struct pl_err) notes; /* what a person should know of the files that were read */
};

/* PL_E_USAGE, PL_E_FORMAT and others: a file of people's is wrong. */
int inspect_setup_open(const struct inspect_options *options, struct inspect_setup *ret_setup,
                       struct pl_err *err);
/* The first inspector that looks for this kind; NULL: none does. */
const struct inspector *inspect_setup_find(const struct inspect_setup *setup,
                                           enum finding_kind kind);
void inspect_setup_free(struct inspect_setup *setup);
