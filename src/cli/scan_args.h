/* What a scan needs that people say at the prompt: shared by the verbs that scan one target, and a
 * registry. */
#pragma once

#include "app/bases.h"
#include "app/scan.h"
#include "cli/cache_args.h"
#include "cli/engine_args.h"
#include "cli/inspect_args.h"
#include "cli/registry_args.h"
#include "cli/verb.h"
#include "decide/decide.h"
#include "decide/gate.h"
#include "license/policy.h"

struct scan_setup {
    const struct args *args;
    struct arena arena;
    struct scan_options options; /* its targets point into this struct, which must not move */
    struct gate gate;
    struct decisions *decisions;
    struct bases *bases;
    struct license_policy *licenses;
    struct registry_options registry;
    struct engine_options engines;
    struct trust_policy *trust;
    struct policy *policy; /* NULL: none */
    struct inspect_setup inspect;
    struct cache *cache;
    struct layer_counts layers;
    bool sbom;          /* packages alone: nothing is judged */
    uint64_t exit_code; /* in the place of 1 */
};
/* Everything but where reports go. Makes the first database when there is none. */
int scan_setup_parse(struct scan_setup *setup, const struct args *args, bool sbom,
                     struct pl_err *err);
/* Of verbs that judge findings of something else than images: severities, decisions, exit code. */
int scan_setup_parse_judgement(struct scan_setup *setup, const struct args *args,
                               struct pl_err *err);
void scan_setup_free(struct scan_setup *setup);
/* What was decided about the report's findings, and the exit code that it stands for. One at a
 * time. */
int scan_setup_judge(struct scan_setup *setup, struct report *report);
/* Worse codes first: a fault, then what could not be done at all, then findings, then parts. */
int exit_code_worst(int a, int b);

/* Of every verb that reads images. */
#define TARGET_OPTIONS                                                                             \
    {"platform", "OS/ARCH[/VARIANT]",                                                              \
     N_("which image of an index of several platforms; by default this machine's")},               \
        {"catalogers", "LIST",                                                                     \
         N_("names or groups apart by commas; by default all; see: plimsoll list catalogers")},    \
        {"base", "none|store|docker|podman|FILE",                                                  \
         N_("where images are known from that this one may be built on; several times; by "        \
            "default store, docker and podman; docs/base-image.md")},                              \
        {"layers", "squashed", N_("the image as its layers make it together (the default)")},      \
        {"offline", NULL, N_("never use the network: only what is on this machine is examined")},  \
        REGISTRY_OPTIONS, CACHE_OPTIONS,                                                           \
        {"attached", "LIST",                                                                       \
         N_("what of the documents attached to an image in a registry is used: sbom (in the "      \
            "place "                                                                               \
            "of the layers), vex; by default none")},                                              \
        {"partial", "WHEN",                                                                        \
         N_("auto (the default): layers with a table of contents are fetched in parts; never")},   \
        {"verify", NULL, N_("read every byte and check every digest, also of plain layers")},      \
    {                                                                                              \
        "timeout", "TIME", N_("give up after this time, such as 30s or 10m; by default never")     \
    }

#define POLICY_OPTION                                                                              \
    {                                                                                              \
        "policy", "FILE",                                                                          \
            N_("a policy in YAML: which findings fail, exceptions, owners, trusted registries; "   \
               "docs/policy.md; plimsoll policy test")                                             \
    }

/* Of every verb that judges them. */
#define FINDING_OPTIONS                                                                            \
    POLICY_OPTION,                                                                                 \
        {"db", "DIR", N_("folder of the advisory database; by default plimsoll's data folder")},   \
        {"max-db-age", "TIME", N_("refuse a database older than this, such as 12h or 7d")},        \
        {"fail-on", "SEVERITY|none",                                                               \
         N_("exit code 1 when there is a finding of this severity or worse; by default none")},    \
        {"exit-code", "N", N_("the exit code of --fail-on in the place of 1")},                    \
        {"severity", "LIST",                                                                       \
         N_("show only findings of these severities, apart by commas; --fail-on looks at all")},   \
        {"only-fixed", NULL, N_("leave out vulnerabilities that have no fix; they do not count")}, \
        {"grace", "TIME|SEVERITY=TIME,...",                                                        \
         N_("how long a fix may be known before --fail-on counts its finding, such as 14d; by "    \
            "default "                                                                             \
            "not at all")},                                                                        \
        {"ignore", "FILE|none",                                                                    \
         N_("rules that ignore findings: ours, .trivyignore[.yaml], Grype's ignore; several "      \
            "times; by "                                                                           \
            "default .plimsollignore.yaml, .trivyignore, .trivyignore.yaml, .grype.yaml of the "   \
            "folder")},                                                                            \
        {"vex", "FILE",                                                                            \
         N_("statements on vulnerabilities: OpenVEX, CSAF, CycloneDX; several times")},            \
        {"vex-key", "FILE",                                                                        \
         N_("public key in PEM: only VEX that it signed counts (a DSSE envelope, or FILE.sig)")},  \
        {"baseline", "REPORT",                                                                     \
         N_("report only what is new since this report (JSON of plimsoll)")},                      \
        {"verify-key", "FILE",                                                                     \
         N_("public key in PEM: an image of a registry must be signed by it (cosign), or by "      \
            "another "                                                                             \
            "one "                                                                                 \
            "that is named; else it is a finding and the run fails; attached documents, too, "     \
            "count "                                                                               \
            "only "                                                                                \
            "when signed; several times")},                                                        \
        {"trust-registry", "LIST",                                                                 \
         N_("registries, or parts such as registry.example/team, apart by commas: an image of "    \
            "another "                                                                             \
            "one "                                                                                 \
            "is a finding and the run fails")},                                                    \
        {"show-suppressed", NULL, N_("list suppressed findings, too, with the reasons")},          \
        {"license-allow", "LIST",                                                                  \
         N_("licences that are allowed, apart by commas: ids of SPDX, patterns such as BSD-*, "    \
            "groups "                                                                              \
            "such as permissive; others are findings; docs/licenses.md")},                         \
        {"license-deny", "LIST",                                                                   \
         N_("licences that are denied, such as copyleft or AGPL-*,unknown")},                      \
        {"license-policy", "FILE", N_("a policy on licences in YAML, with exceptions")},           \
        {"only", "KINDS",                                                                          \
         N_("kinds of findings to look for, apart by commas: vuln, secret, password, config, "     \
            "permission, malware, license")},                                                      \
        INSPECT_OPTIONS,                                                                           \
    {                                                                                              \
        "skip", "KINDS", N_("kinds of findings not to look for, apart by commas")                  \
    }

/* Of verbs that judge findings that have no fix, no feed and no registry. */
#define JUDGEMENT_OPTIONS                                                                          \
    POLICY_OPTION,                                                                                 \
        {"fail-on", "SEVERITY|none",                                                               \
         N_("exit code 1 when there is a finding of this severity or worse; by default none")},    \
        {"exit-code", "N", N_("the exit code of --fail-on in the place of 1")},                    \
        {"severity", "LIST",                                                                       \
         N_("show only findings of these severities, apart by commas; --fail-on looks at all")},   \
        {"ignore", "FILE|none",                                                                    \
         N_("rules that ignore findings: ours, .trivyignore[.yaml], Grype's ignore; several "      \
            "times; by "                                                                           \
            "default .plimsollignore.yaml, .trivyignore, .trivyignore.yaml, .grype.yaml of the "   \
            "folder")},                                                                            \
        {"baseline", "REPORT",                                                                     \
         N_("report only what is new since this report (JSON of plimsoll)")},                      \
    {                                                                                              \
        "show-suppressed", NULL, N_("list suppressed findings, too, with the reasons")             \
    }
