/* What inspectors (secrets, passwords, permissions, malware) are told at the prompt. */
#pragma once

#include "app/inspect_setup.h"
#include "cli/kinds_args.h"

#define INSPECT_OPTIONS                                                                            \
    {"checks", "LIST",                                                                             \
     N_("all, also the pedantic ones; ids and aliases (DL3008) of single ones to add, -ID to "     \
        "leave "                                                                                   \
        "one out; apart by commas; plimsoll list checks")},                                        \
        {"secret-rules", "FILE",                                                                   \
         N_("rules for secrets, and what is none: ours (TOML), gitleaks.toml, Trivy's "            \
            "trivy-secret.yaml; several times; docs/secrets.md")},                                 \
        {"wordlist", "FILE",                                                                       \
         N_("words, one a line, packed or not, that hashes of passwords are held against behind "  \
            "ours; docs/passwords.md")},                                                           \
        {"password-time", "TIME",                                                                  \
         N_("what guessing passwords may take of a layer (5s); 0s: no hash is held against "       \
            "words")},                                                                             \
        {"clamd", "SOCKET|HOST:PORT",                                                              \
         N_("a clamd that looks for malware in every file, such as /run/clamav/clamd.ctl")},       \
        {"yara", "FILE|DIR", N_("rules of YARA against malware; several times")},                  \
        {"malware-hashes", "FILE",                                                                 \
         N_("digests (MD5, SHA-1, SHA-256) of malware, one a line, with a name behind it; "        \
            "several "                                                                             \
            "times")},                                                                             \
    {                                                                                              \
        "fingerprint-key", "FILE",                                                                 \
            N_("32 bytes or more that only you know: fingerprints of secrets are keyed with it")   \
    }

/* Readies what the kinds need. */
int inspect_args_open(const struct args *args, const struct kinds *kinds,
                      struct inspect_setup *ret_setup, struct pl_err *err);
