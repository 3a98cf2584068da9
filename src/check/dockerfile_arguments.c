/* What stands behind an instruction's name: flags, JSON, words, pairs, a script for the shell. */
#include <jansson.h>
#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/dockerfile_internal.h"

/* ---- words ---- */

bool dockerfile_next_word(struct str text, char escape, size_t *position, struct str *ret_word)
{
    size_t i = *position;
    char quote = 0;
    while (i < text.len && dockerfile_is_space(text.data[i]))
        i++;
    size_t start = i;
    for (; i < text.len && (quote || !dockerfile_is_space(text.data[i])); i++) {
        char c = text.data[i];
        if (c == escape && quote != '\'' && i + 1 < text.len)
            i++;
        else if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
    }
    *position = i;
    *ret_word = str_make(text.data + start, i - start);
    return i > start;
}

/* Words that white space alone parts. */
static bool next_plain(struct str text, size_t *position, struct str *ret_word)
{
    size_t i = *position;
    while (i < text.len && dockerfile_is_space(text.data[i]))
        i++;
    size_t start = i;
    while (i < text.len && !dockerfile_is_space(text.data[i]))
        i++;
    *position = i;
    *ret_word = str_make(text.data + start, i - start);
    return i > start;
}

static size_t count_words(struct str text, char escape, bool plain)
{
    size_t position = 0, count = 0;
    struct str word;
    while (plain ? next_plain(text, &position, &word)
                 : dockerfile_next_word(text, escape, &position, &word))
        count++;
    return count;
}

/* ---- flags ---- */

void dockerfile_flags(struct dockerfile *file, struct dockerfile_step *step)
{
    size_t position = 0, taken = 0, count = 0;
    struct str word;
    while (dockerfile_next_word(step->text, file->escape, &position, &word) &&
           str_starts(word, STR("--")) && word.len > 2)
        count++;
    step->flags = ARENA_ARRAY(file->arena, struct dockerfile_pair, count);
    for (position = 0; step->flag_count < count; taken = position) {
        dockerfile_next_word(step->text, file->escape, &position, &word);
        struct dockerfile_pair *flag = &step->flags[step->flag_count++];
        size_t equals = str_index(word, '=');
        flag->name = str_from(str_first(word, equals), 2);
        flag->has_value = equals != SIZE_MAX;
        if (flag->has_value)
            flag->value = (struct dockerfile_word){.text = str_from(word, equals + 1),
                                                   .raw = str_from(word, equals + 1),
                                                   .known = true};
    }
    step->text = str_from(step->text, taken);
}

/* ---- the JSON form ---- */

/* An array of nothing but strings; anything else is for the shell. */
static bool take_json(struct dockerfile *file, struct dockerfile_step *step, struct str text)
{
    if (text.len == 0 || text.data[0] != '[')
        return false;
    json_t *root = json_loadb(text.data, text.len, JSON_ALLOW_NUL, NULL), *item;
    size_t index, count = json_is_array(root) ? json_array_size(root) : 0;
    bool good = json_is_array(root);
    json_array_foreach(root, index, item) good = good && json_is_string(item);
    if (good) {
        step->exec = true;
        step->words = ARENA_ARRAY(file->arena, struct dockerfile_word, count);
        step->word_count = count;
        json_array_foreach(root, index, item)
        {
            struct str value = str_make(json_string_value(item), json_string_length(item));
            step->words[index].text = step->words[index].raw = arena_str(file->arena, value);
            step->words[index].known = true;
        }
    }
    json_decref(root);
    return good;
}

static int expand_words(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                        struct pl_err *err)
{
    int r = 0;
    for (size_t i = 0; i < step->word_count && r == 0; i++)
        r = dockerfile_expand(scope, step->words[i].raw, &step->words[i], err);
    return r;
}

/* ---- by instruction ---- */

static int refuse(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                  const struct pl_err *problem)
{
    dockerfile_problem(scope->file, step, problem);
    return 0;
}

/* Words apart by white space, each expanded: FROM, EXPOSE, COPY, ADD, VOLUME. */
static int take_words(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                      struct pl_err *err)
{
    size_t position = 0;
    struct str word;
    size_t count = count_words(step->text, scope->file->escape, true);
    step->words = ARENA_ARRAY(scope->file->arena, struct dockerfile_word, count);
    while (step->word_count < count && next_plain(step->text, &position, &word))
        step->words[step->word_count++].raw = word;
    return expand_words(scope, step, err);
}

static int take_json_or_words(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                              struct pl_err *err)
{
    if (take_json(scope->file, step, step->text))
        return expand_words(scope, step, err);
    return take_words(scope, step, err);
}

static int take_copy(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                     struct pl_err *err)
{
    struct pl_err problem;
    int r = take_json_or_words(scope, step, err);
    if (r == 0 && step->word_count < 2) {
        err_set(&problem, PL_E_FORMAT, "%s needs a source and a destination",
                dockerfile_instruction_name(step->instruction));
        return refuse(scope, step, &problem);
    }
    return r;
}

/* The rest of the line is one word: USER, WORKDIR, STOPSIGNAL, MAINTAINER. */
static int take_whole(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                      struct pl_err *err)
{
    step->word_count = step->text.len ? 1 : 0;
    step->words = ARENA_ARRAY(scope->file->arena, struct dockerfile_word, 1);
    step->words[0].raw = step->text;
    if (step->instruction != DOCKERFILE_MAINTAINER)
        return expand_words(scope, step, err);
    step->words[0].text = step->text;
    step->words[0].known = true;
    return 0;
}

static int take_from(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                     struct pl_err *err)
{
    struct pl_err problem;
    int r = take_words(scope, step, err);
    bool good = step->word_count == 1 || (step->word_count == 3 && step->words[1].raw.len == 2 &&
                                          strncasecmp(step->words[1].raw.data, "AS", 2) == 0);
    if (r == 0 && !good) {
        err_set(&problem, PL_E_FORMAT, "FROM takes an image, or an image, AS and a name");
        return refuse(scope, step, &problem);
    }
    return r;
}

/* NAME=VALUE words; without an equals sign in the first the old form NAME VALUE. */
static int take_pairs(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                      struct pl_err *err)
{
    struct dockerfile *file = scope->file;
    size_t position = 0, count = count_words(step->text, file->escape, false);
    struct str word;
    struct pl_err problem;
    bool is_arg = step->instruction == DOCKERFILE_ARG;
    int r = 0;
    step->pairs = ARENA_ARRAY(file->arena, struct dockerfile_pair, count);
    while (r == 0 && step->pair_count < count &&
           dockerfile_next_word(step->text, file->escape, &position, &word)) {
        struct dockerfile_pair *pair = &step->pairs[step->pair_count++];
        size_t equals = str_index(word, '=');
        struct dockerfile_word name;
        r = dockerfile_expand(scope, str_first(word, equals), &name, err);
        pair->name = name.text;
        pair->has_value = equals != SIZE_MAX;
        struct str value = pair->has_value ? str_from(word, equals + 1) : STR_NONE;
        bool old = !pair->has_value && !is_arg && step->pair_count == 1;
        if (old) {
            value = str_trim(str_from(step->text, position));
            pair->has_value = value.len > 0;
            count = 1;
        }
        if (!pair->has_value && !is_arg) {
            err_set(&problem, PL_E_FORMAT, "\"%.*s\" is not NAME=VALUE", STR_ARG(word));
            dockerfile_problem(file, step, &problem);
        }
        if (r == 0)
            r = dockerfile_expand(scope, value, &pair->value, err);
    }
    return r;
}

static void define_pairs(const struct dockerfile_scope *scope, const struct dockerfile_step *step)
{
    struct dockerfile_scope global = *scope;
    global.stage = DOCKERFILE_NO_STAGE;
    for (size_t i = 0; i < step->pair_count; i++) {
        const struct dockerfile_pair *pair = &step->pairs[i];
        struct str value = pair->value.text;
        bool known = pair->has_value && pair->value.known;
        const struct dockerfile_variable *outer = dockerfile_lookup(&global, pair->name);
        if (!pair->has_value && outer && scope->stage != DOCKERFILE_NO_STAGE) {
            value = outer->value; /* "ARG NAME" takes up the one before the first FROM */
            known = outer->known;
        }
        dockerfile_define(scope, pair->name, value, known, step->instruction == DOCKERFILE_ENV);
    }
}

static int take_variables(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                          struct pl_err *err)
{
    int r = take_pairs(scope, step, err);
    if (r == 0 && !step->onbuild)
        define_pairs(scope, step);
    return r;
}

static int take_shell(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                      struct pl_err *err)
{
    struct pl_err problem;
    (void)err;
    if (take_json(scope->file, step, step->text) && step->word_count)
        return 0;
    err_set(&problem, PL_E_FORMAT, "SHELL takes a JSON array of strings");
    return refuse(scope, step, &problem);
}

/* ---- scripts ---- */

static bool is_posix_name(struct str program)
{
    static const char *const names[] = {"sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"};
    struct str name = path_base(program);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

static bool runs_posix(const struct dockerfile_scope *scope, const struct dockerfile_step *step)
{
    const struct dockerfile *file = scope->file;
    if (step->stage == DOCKERFILE_NO_STAGE)
        return true;
    const struct dockerfile_stage *stage = &file->stages.items[step->stage];
    if (stage->shell != DOCKERFILE_NO_STEP)
        return is_posix_name(file->steps.items[stage->shell].words[0].text);
    if (stage->base_shell.len)
        return is_posix_name(stage->base_shell);
    return !stage->is_windows && file->escape == '\\';
}

/* "#!/usr/bin/env python3" at the start of a heredoc. */
static bool has_foreign_interpreter(struct str script)
{
    if (!str_starts(script, STR("#!")))
        return false;
    struct str line = str_trim(str_from(str_first(script, str_index(script, '\n')), 2)), word;
    size_t position = 0;
    while (next_plain(line, &position, &word))
        if (!str_is(path_base(word), "env") && !str_starts(word, STR("-")))
            return !is_posix_name(word);
    return false;
}

static bool is_heredoc_alone(const struct dockerfile_step *step, char escape)
{
    return step->heredoc_count == 1 && count_words(step->text, escape, false) == 1;
}

static void take_script(const struct dockerfile_scope *scope, struct dockerfile_step *step)
{
    struct str script = step->text;
    step->shell_offset = step->text_offset;
    if (!runs_posix(scope, step))
        return;
    if (step->heredoc_count) {
        script = str_from(step->joined, step->text_offset);
        if (is_heredoc_alone(step, scope->file->escape)) {
            step->shell_offset += str_index(script, '\n') + 1;
            script = str_from(step->joined, step->shell_offset);
            /* Not the last line, which is the heredoc's name. */
            size_t end = step->heredocs[0].name.len + 1;
            if (!step->problem.len)
                script = str_first(script, script.len - (end < script.len ? end : script.len));
            if (has_foreign_interpreter(script))
                return;
        }
    }
    step->shell = shell_parse(script, scope->file->arena);
}

/* The words of the JSON form are one simple command. */
static void take_exec(const struct dockerfile_scope *scope, struct dockerfile_step *step)
{
    AUTO_BUF script = {0};
    for (size_t i = 0; i < step->word_count; i++) {
        struct str word = step->words[i].text;
        buf_puts(&script, i ? " '" : "'");
        for (size_t k = 0; k < word.len; k++)
            if (word.data[k] == '\'')
                buf_puts(&script, "'\\''");
            else
                buf_putc(&script, word.data[k]);
        buf_putc(&script, '\'');
    }
    step->shell_offset = step->text_offset;
    step->shell = shell_parse(arena_str(scope->file->arena, buf_str(&script)), scope->file->arena);
}

/* RUN, CMD, ENTRYPOINT. */
static int take_command(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                        struct pl_err *err)
{
    (void)err;
    if (step->heredoc_count == 0 && take_json(scope->file, step, step->text))
        take_exec(scope, step);
    else
        take_script(scope, step);
    return 0;
}

static int take_healthcheck(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                            struct pl_err *err)
{
    struct pl_err problem;
    struct str word = STR_NONE;
    size_t position = 0;
    next_plain(step->text, &position, &word);
    step->none = word.len == 4 && strncasecmp(word.data, "NONE", 4) == 0;
    if (step->none)
        return 0;
    if (word.len != 3 || strncasecmp(word.data, "CMD", 3) != 0) {
        err_set(&problem, PL_E_FORMAT, "HEALTHCHECK takes CMD and a command, or NONE");
        return refuse(scope, step, &problem);
    }
    while (position < step->text.len && dockerfile_is_space(step->text.data[position]))
        position++;
    step->text = str_from(step->text, position);
    step->text_offset += position;
    return take_command(scope, step, err);
}

static int take_unknown(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                        struct pl_err *err)
{
    (void)scope;
    (void)step;
    (void)err;
    return 0; /* dockerfile-unknown-instruction tells of it */
}

int dockerfile_arguments(const struct dockerfile_scope *scope, struct dockerfile_step *step,
                         struct pl_err *err)
{
    static int (*const take[DOCKERFILE_INSTRUCTION_COUNT])(
        const struct dockerfile_scope *, struct dockerfile_step *, struct pl_err *) = {
        [DOCKERFILE_ADD] = take_copy,
        [DOCKERFILE_ARG] = take_variables,
        [DOCKERFILE_CMD] = take_command,
        [DOCKERFILE_COPY] = take_copy,
        [DOCKERFILE_ENTRYPOINT] = take_command,
        [DOCKERFILE_ENV] = take_variables,
        [DOCKERFILE_EXPOSE] = take_words,
        [DOCKERFILE_FROM] = take_from,
        [DOCKERFILE_HEALTHCHECK] = take_healthcheck,
        [DOCKERFILE_LABEL] = take_pairs,
        [DOCKERFILE_MAINTAINER] = take_whole,
        [DOCKERFILE_ONBUILD] = take_whole,
        [DOCKERFILE_RUN] = take_command,
        [DOCKERFILE_SHELL] = take_shell,
        [DOCKERFILE_STOPSIGNAL] = take_whole,
        [DOCKERFILE_USER] = take_whole,
        [DOCKERFILE_VOLUME] = take_json_or_words,
        [DOCKERFILE_WORKDIR] = take_whole,
        [DOCKERFILE_UNKNOWN] = take_unknown,
    };
    struct pl_err problem;
    if (step->text.len == 0 && step->instruction != DOCKERFILE_UNKNOWN) {
        err_set(&problem, PL_E_FORMAT, "%s needs an argument",
                dockerfile_instruction_name(step->instruction));
        dockerfile_problem(scope->file, step, &problem);
        return 0;
    }
    int r = take[step->instruction](scope, step, err);
    if (r < 0)
        err_prefix(err, "line %u", step->line);
    return r;
}
