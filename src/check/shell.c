/* Lists, pipelines, compound commands and redirections: 2.7, 2.9 and 2.10, in one pass. */
#include "base/limits.h"
#include "check/shell_internal.h"

enum block { BLOCK_SUBSHELL, BLOCK_CASE_PATTERN, BLOCK_CASE_BODY };

/* The simple command that is being read, and what it stands in. */
struct list {
    struct shell_parser *parser;
    char end;
    VEC(struct shell_word) words;
    VEC(struct shell_word) assignments;
    VEC(struct shell_redirect) redirects;
    VEC(enum block) blocks;
    size_t index; /* of the command's place in the script, or SHELL_NO_COMMAND */
    enum shell_connector connector;
    uint32_t pipeline;
    bool asked; /* behind if, while, until or "!", until then or do */
    bool is_done;
};

void shell_give_up(struct shell_parser *parser)
{
    parser->script->limited = true;
    parser->at = parser->text.len;
}

/* ---- commands ---- */

static void open_command(struct list *list, size_t offset)
{
    struct shell_parser *parser = list->parser;
    if (list->index != SHELL_NO_COMMAND || parser->muted)
        return;
    if (parser->script->commands.count >= LIMIT_SHELL_COMMANDS) {
        shell_give_up(parser);
        return;
    }
    list->index = parser->script->commands.count;
    *VEC_ADD(&parser->script->commands) = (struct shell_command){
        .connector = list->connector,
        .pipeline = list->pipeline,
        .depth = parser->depth + (uint32_t)list->blocks.count,
        .finds = list->asked,
        .wrapper = parser->wrapper,
        .offset = shell_place(parser, offset),
    };
}

/* Moves the items of a VEC into the arena. */
#define KEEP(list, vec, ret_items, ret_count)                                                      \
    do {                                                                                           \
        *(ret_count) = (vec).count;                                                                \
        *(ret_items) = arena_alloc((list)->parser->arena, (vec).count * sizeof((vec).items[0]));   \
        if ((vec).count)                                                                           \
            memcpy(*(ret_items), (vec).items, (vec).count * sizeof((vec).items[0]));               \
    } while (0)

/* What was read is a command; `next` stands behind it. */
static void close_command(struct list *list, enum shell_connector next)
{
    struct shell_parser *parser = list->parser;
    if (list->index != SHELL_NO_COMMAND) {
        struct shell_command *command = &parser->script->commands.items[list->index];
        KEEP(list, list->words, &command->words, &command->word_count);
        KEEP(list, list->assignments, &command->assignments, &command->assignment_count);
        KEEP(list, list->redirects, &command->redirects, &command->redirect_count);
        command->pipes = next == SHELL_PIPE;
        shell_unwrap(parser, list->index);
    }
    list->words.count = list->assignments.count = list->redirects.count = 0;
    list->index = SHELL_NO_COMMAND;
    list->connector = next;
    if (next != SHELL_PIPE)
        list->pipeline = ++parser->script->pipelines;
}

/* ---- heredocs ---- */

static void read_heredoc(struct shell_parser *parser, const struct shell_pending *pending)
{
    size_t start = parser->at;
    while (!shell_done(parser)) {
        struct str rest = str_from(parser->text, parser->at);
        size_t end = str_index(rest, '\n');
        struct str line = str_first(rest, end);
        while (pending->strips_tabs && line.len && line.data[0] == '\t')
            line = str_from(line, 1);
        size_t before = parser->at;
        parser->at += end == SIZE_MAX ? rest.len : end + 1;
        if (str_equal(line, pending->name)) {
            *pending->body = str_make(parser->text.data + start, before - start);
            return;
        }
    }
    parser->script->broken = true;
    *pending->body = str_from(parser->text, start);
}

/* "bash <<EOF": the lines are a script. */
static void read_script(struct shell_parser *parser, const struct shell_pending *pending)
{
    struct shell_script *script = parser->script;
    if (pending->command >= script->commands.count || parser->muted ||
        !shell_reads_script(&script->commands.items[pending->command]))
        return;
    size_t offset = (size_t)(pending->body->data - parser->text.data);
    shell_inner(parser, *pending->body, shell_place(parser, offset), pending->literal,
                pending->command);
}

static void read_heredocs(struct shell_parser *parser)
{
    for (size_t i = 0; i < parser->pending.count; i++) {
        struct shell_pending pending = parser->pending.items[i];
        read_heredoc(parser, &pending);
        read_script(parser, &pending);
    }
    parser->pending.count = 0;
}

/* ---- redirections ---- */

static void skip_blanks(struct shell_parser *parser)
{
    while (!shell_done(parser)) {
        char c = shell_peek(parser, 0);
        if (c == '\\' && shell_peek(parser, 1) == '\n')
            parser->at += 2;
        else if (c == ' ' || c == '\t' || c == '\r')
            parser->at++;
        else
            return;
    }
}

static void take_redirect(struct list *list, int descriptor)
{
    static const char *const forms[] = {"&>>", "&>", "<<<", "<<-", "<<", "<&",
                                        "<>",  "<",  ">>",  ">&",  ">|", ">"};
    struct shell_parser *parser = list->parser;
    struct str rest = str_from(parser->text, parser->at);
    struct shell_redirect redirect = {.descriptor = descriptor};
    for (size_t i = 0; i < ARRAY_LEN(forms) && redirect.form.len == 0; i++)
        if (str_starts(rest, str_of(forms[i])))
            redirect.form = str_of(forms[i]);
    open_command(list, parser->at);
    parser->at += redirect.form.len;
    skip_blanks(parser);
    redirect.target = shell_take_word(parser);
    if (str_is(redirect.form, "<<") || str_is(redirect.form, "<<-")) {
        struct str *body = ARENA_NEW(parser->arena, struct str);
        redirect.heredoc = body;
        *VEC_ADD(&parser->pending) = (struct shell_pending){
            redirect.target.text, str_is(redirect.form, "<<-"), redirect.target.quoted, body,
            redirect.descriptor <= 0 ? list->index : SHELL_NO_COMMAND};
    }
    *VEC_ADD(&list->redirects) = redirect;
}

/* ---- reserved words ---- */

static struct shell_word next_word(struct list *list)
{
    skip_blanks(list->parser);
    return shell_take_word(list->parser);
}

/* Arithmetic is short; looking for its end must not cost more than a bit. */
static struct str near(const struct shell_parser *parser)
{
    return str_first(str_from(parser->text, parser->at), SHELL_ARITHMETIC);
}

/* "for NAME in words": the words are no command; what they substitute is. */
static void take_for(struct list *list)
{
    struct shell_parser *parser = list->parser;
    skip_blanks(parser);
    if (shell_peek(parser, 0) == '(') { /* for ((;;)) */
        size_t end = str_find(near(parser), STR("))"));
        parser->at = end == SIZE_MAX ? parser->text.len : parser->at + end + 2;
        return;
    }
    next_word(list);
    while (!shell_done(parser)) {
        skip_blanks(parser);
        if (shell_done(parser) || strchr("\n;&|()<>", shell_peek(parser, 0)))
            return;
        shell_take_word(parser);
    }
}

static void take_case(struct list *list)
{
    struct shell_parser *parser = list->parser;
    next_word(list);
    while (!shell_done(parser) && strchr(" \t\n\r", shell_peek(parser, 0)))
        parser->at++;
    if (str_is(next_word(list).text, "in"))
        *VEC_ADD(&list->blocks) = BLOCK_CASE_PATTERN;
}

static void take_function(struct list *list)
{
    next_word(list);
    skip_blanks(list->parser);
    if (shell_peek(list->parser, 0) == '(' && shell_peek(list->parser, 1) == ')')
        list->parser->at += 2;
}

static bool in_block(const struct list *list, enum block block)
{
    return list->blocks.count && list->blocks.items[list->blocks.count - 1] == block;
}

/* [[ … ]]: operators in it are its own. */
static void take_test(struct list *list)
{
    struct shell_parser *parser = list->parser;
    while (!shell_done(parser)) {
        skip_blanks(parser);
        size_t before = parser->at;
        struct shell_word word = shell_take_word(parser);
        if (parser->at == before) {
            parser->at += !shell_done(parser);
            continue;
        }
        *VEC_ADD(&list->words) = word;
        if (str_is(word.text, "]]"))
            return;
    }
}

/* A word where a command begins; true: it is one of the grammar's own. */
static bool take_reserved(struct list *list, const struct shell_word *word)
{
    static const struct {
        const char *word;
        void (*take)(struct list *list);
        int asks; /* 1: the commands behind it are conditions, -1: no more, 0: as before */
    } reserved[] = {
        {"if", NULL, 1},
        {"elif", NULL, 1},
        {"while", NULL, 1},
        {"until", NULL, 1},
        {"then", NULL, -1},
        {"else", NULL, -1},
        {"do", NULL, -1},
        {"fi", NULL, -1},
        {"done", NULL, -1},
        {"{", NULL, 0},
        {"}", NULL, 0},
        {"!", NULL, 0},
        {"time", NULL, 0},
        {"for", take_for, -1},
        {"select", take_for, -1},
        {"case", take_case, 0},
        {"function", take_function, 0},
        {"esac", NULL, 0},
    };
    if (word->quoted || !word->literal)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (!str_is(word->text, reserved[i].word))
            continue;
        if (reserved[i].asks)
            list->asked = reserved[i].asks > 0;
        if (str_is(word->text, "esac") && list->blocks.count && !in_block(list, BLOCK_SUBSHELL))
            list->blocks.count--;
        if (reserved[i].take)
            reserved[i].take(list);
        return true;
    }
    return false;
}

/* ---- words ---- */

/* NAME=… or NAME+=…: 2.10.2, rule 7. */
static bool is_assignment(struct str text)
{
    size_t i = 0;
    while (i < text.len && ((text.data[i] >= 'a' && text.data[i] <= 'z') ||
                            (text.data[i] >= 'A' && text.data[i] <= 'Z') || text.data[i] == '_' ||
                            (i && text.data[i] >= '0' && text.data[i] <= '9')))
        i++;
    return i && i < text.len &&
           (text.data[i] == '=' ||
            (text.data[i] == '+' && i + 1 < text.len && text.data[i + 1] == '='));
}

/* NAME=(…) of bash: its words are values. */
static void skip_array(struct shell_parser *parser)
{
    parser->at++;
    while (!shell_done(parser) && shell_peek(parser, 0) != ')') {
        size_t before = parser->at;
        skip_blanks(parser);
        shell_take_word(parser);
        parser->at += parser->at == before && !shell_done(parser);
    }
    parser->at += !shell_done(parser);
}

static bool is_digits(struct str text)
{
    uint64_t number;
    return text.len && text.len < 5 && str_to_u64(text, &number);
}

static void take_word(struct list *list)
{
    struct shell_parser *parser = list->parser;
    size_t start = parser->at;
    bool at_command = list->words.count == 0;
    size_t index = list->index;
    open_command(list, start); /* what its words substitute stands behind it */
    struct shell_word word = shell_take_word(parser);
    char next = shell_peek(parser, 0);
    if ((next == '<' || next == '>') && !word.quoted && is_digits(word.text)) {
        take_redirect(list, (int)strtol(word.text.data, NULL, 10));
        return;
    }
    bool fresh = at_command && list->assignments.count == 0 && list->redirects.count == 0;
    if (fresh && take_reserved(list, &word)) {
        if (index == SHELL_NO_COMMAND && list->index != SHELL_NO_COMMAND &&
            list->index + 1 == parser->script->commands.count) {
            parser->script->commands.count--;
            list->index = SHELL_NO_COMMAND;
        }
        return;
    }
    if (at_command && is_assignment(word.text)) {
        if (next == '(' && parser->text.data[parser->at - 1] == '=')
            skip_array(parser);
        *VEC_ADD(&list->assignments) = word;
        return;
    }
    *VEC_ADD(&list->words) = word;
    if (at_command && str_is(word.text, "[[") && !word.quoted)
        take_test(list);
}

/* ---- brackets ---- */

static void take_open(struct list *list)
{
    struct shell_parser *parser = list->parser;
    if (in_block(list, BLOCK_CASE_PATTERN)) {
        parser->at++;
        return;
    }
    parser->at++;
    if (list->words.count == 1) { /* NAME ( ): a function */
        skip_blanks(parser);
        if (shell_peek(parser, 0) == ')') {
            parser->at++;
            if (list->index + 1 == parser->script->commands.count)
                parser->script->commands.count--;
            list->words.count = list->redirects.count = 0;
            list->index = SHELL_NO_COMMAND;
        }
        return;
    }
    if (list->words.count)
        return;
    if (shell_peek(parser, 0) == '(') { /* ((…)): arithmetic of bash */
        size_t end = str_find(near(parser), STR("))"));
        struct str inside = str_first(near(parser), end);
        if (end != SIZE_MAX && str_index(inside, '\n') == SIZE_MAX &&
            str_index(inside, ';') == SIZE_MAX) {
            parser->at += end + 2;
            return;
        }
    }
    if (list->blocks.count >= LIMIT_SHELL_DEPTH)
        shell_give_up(parser);
    else
        *VEC_ADD(&list->blocks) = BLOCK_SUBSHELL;
}

static void take_close(struct list *list)
{
    struct shell_parser *parser = list->parser;
    if (in_block(list, BLOCK_CASE_PATTERN)) {
        list->words.count = 0;
        list->blocks.items[list->blocks.count - 1] = BLOCK_CASE_BODY;
        parser->at++;
        return;
    }
    close_command(list, SHELL_NEXT);
    parser->at++;
    if (in_block(list, BLOCK_SUBSHELL))
        list->blocks.count--;
    else if (list->end == ')')
        list->is_done = true;
    else
        parser->script->broken = true;
}

/* ---- operators ---- */

static bool take_operator(struct list *list)
{
    static const struct {
        const char *text;
        enum shell_connector connector;
        bool ends_case;
    } operators[] = {
        {";;&", SHELL_NEXT, true}, {";;", SHELL_NEXT, true}, {";&", SHELL_NEXT, true},
        {";", SHELL_NEXT, false},  {"&&", SHELL_AND, false}, {"||", SHELL_OR, false},
        {"|&", SHELL_PIPE, false}, {"|", SHELL_PIPE, false}, {"&", SHELL_BACKGROUND, false},
    };
    struct shell_parser *parser = list->parser;
    struct str rest = str_from(parser->text, parser->at);
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (!str_starts(rest, str_of(operators[i].text)))
            continue;
        parser->at += strlen(operators[i].text);
        if (in_block(list, BLOCK_CASE_PATTERN))
            return true; /* between patterns */
        close_command(list, operators[i].connector);
        if (operators[i].ends_case && in_block(list, BLOCK_CASE_BODY))
            list->blocks.items[list->blocks.count - 1] = BLOCK_CASE_PATTERN;
        return true;
    }
    return false;
}

/* In a case: a pattern is no command. */
static void take_pattern(struct list *list)
{
    struct shell_parser *parser = list->parser;
    size_t before = parser->at;
    struct shell_word word = shell_take_word(parser);
    if (str_is(word.text, "esac") && !word.quoted)
        list->blocks.count--;
    parser->at += parser->at == before && !shell_done(parser);
}

static void take_line_end(struct list *list)
{
    list->parser->at++;
    /* A line's end behind an operator is nothing. */
    if (list->index != SHELL_NO_COMMAND)
        close_command(list, SHELL_NEXT);
    read_heredocs(list->parser);
}

static void take_token(struct list *list)
{
    struct shell_parser *parser = list->parser;
    char c = shell_peek(parser, 0);
    if (c == '#') {
        size_t end = str_index(str_from(parser->text, parser->at), '\n');
        parser->at = end == SIZE_MAX ? parser->text.len : parser->at + end;
    } else if (c == '\n') {
        take_line_end(list);
    } else if (c == '(') {
        take_open(list);
    } else if (c == ')') {
        take_close(list);
    } else if (c == '&' && shell_peek(parser, 1) == '>') {
        take_redirect(list, -1);
    } else if (take_operator(list)) {
        return;
    } else if (in_block(list, BLOCK_CASE_PATTERN)) {
        take_pattern(list);
    } else if ((c == '<' || c == '>') && shell_peek(parser, 1) != '(') {
        take_redirect(list, -1);
    } else {
        take_word(list);
    }
}

void shell_list(struct shell_parser *parser, char end)
{
    struct list list = {.parser = parser, .end = end, .index = SHELL_NO_COMMAND};
    list.pipeline = ++parser->script->pipelines;
    while (!list.is_done) {
        size_t before = parser->at;
        skip_blanks(parser);
        if (shell_done(parser))
            break;
        take_token(&list);
        parser->at += parser->at == before; /* never stand still */
    }
    if (!list.is_done) {
        parser->script->broken |= end != 0;
        close_command(&list, SHELL_NEXT);
    }
    VEC_FREE(&list.words);
    VEC_FREE(&list.assignments);
    VEC_FREE(&list.redirects);
    VEC_FREE(&list.blocks);
}

void shell_inner(struct shell_parser *parser, struct str text, size_t offset, bool literal,
                 size_t wrapper)
{
    struct shell_parser inner = {
        .script = parser->script,
        .arena = parser->arena,
        .text = text,
        .base = offset,
        .is_inner = true,
        .depth = parser->depth + 1,
        .muted = parser->muted,
        .mute_substitutions = parser->mute_substitutions || !literal,
        .wrapper = wrapper,
    };
    if (inner.depth > LIMIT_SHELL_DEPTH) {
        parser->script->limited = true;
        return;
    }
    shell_list(&inner, 0);
    VEC_FREE(&inner.pending);
}

struct shell_script *shell_parse(struct str text, struct arena *arena)
{
    struct shell_script *script = ARENA_NEW(arena, struct shell_script);
    struct shell_parser parser = {
        .script = script, .arena = arena, .text = text, .wrapper = SHELL_NO_COMMAND};
    script->text = text;
    shell_list(&parser, 0);
    VEC_FREE(&parser.pending);
    return script;
}

void shell_free(struct shell_script *script)
{
    if (script)
        VEC_FREE(&script->commands);
}
