/* Verbs of the command line: one file a verb, one word in cli/meson.build. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

/* Exit codes of the contract. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FOUND = 1,
    EXIT_USAGE = 2,
    EXIT_TARGET = 3,
    EXIT_DATABASE = 4,
    EXIT_PARTIAL = 5,
    EXIT_FAULT = 70,
    EXIT_INTERRUPTED = 130,
};

struct option {
    const char *name;     /* without "--" */
    const char *argument; /* what it takes, for the help; NULL: nothing */
    const char *help;     /* translatable, with unit and default */
};

struct option_value {
    const struct option *option;
    const char *value; /* "" for one that takes nothing */
};

/* The command line, parsed: options from it, then from the environment, then from the config file.
 */
struct args {
    VEC(const char *) words; /* what is no option, behind the verb's own name */
    VEC(struct option_value) values;
    VEC(struct option_value) mirrors; /* config: value is "FROM\tTO" */
    struct args_memory *memory;
};

struct verb {
    const char *name;                    /* "scan", "db import": words apart by one space */
    const char *arguments;               /* "TARGET..." */
    const char *help;                    /* one line, translatable */
    const char *details;                 /* further text, translatable; NULL: none */
    const struct option *options;        /* its own, ended by a NULL name; common ones are added */
    const char *examples[4];             /* at least two, ended by NULL */
    int (*run)(const struct args *args); /* an exit code */
};

extern const struct verb *const verbs[]; /* ended by NULL */

/* --lang, --quiet, --verbose, --no-progress, --config, --help: every verb has them. */
extern const struct option common_options[];

/* The last value given; NULL when there is none. */
const char *args_get(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);
/* A whole number within [low, high]; `otherwise` when not given. PL_E_USAGE on anything else. */
int args_number(const struct args *args, const char *name, uint64_t low, uint64_t high,
                uint64_t otherwise, uint64_t *ret_value, struct pl_err *err);
/* "90", "30s", "10m", "12h", "7d" as seconds. */
int args_duration(const struct args *args, const char *name, uint64_t otherwise,
                  uint64_t *ret_seconds, struct pl_err *err);

/* Parses what stands behind the verb's words. */
int args_parse(const struct verb *verb, int count, char **words, struct args *ret_args,
               struct pl_err *err);
void args_free(struct args *args);

void help_print(const struct verb *verb);
void help_print_all(void);
