/* Words: quoting (2.2), expansions (2.6) and where a word ends (2.3). */
#include "base/limits.h"
#include "check/shell_internal.h"

struct taken {
    struct buf text;
    bool literal, quoted;
};

static void take_dollar(struct shell_parser *parser, struct taken *word);
static void take_backticks(struct shell_parser *parser, struct taken *word);

static void add_span(struct shell_parser *parser, struct taken *word, size_t from)
{
    buf_add(&word->text, str_make(parser->text.data + from, parser->at - from));
}

static void take_single_quotes(struct shell_parser *parser, struct taken *word)
{
    size_t start = ++parser->at;
    size_t len = str_index(str_from(parser->text, start), '\'');
    word->quoted = true;
    if (len == SIZE_MAX) {
        parser->script->broken = true;
        len = parser->text.len - start;
    }
    parser->at = start + len;
    add_span(parser, word, start);
    parser->at += !shell_done(parser);
}

static void take_double_quotes(struct shell_parser *parser, struct taken *word)
{
    word->quoted = true;
    parser->at++;
    while (!shell_done(parser) && shell_peek(parser, 0) != '"') {
        char c = shell_peek(parser, 0), next = shell_peek(parser, 1);
        if (c == '$') {
            take_dollar(parser, word);
        } else if (c == '`') {
            take_backticks(parser, word);
        } else if (c == '\\' && next && strchr("$`\"\\\n", next)) {
            if (next != '\n')
                buf_putc(&word->text, next);
            parser->at += 2;
        } else {
            buf_putc(&word->text, c);
            parser->at++;
        }
    }
    parser->script->broken |= shell_done(parser);
    parser->at += !shell_done(parser);
}

/* $'…' of bash and of POSIX's next issue; escapes stay as they are written. */
static void take_ansi_quotes(struct shell_parser *parser, struct taken *word)
{
    size_t start = parser->at += 2;
    word->quoted = true;
    while (!shell_done(parser) && shell_peek(parser, 0) != '\'')
        parser->at += shell_peek(parser, 0) == '\\' && shell_peek(parser, 1) ? 2 : 1;
    parser->script->broken |= shell_done(parser);
    add_span(parser, word, start);
    parser->at += !shell_done(parser);
}

/* Where "$((…))" ends; 0: it is a substitution that begins with a subshell. */
static size_t arithmetic_end(const struct shell_parser *parser)
{
    size_t open = 0;
    for (size_t i = parser->at + 1; i < parser->text.len && i - parser->at < SHELL_ARITHMETIC;
         i++) {
        char c = parser->text.data[i];
        open += c == '(';
        if (c == '\'' || c == '"' || c == '\n' || c == ';')
            return 0;
        if (c == ')' && --open == 1)
            return i + 1 < parser->text.len && parser->text.data[i + 1] == ')' ? i + 2 : 0;
    }
    return 0;
}

static void take_list(struct shell_parser *parser)
{
    bool mute = parser->mute_substitutions;
    if (parser->depth >= LIMIT_SHELL_DEPTH) {
        shell_give_up(parser);
        return;
    }
    parser->depth++;
    parser->muted += mute;
    shell_list(parser, ')');
    parser->muted -= mute;
    parser->depth--;
}

/* ${…}: words inside of it are not kept, commands are. */
static void take_braces(struct shell_parser *parser)
{
    struct taken inside = {0};
    if (parser->depth >= LIMIT_SHELL_DEPTH) {
        shell_give_up(parser);
        return;
    }
    parser->depth++;
    parser->at += 2;
    while (!shell_done(parser) && shell_peek(parser, 0) != '}') {
        char c = shell_peek(parser, 0);
        if (c == '$')
            take_dollar(parser, &inside);
        else if (c == '`')
            take_backticks(parser, &inside);
        else if (c == '"')
            take_double_quotes(parser, &inside);
        else
            parser->at += c == '\\' && shell_peek(parser, 1) ? 2 : 1;
        inside.text.len = 0;
    }
    buf_free(&inside.text);
    parser->depth--;
    parser->script->broken |= shell_done(parser);
    parser->at += !shell_done(parser);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void take_dollar(struct shell_parser *parser, struct taken *word)
{
    size_t start = parser->at, end = 0;
    char next = shell_peek(parser, 1);
    if (next == '(' && shell_peek(parser, 2) == '(')
        end = arithmetic_end(parser);
    if (end) {
        parser->at = end;
    } else if (next == '(') {
        parser->at += 2;
        take_list(parser);
    } else if (next == '{') {
        take_braces(parser);
    } else if (next && (is_name_byte(next) || strchr("@*#?-$!", next))) {
        bool special = !is_name_byte(next) || (next >= '0' && next <= '9');
        parser->at += 2;
        while (!special && is_name_byte(shell_peek(parser, 0)))
            parser->at++;
    } else {
        parser->at++;
        add_span(parser, word, start);
        return;
    }
    word->literal = false;
    add_span(parser, word, start);
}

static void take_backticks(struct shell_parser *parser, struct taken *word)
{
    size_t start = parser->at++;
    AUTO_BUF inner = {0};
    word->literal = false;
    while (!shell_done(parser) && shell_peek(parser, 0) != '`') {
        char next = shell_peek(parser, 1);
        parser->at += shell_peek(parser, 0) == '\\' && (next == '`' || next == '\\' || next == '$');
        buf_putc(&inner, shell_peek(parser, 0));
        parser->at += !shell_done(parser);
    }
    parser->script->broken |= shell_done(parser);
    parser->at += !shell_done(parser);
    add_span(parser, word, start);
    if (!parser->mute_substitutions)
        shell_inner(parser, arena_str(parser->arena, buf_str(&inner)), shell_place(parser, start),
                    true, SHELL_NO_COMMAND);
}

/* A pattern of ksh and bash: @(a|b). */
static bool begins_extended_pattern(const struct shell_parser *parser, const struct buf *text)
{
    return shell_peek(parser, 0) == '(' && text->len && strchr("@?*+", text->data[text->len - 1]);
}

static void take_extended_pattern(struct shell_parser *parser, struct taken *word)
{
    size_t start = parser->at;
    while (!shell_done(parser) && shell_peek(parser, 0) != ')' && shell_peek(parser, 0) != '\n')
        parser->at++;
    parser->at += shell_peek(parser, 0) == ')';
    add_span(parser, word, start);
}

/* <(…) and >(…) of bash. */
static bool begins_process(const struct shell_parser *parser)
{
    char c = shell_peek(parser, 0);
    return (c == '<' || c == '>') && shell_peek(parser, 1) == '(';
}

static void take_process(struct shell_parser *parser, struct taken *word)
{
    size_t start = parser->at;
    parser->at += 2;
    word->literal = false;
    take_list(parser);
    add_span(parser, word, start);
}

struct shell_word shell_take_word(struct shell_parser *parser)
{
    struct taken word = {.literal = true};
    size_t start = parser->at;
    while (!shell_done(parser)) {
        char c = shell_peek(parser, 0);
        if (begins_extended_pattern(parser, &word.text)) {
            take_extended_pattern(parser, &word);
        } else if (begins_process(parser) && parser->at == start) {
            take_process(parser, &word);
        } else if (strchr(" \t\n;&|<>()", c) && c) {
            break;
        } else if (c == '\\') {
            word.quoted = word.quoted || shell_peek(parser, 1) != '\n';
            if (shell_peek(parser, 1) && shell_peek(parser, 1) != '\n')
                buf_putc(&word.text, shell_peek(parser, 1));
            parser->at += parser->text.len - parser->at > 1 ? 2 : 1;
        } else if (c == '\'') {
            take_single_quotes(parser, &word);
        } else if (c == '"') {
            take_double_quotes(parser, &word);
        } else if (c == '$' && shell_peek(parser, 1) == '\'') {
            take_ansi_quotes(parser, &word);
        } else if (c == '$' && shell_peek(parser, 1) == '"') {
            parser->at++;
        } else if (c == '$') {
            take_dollar(parser, &word);
        } else if (c == '`') {
            take_backticks(parser, &word);
        } else {
            buf_putc(&word.text, c);
            parser->at++;
        }
    }
    struct shell_word result = {
        .text = arena_str(parser->arena, buf_str(&word.text)),
        .literal = word.literal,
        .quoted = word.quoted,
        .offset = shell_place(parser, start),
    };
    buf_free(&word.text);
    return result;
}
