/* What the files of the shell's parser share. */
#pragma once

#include "base/buf.h"
#include "check/shell.h"

#define SHELL_ARITHMETIC 4096 /* bytes of one $((…)) */

struct shell_pending { /* a heredoc whose lines come behind this one */
    struct str name;
    bool strips_tabs;
    bool literal; /* its name is quoted: nothing in it is substituted */
    struct str *body;
    size_t command; /* whose input it is, or SHELL_NO_COMMAND */
};

struct shell_parser {
    struct shell_script *script;
    struct arena *arena;
    struct str text; /* the script, or the text that "sh -c" is given */
    size_t at;
    size_t base;    /* where a text of "sh -c" stands in the script */
    bool is_inner;  /* it is such a text: every place in it is its base */
    unsigned depth; /* of substitutions, subshells, texts */
    unsigned muted; /* commands are not kept: they were found before */
    bool mute_substitutions;
    size_t wrapper; /* of the commands of such a text */
    VEC(struct shell_pending) pending;
};

static inline bool shell_done(const struct shell_parser *parser)
{
    return parser->at >= parser->text.len;
}

static inline char shell_peek(const struct shell_parser *parser, size_t ahead)
{
    return ahead < parser->text.len - parser->at ? parser->text.data[parser->at + ahead] : '\0';
}

static inline size_t shell_place(const struct shell_parser *parser, size_t at)
{
    return parser->is_inner ? parser->base : at;
}

/* A list of commands up to `end` (')', which is taken; 0: the end of the text). */
void shell_list(struct shell_parser *parser, char end);
/* A word, from its first byte on. */
struct shell_word shell_take_word(struct shell_parser *parser);
/* Commands that run the words behind them: adds what they run. `index` is the command's. */
void shell_unwrap(struct shell_parser *parser, size_t index);
/* Whether a command takes its script from its standard input: "bash", "sh -ex", "bash -s x". */
bool shell_reads_script(const struct shell_command *command);
/* A text that is a script of its own. */
void shell_inner(struct shell_parser *parser, struct str text, size_t offset, bool literal,
                 size_t wrapper);
void shell_give_up(struct shell_parser *parser);
