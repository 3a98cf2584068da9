/* What the verbs that speak to registries have in common at the prompt. */
#pragma once

#include "base/arena.h"
#include "cli/verb.h"
#include "registry/client.h"

/* Views into args and the arena. PL_E_USAGE on a value that is none. */
int registry_args_parse(const struct args *args, struct arena *arena,
                        struct registry_options *ret_options, struct pl_err *err);

#define REGISTRY_OPTIONS                                                                           \
    {"ca-file", "FILE", N_("certificates of authorities to trust beside the system's, PEM")},      \
        {"cert-dir", "DIR",                                                                        \
         N_("*.crt to trust, *.cert and *.key to show; by default the registry's folder in "       \
            "/etc/docker/certs.d and /etc/containers/certs.d")},                                   \
        {"insecure", "HOST[:PORT]",                                                                \
         N_("a registry whose certificate is not checked, or that speaks plain HTTP; several "     \
            "times")},                                                                             \
        {"mirror", "HOST[/PREFIX]=HOST[/PREFIX]",                                                  \
         N_("where images of a registry are asked for first; several times")},                     \
        {"registry-user", "USER",                                                                  \
         N_("user at the target's registry; by default as docker login and podman login left "     \
            "it")},                                                                                \
    {                                                                                              \
        "registry-password-file", "FILE",                                                          \
            N_("file with that user's password or token; - is standard input")                     \
    }
