/* What the files of the Dockerfile's parser share. */
#pragma once

#include "check/dockerfile.h"

struct dockerfile_variable {
    uint64_t key; /* 0: a free slot */
    struct str name, value;
    bool known;
    bool is_env; /* ENV wins over ARG */
};

/* The variables of all stages: a table with open addressing. */
struct dockerfile_variables {
    struct dockerfile_variable *slots;
    size_t count, mask;
    size_t expanded; /* bytes made so far */
};
void dockerfile_variables_free(struct dockerfile_variables *variables);

struct dockerfile_scope {
    struct dockerfile *file;
    struct dockerfile_variables *variables;
    size_t stage; /* DOCKERFILE_NO_STAGE: the arguments before the first FROM */
    const struct dockerfile_step *self; /* ONBUILD: nothing is known */
};
void dockerfile_define(const struct dockerfile_scope *scope, struct str name, struct str value,
                       bool known, bool is_env);
/* NULL: not known. */
const struct dockerfile_variable *dockerfile_lookup(const struct dockerfile_scope *scope,
                                                    struct str name);
/* Unquotes and expands by the reference's "Environment replacement". PL_E_LIMIT. */
int dockerfile_expand(const struct dockerfile_scope *scope, struct str raw,
                      struct dockerfile_word *ret_word, struct pl_err *err);

/* Takes step->text apart, after name and heredocs are known. */
int dockerfile_arguments(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                         struct pl_err *err);
/* Takes the flags off the front of the text. */
void dockerfile_flags(struct dockerfile *file, struct dockerfile_step *step);
/* The step's problem, unless it has one. */
void dockerfile_problem(struct dockerfile *file, struct dockerfile_step *step,
                        const struct pl_err *problem);

static inline bool dockerfile_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == '\n';
}
