/* What the verbs that speak to engines have in common at the prompt. */
#pragma once

#include "cli/verb.h"
#include "runtime/address.h"

/* Views into args. PL_E_USAGE on a value that is none. */
int engine_args_parse(const struct args *args, struct engine_options *ret_options,
                      struct pl_err *err);

#define ENGINE_OPTIONS                                                                             \
    {"engine", "ADDRESS",                                                                          \
     N_("the engine: unix:///PATH, tcp://HOST:PORT, or a context of Docker; by default as "        \
        "DOCKER_HOST, DOCKER_CONTEXT and CONTAINER_HOST say, else at its usual socket")},          \
        {"engine-timeout", "TIME",                                                                 \
         N_("how long an answer of an engine may take, such as 60s; by default 20s, and 5 "        \
            "minutes for an image's first byte")},                                                 \
        {"storage", "DIR",                                                                         \
         N_("an engine's folder that is read in the place of asking the engine, such as "          \
            "/var/lib/docker")},                                                                   \
    {                                                                                              \
        "namespace", "NAME", N_("the namespace of containerd to look in; by default all")          \
    }
