/* What the checks of Dockerfiles share. */
#pragma once

#include "check/check.h"
#include "check/dockerfile.h"
#include "check/dockerfile_when.h"

/* Goes over the instructions; `final_only`: of the final image only (its stages, not ONBUILD). */
struct dockerfile_cursor {
    const struct dockerfile *file;
    bool final_only;
    size_t next;
    const struct dockerfile_step *step;
    const struct shell_command *command; /* of dockerfile_next_command() */
    size_t next_command;
};
bool dockerfile_next_step(struct dockerfile_cursor *cursor);
/* Goes over the simple commands of all scripts of RUN. */
bool dockerfile_next_command(struct dockerfile_cursor *cursor);

bool dockerfile_is_final(const struct dockerfile *file, const struct dockerfile_step *step);
struct check_place dockerfile_place(const struct dockerfile_step *step);
struct check_place dockerfile_command_place(const struct dockerfile_step *step,
                                            const struct shell_command *command);
/* The finding of an instruction, of a command. */
void dockerfile_tell(struct check_sink *sink, const struct check *check,
                     const struct dockerfile_step *step, struct str evidence);
void dockerfile_tell_command(struct check_sink *sink, const struct check *check,
                             const struct dockerfile_cursor *cursor, struct str evidence);

/* '*' any bytes, '?' one. */
bool check_glob(struct str pattern, struct str text);
bool check_glob_any(const char *const *patterns, struct str text);

/* The operands of a command that is known: words of options are passed over. `*at` begins at 0. */
bool shell_next_operand(const struct shell_command *command, size_t *at,
                        struct shell_word *ret_word);
/* Its first operand: "install" of apt-get; empty: none. `*ret_at` is where to go on. */
struct str shell_verb(const struct shell_command *command, size_t *ret_at);
/* Whether it is one of the programs, with one of the verbs (NULL: any). */
bool shell_runs(const struct shell_command *command, const char *const *programs,
                const char *const *verbs);

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
