/* Runs the checks over a Dockerfile: those that data says, those that are functions, and what its
 * comments ask not to be told. */
#include "check/dockerfile_checks.h"

#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "check/hadolint.h"

/* ---- walks and places ---- */

bool dockerfile_is_final(const struct dockerfile *file, const struct dockerfile_step *step)
{
    return step->stage != DOCKERFILE_NO_STAGE && file->stages.items[step->stage].in_final;
}

bool dockerfile_next_step(struct dockerfile_cursor *cursor)
{
    while (cursor->next < cursor->file->steps.count) {
        cursor->step = &cursor->file->steps.items[cursor->next++];
        cursor->next_command = 0;
        if (!cursor->final_only ||
            (dockerfile_is_final(cursor->file, cursor->step) && !cursor->step->onbuild))
            return true;
    }
    return false;
}

static bool next_command_of_step(struct dockerfile_cursor *cursor)
{
    const struct shell_script *script = cursor->step->shell;
    if (!script || cursor->next_command >= script->commands.count)
        return false;
    cursor->command = &script->commands.items[cursor->next_command++];
    return true;
}

bool dockerfile_next_command(struct dockerfile_cursor *cursor)
{
    while (!cursor->step || cursor->step->instruction != DOCKERFILE_RUN ||
           !next_command_of_step(cursor))
        if (!dockerfile_next_step(cursor))
            return false;
    return true;
}

struct check_place dockerfile_place(const struct dockerfile_step *step)
{
    return (struct check_place){step->line, step->end_line, 0};
}

struct check_place dockerfile_command_place(const struct dockerfile_step *step,
                                            const struct shell_command *command)
{
    if (step->exec)
        return dockerfile_place(step);
    uint32_t line = dockerfile_shell_line(step, command->offset);
    return (struct check_place){line, line, 0};
}

void dockerfile_tell(struct check_sink *sink, const struct check *check,
                     const struct dockerfile_step *step, struct str evidence)
{
    check_add(sink, check, dockerfile_place(step), NULL, evidence);
}

void dockerfile_tell_command(struct check_sink *sink, const struct check *check,
                             const struct dockerfile_cursor *cursor, struct str evidence)
{
    check_add(sink, check, dockerfile_command_place(cursor->step, cursor->command), NULL, evidence);
}

/* ---- patterns ---- */

bool check_glob(struct str pattern, struct str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, retry = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            retry = t;
        } else if (p < pattern.len && (pattern.data[p] == '?' || pattern.data[p] == text.data[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}

bool check_glob_any(const char *const *patterns, struct str text)
{
    for (size_t i = 0; patterns && patterns[i]; i++)
        if (check_glob(str_of(patterns[i]), text))
            return true;
    return false;
}

static bool is_one_of(const char *const *names, struct str name)
{
    for (size_t i = 0; names[i]; i++)
        if (name.len == strlen(names[i]) && strncasecmp(name.data, names[i], name.len) == 0)
            return true;
    return false;
}

/* ---- what data says ---- */

/* "apt-get install --force-yes": what of the command made it a finding, and nothing else of it. */
struct hit {
    struct str program, verb, option, word;
};

static struct str hit_text(const struct hit *hit, struct buf *buf)
{
    const struct str *parts[] = {&hit->program, &hit->verb, &hit->option, &hit->word};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (buf->len && parts[i]->len)
            buf_putc(buf, ' ');
        buf_add(buf, *parts[i]);
    }
    return buf_str(buf);
}

/* An option, or a pattern of a whole word. */
static bool has_option(const struct shell_command *command, const char *const *options,
                       struct str *ret_option)
{
    for (size_t i = 0; options[i]; i++) {
        bool found = shell_has_option(command, options[i]);
        for (size_t k = 1; k < command->word_count && !found && strchr(options[i], '*'); k++)
            found = check_glob(str_of(options[i]), command->words[k].text);
        if (found) {
            *ret_option = str_of(options[i]);
            return true;
        }
    }
    return false;
}

static bool command_fits(const struct dockerfile_when *when, const struct shell_command *command,
                         struct hit *hit)
{
    size_t at = 0;
    struct shell_word word;
    struct str ignored;
    hit->program = shell_program(command);
    if (hit->program.len == 0 || !check_glob_any(when->commands, hit->program))
        return false;
    if (when->verbs) {
        hit->verb = shell_verb(command, &at);
        if (!check_glob_any(when->verbs, hit->verb))
            return false;
    }
    if (when->withs && !has_option(command, when->withs, &hit->option))
        return false;
    if (when->withouts && has_option(command, when->withouts, &ignored))
        return false;
    while (when->words && shell_next_operand(command, &at, &word)) {
        hit->word = word.text;
        if (check_glob_any(when->words, word.text))
            return true;
    }
    return !when->words;
}

static void look_at_commands(const struct check *check, const struct dockerfile_step *step,
                             struct check_sink *sink)
{
    for (size_t i = 0; step->shell && i < step->shell->commands.count; i++) {
        const struct shell_command *command = &step->shell->commands.items[i];
        struct hit hit = {0};
        AUTO_BUF text = {0};
        if (command_fits(check->when, command, &hit))
            check_add(sink, check, dockerfile_command_place(step, command), NULL,
                      hit_text(&hit, &text));
    }
}

/* The flags of an instruction, "--security=insecure". */
static bool flag_fits(const struct dockerfile_when *when, const struct dockerfile_step *step,
                      struct buf *evidence)
{
    for (size_t i = 0; i < step->flag_count; i++) {
        const struct dockerfile_pair *flag = &step->flags[i];
        evidence->len = 0;
        buf_puts(evidence, "--");
        buf_add(evidence, flag->name);
        if (flag->has_value) {
            buf_putc(evidence, '=');
            buf_add(evidence, flag->value.text);
        }
        if (check_glob_any(when->flags, buf_str(evidence)))
            return true;
    }
    return false;
}

/* Its words or the names of its pairs; each that fits is a finding. */
static void look_at_words(const struct check *check, const struct dockerfile_step *step,
                          struct check_sink *sink)
{
    const struct dockerfile_when *when = check->when;
    for (size_t i = 0; when->words && i < step->word_count; i++)
        if (check_glob_any(when->words, step->words[i].text))
            dockerfile_tell(sink, check, step, step->words[i].text);
    for (size_t i = 0; when->values && i < step->pair_count; i++)
        if (is_one_of(when->values, step->pairs[i].name))
            dockerfile_tell(sink, check, step, step->pairs[i].name);
}

static void look_at_step(const struct check *check, const struct dockerfile_step *step,
                         struct check_sink *sink)
{
    const struct dockerfile_when *when = check->when;
    AUTO_BUF evidence = {0};
    if (when->instructions &&
        !is_one_of(when->instructions, str_of(dockerfile_instruction_name(step->instruction))))
        return;
    if (when->flags && !flag_fits(when, step, &evidence))
        return;
    if (when->commands)
        look_at_commands(check, step, sink);
    else if (when->words || when->values)
        look_at_words(check, step, sink);
    else
        dockerfile_tell(sink, check, step, evidence.len ? buf_str(&evidence) : step->name);
}

static void run_when(const struct check *check, const struct dockerfile *file,
                     struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file, .final_only = check->when->final_only};
    while (dockerfile_next_step(&cursor))
        look_at_step(check, cursor.step, sink);
}

/* ---- what comments ask not to be told ---- */

/* The line of the instruction that a finding's line is a part of. */
static uint32_t step_line(const struct dockerfile *file, uint32_t line)
{
    size_t low = 0, high = file->steps.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (file->steps.items[middle].line <= line)
            low = middle;
        else
            high = middle;
    }
    return file->steps.count ? file->steps.items[low].line : 0;
}

static void apply_ignores(const struct dockerfile *file, struct arena *arena,
                          struct check_findings *findings, size_t from)
{
    for (size_t i = from; i < findings->items.count; i++) {
        struct check_finding *finding = &findings->items.items[i];
        uint32_t line = step_line(file, finding->line);
        for (size_t k = 0; k < file->ignores.count && !finding->ignored; k++) {
            const struct dockerfile_ignore *ignore = &file->ignores.items[k];
            bool counts = ignore->ours || !file->hadolint || !file->hadolint->no_pragmas;
            if (!counts || (ignore->target && ignore->target != line) ||
                !check_goes_by(finding->check, ignore->id))
                continue;
            finding->ignored = true;
            finding->ignored_why = arena_str(arena, ignore->why);
        }
        if (file->hadolint)
            hadolint_apply(file->hadolint, finding);
    }
}

/* Of a script that is too large only the beginning was looked at. */
static int tell_limited(const struct dockerfile *file, struct pl_err *err)
{
    for (size_t i = 0; i < file->steps.count; i++)
        if (file->steps.items[i].shell && file->steps.items[i].shell->limited)
            return err_limit(err, LIMIT_NAME(LIMIT_SHELL_COMMANDS),
                             "line %u: the script is longer than %llu commands, or nests deeper "
                             "than %llu: the rest of it was not looked at",
                             file->steps.items[i].line, LIMIT_SHELL_COMMANDS, LIMIT_SHELL_DEPTH);
    return 0;
}

int check_dockerfile(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    struct dockerfile file;
    struct arena arena = {0};
    size_t before = sink->findings->items.count;
    int r = dockerfile_parse(text, path, &arena, &file, err);
    file.hadolint = sink->choice ? sink->choice->hadolint : NULL;
    for (const struct check *check = checks; check->id && file.steps.count; check++) {
        if (check->subject != CHECK_DOCKERFILE || !check_wanted(sink->choice, check))
            continue;
        if (check->when)
            run_when(check, &file, sink);
        else
            check->run.dockerfile(check, &file, sink);
    }
    apply_ignores(&file, sink->arena, sink->findings, before);
    if (r == 0)
        r = tell_limited(&file, err);
    dockerfile_free(&file);
    arena_free(&arena);
    return r;
}
