/* The shell's language (IEEE 1003.1-2017, Shell Command Language, chapter 2), as far as one must
 * know it to see which programs a script runs with which words. Nothing is expanded. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

struct shell_word {
    struct str text; /* quotes taken away; expansions stand as they are written */
    bool literal;    /* nothing in it is expanded (a pattern such as *.deb is) */
    bool quoted;     /* some part of it is quoted */
    size_t offset;   /* in the script */
};

struct shell_redirect {
    struct str form; /* ">", ">>", "<", ">&", "<<" ... */
    struct shell_word target;
    int descriptor;            /* -1: the operator's own */
    const struct str *heredoc; /* of "<<" and "<<-": its lines; else NULL */
};

/* What stands between a command and the one before it in its list. */
enum shell_connector { SHELL_FIRST, SHELL_NEXT, SHELL_AND, SHELL_OR, SHELL_PIPE, SHELL_BACKGROUND };

#define SHELL_NO_COMMAND SIZE_MAX

/* A simple command: 2.9.1. */
struct shell_command {
    struct shell_word *words; /* the program and its arguments; none: assignments only */
    size_t word_count;
    struct shell_word *assignments; /* "NAME=VALUE" */
    size_t assignment_count;
    struct shell_redirect *redirects;
    size_t redirect_count;
    enum shell_connector connector;
    bool pipes;        /* its output goes into a pipe */
    bool finds;        /* its exit status is asked for by if, while, until or "!" */
    uint32_t pipeline; /* the number of its pipeline in the script */
    uint32_t depth;    /* of subshells and substitutions that it is in */
    size_t wrapper;    /* index of the command that runs it (sudo, env, sh -c), or none */
    size_t offset;     /* in the script */
};

struct shell_script {
    struct str text;
    VEC(struct shell_command) commands; /* by place; one that a wrapper runs stands behind it */
    uint32_t pipelines;
    bool broken;  /* a quote or bracket that is not closed: what is behind it was not understood */
    bool limited; /* LIMIT_SHELL_DEPTH or LIMIT_SHELL_COMMANDS: the rest was not looked at */
};

/* `text` must live as long as the script. Never fails: see broken and limited. */
struct shell_script *shell_parse(struct str text, struct arena *arena);
void shell_free(struct shell_script *script);

/* The name of the program without its folder; empty: none, or it is not known. */
struct str shell_program(const struct shell_command *command);
/* Whether an option is among the words: "--yes" also as "--yes=…", "-y" also inside "-qy". What
 * stands behind "--" is no option. */
bool shell_has_option(const struct shell_command *command, const char *option);
/* Index of the first word behind the program that is no option, from `from` (at least 1) on; 0:
 * there is none. Options that take a word of their own are not known here: they look as if they did
 * not. */
size_t shell_operand(const struct shell_command *command, size_t from);
