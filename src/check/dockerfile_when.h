/* What data/checks/dockerfile*.toml can say of a Dockerfile without a function: every part that is
 * there must hold. Lists are ended by NULL and hold patterns ('*' any bytes, '?' one byte); NULL:
 * the part is not there. */
#pragma once

#include <stdbool.h>

struct dockerfile_when {
    const char *const *instructions; /* "RUN": one of them; its ONBUILD form, too */
    const char *const *flags;        /* of the instruction, as "--network=host": one of them */
    /* Of one simple command of the shell (in RUN, CMD, ENTRYPOINT, HEALTHCHECK): */
    const char *const *commands; /* its program's name: one of them */
    const char *const *verbs;    /* its first word that is no option: one of them */
    const char *const *withs;    /* options: at least one is there ("-k" is in "-sSk", too) */
    const char *const *withouts; /* options: none is there */
    /* Of the command's arguments behind the verb, else of the instruction's: */
    const char *const *words;
    const char *const
        *values;     /* of ENV, ARG, LABEL, the name: one of them, letters' case all one */
    bool final_only; /* only what the final image is made of */
};
