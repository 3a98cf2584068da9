/* Dockerfiles, parsed as BuildKit parses them (Dockerfile reference, docs.docker.com). Whatever the
 * bytes are, the result is a list of instructions; what BuildKit would refuse is a problem of one.
 * Texts are views of the file or live in the arena. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "check/line_map.h"
#include "check/shell.h"

enum dockerfile_instruction {
    DOCKERFILE_ADD,
    DOCKERFILE_ARG,
    DOCKERFILE_CMD,
    DOCKERFILE_COPY,
    DOCKERFILE_ENTRYPOINT,
    DOCKERFILE_ENV,
    DOCKERFILE_EXPOSE,
    DOCKERFILE_FROM,
    DOCKERFILE_HEALTHCHECK,
    DOCKERFILE_LABEL,
    DOCKERFILE_MAINTAINER,
    DOCKERFILE_ONBUILD, /* only one that has nothing behind it; else step.onbuild */
    DOCKERFILE_RUN,
    DOCKERFILE_SHELL,
    DOCKERFILE_STOPSIGNAL,
    DOCKERFILE_USER,
    DOCKERFILE_VOLUME,
    DOCKERFILE_WORKDIR,
    DOCKERFILE_UNKNOWN,
    DOCKERFILE_INSTRUCTION_COUNT
};
const char *dockerfile_instruction_name(enum dockerfile_instruction instruction);

/* A text with its variables put in. */
struct dockerfile_word {
    struct str text; /* unquoted; a variable whose value is not known stays as it is written */
    struct str raw;  /* as it is written */
    bool known;      /* every variable in it is */
};

/* NAME=VALUE of ENV, LABEL, ARG; --NAME=VALUE. */
struct dockerfile_pair {
    struct str name;
    struct dockerfile_word value;
    bool has_value;
};

struct dockerfile_heredoc {
    struct str name;
    bool quoted;      /* variables in it are not expanded */
    bool strips_tabs; /* <<- */
    struct str body;  /* with its last line's end */
    uint32_t line;    /* of the body's first line */
};

struct dockerfile_step {
    enum dockerfile_instruction instruction;
    struct str name; /* as it is written */
    bool onbuild;    /* stands behind ONBUILD */
    uint32_t line, end_line;
    size_t stage;    /* DOCKERFILE_NO_STAGE: before the first FROM */
    struct str text; /* what stands behind the name and flags, continued lines joined */
    /* The whole, continued lines joined, heredocs behind it. */
    struct str joined;
    size_t text_offset; /* in it */
    const struct line_start *lines;
    size_t line_count;
    bool exec;            /* JSON form: words are its elements */
    bool has_empty_lines; /* among its continued ones */
    bool none;            /* HEALTHCHECK NONE */
    struct dockerfile_pair *flags;
    size_t flag_count;
    struct dockerfile_word *words;
    size_t word_count;
    struct dockerfile_pair *pairs;
    size_t pair_count;
    struct dockerfile_heredoc *heredocs;
    size_t heredoc_count;
    /* RUN, CMD, ENTRYPOINT, HEALTHCHECK: what the shell is given. NULL: no POSIX shell runs it. */
    struct shell_script *shell;
    size_t shell_offset; /* of the script in the joined instruction: dockerfile_shell_line() */
    struct str problem;  /* why BuildKit would refuse it, English; empty: it would not */
    struct str problem_local;
};

#define DOCKERFILE_NO_STAGE SIZE_MAX
#define DOCKERFILE_NO_STEP SIZE_MAX

struct dockerfile_stage {
    struct str name;              /* of AS, lower case; empty: none */
    struct dockerfile_word image; /* as FROM has it */
    size_t parent;                /* the stage that FROM names, or DOCKERFILE_NO_STAGE */
    size_t from;                  /* index of its step */
    bool in_final;                /* the final stage, or one that it is built FROM */
    bool is_windows;              /* by its image */
    struct str base_shell;        /* that a comment tells of the base image; empty: none does */
    size_t shell;                 /* the SHELL in force so far, a step; or DOCKERFILE_NO_STEP */
};

/* A comment that asks for silence. */
struct dockerfile_ignore {
    uint32_t line;   /* of the comment */
    uint32_t target; /* the line of the instruction below; 0: the whole file */
    struct str id;   /* ours or Hadolint's */
    struct str why;  /* empty: not told */
    bool ours;       /* "plimsoll ignore", else "hadolint ignore" */
};

struct dockerfile {
    struct str text, path;
    struct arena *arena;
    char escape;                            /* '\\' or '`' */
    struct str syntax;                      /* of the directive; empty: none */
    const struct hadolint_config *hadolint; /* what its checks are told; or NULL */
    struct str base_shell;                  /* of all stages, by a comment before the first FROM */
    VEC(struct dockerfile_step) steps;
    VEC(struct dockerfile_stage) stages;
    VEC(struct dockerfile_ignore) ignores;
};

/* Always to be freed. PL_E_LIMIT: what was parsed until there is kept. */
int dockerfile_parse(struct str text, struct str path, struct arena *arena,
                     struct dockerfile *ret_file, struct pl_err *err);
void dockerfile_free(struct dockerfile *file);

/* The stage that a name or a number (of COPY --from) stands for, of those before `before`. */
size_t dockerfile_stage_find(const struct dockerfile *file, struct str name, size_t before);
/* The line of a byte of step->text, and of one of its shell script. */
uint32_t dockerfile_line(const struct dockerfile_step *step, size_t offset);
uint32_t dockerfile_shell_line(const struct dockerfile_step *step, size_t offset);
/* The flag's value ("from"); NULL: it is not there. */
const struct dockerfile_pair *dockerfile_flag(const struct dockerfile_step *step, const char *name);
/* Words of the text: white space parts them, quotes and escapes hold them together. False: no more.
 */
bool dockerfile_next_word(struct str text, char escape, size_t *position, struct str *ret_word);
