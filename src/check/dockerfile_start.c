/* Checks of what an image is started with: users, commands, health checks, variables. */
#include <strings.h>

#include "check/check_functions.h"
#include "check/dockerfile_checks.h"

static struct str first_word(const struct dockerfile_step *step)
{
    return step->word_count ? step->words[0].text : STR_NONE;
}

/* The last instruction of this kind that the final image has; NULL: none. */
static const struct dockerfile_step *last_of(const struct dockerfile *file,
                                             enum dockerfile_instruction instruction)
{
    const struct dockerfile_step *last = NULL;
    struct dockerfile_cursor cursor = {.file = file, .final_only = true};
    while (dockerfile_next_step(&cursor))
        if (cursor.step->instruction == instruction)
            last = cursor.step;
    return last;
}

static bool is_started(const struct dockerfile *file)
{
    return last_of(file, DOCKERFILE_CMD) || last_of(file, DOCKERFILE_ENTRYPOINT);
}

static const struct dockerfile_stage *final_stage(const struct dockerfile *file)
{
    return file->stages.count ? &file->stages.items[file->stages.count - 1] : NULL;
}

/* ---- users ---- */

static bool is_root(struct str user)
{
    struct str name = str_first(user, str_index(user, ':'));
    return str_is(name, "root") || str_is(name, "0");
}

void check_dockerfile_user_root(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    const struct dockerfile_step *last = last_of(file, DOCKERFILE_USER);
    if (last && is_root(first_word(last)))
        dockerfile_tell(sink, check, last, first_word(last));
}

/* Images that are known to run as somebody else, by their names. */
static bool is_rootless(struct str image)
{
    static const char *const parts[] = {
        "nonroot",      "non-root",     "rootless",       "unprivileged", "cgr.dev/chainguard",
        "bitnami/",     "ubi8/nodejs",  "ubi9/nodejs",    "ubi8/python",  "ubi9/python",
        "ubi8/openjdk", "ubi9/openjdk", "jenkins/jenkins"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (str_find(image, str_of(parts[i])) != SIZE_MAX)
            return true;
    return false;
}

void check_dockerfile_user_missing(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    const struct dockerfile_stage *stage = final_stage(file), *base = stage;
    if (!stage || stage->is_windows || last_of(file, DOCKERFILE_USER))
        return;
    while (base->parent != DOCKERFILE_NO_STAGE)
        base = &file->stages.items[base->parent];
    /* Without a command, nothing from scratch is ever started. */
    bool is_data = str_is(base->image.text, "scratch") && !is_started(file);
    if (!is_rootless(base->image.text) && base->image.known && !is_data)
        dockerfile_tell(sink, check, &file->steps.items[stage->from], stage->image.text);
}

void check_dockerfile_user_by_name(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    const struct dockerfile_step *last = last_of(file, DOCKERFILE_USER);
    uint64_t number;
    struct str user = last ? first_word(last) : STR_NONE;
    struct str name = str_first(user, str_index(user, ':'));
    if (name.len && last->words[0].known && !is_root(user) && !str_to_u64(name, &number))
        dockerfile_tell(sink, check, last, name);
}

/* ---- health checks ---- */

void check_dockerfile_healthcheck_missing(const struct check *check, const struct dockerfile *file,
                                          struct check_sink *sink)
{
    const struct dockerfile_stage *stage = final_stage(file);
    if (stage && is_started(file) && !last_of(file, DOCKERFILE_HEALTHCHECK))
        dockerfile_tell(sink, check, &file->steps.items[stage->from], STR_NONE);
}

void check_dockerfile_healthcheck_none(const struct check *check, const struct dockerfile *file,
                                       struct check_sink *sink)
{
    const struct dockerfile_step *last = last_of(file, DOCKERFILE_HEALTHCHECK);
    if (last && last->none)
        dockerfile_tell(sink, check, last, last->text);
}

/* ---- only the last one counts ---- */

static void tell_repeated(const struct check *check, const struct dockerfile *file,
                          enum dockerfile_instruction instruction, struct check_sink *sink)
{
    size_t stage = DOCKERFILE_NO_STAGE;
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        if (step->instruction != instruction || step->onbuild || step->stage == DOCKERFILE_NO_STAGE)
            continue;
        if (step->stage == stage)
            dockerfile_tell(sink, check, step, step->name);
        stage = step->stage;
    }
}

void check_dockerfile_cmd_twice(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    tell_repeated(check, file, DOCKERFILE_CMD, sink);
}

void check_dockerfile_entrypoint_twice(const struct check *check, const struct dockerfile *file,
                                       struct check_sink *sink)
{
    tell_repeated(check, file, DOCKERFILE_ENTRYPOINT, sink);
}

void check_dockerfile_healthcheck_twice(const struct check *check, const struct dockerfile *file,
                                        struct check_sink *sink)
{
    tell_repeated(check, file, DOCKERFILE_HEALTHCHECK, sink);
}

/* ---- the shell form ---- */

static bool has_shell_form(const struct dockerfile_step *step)
{
    return step && !step->exec && step->text.len && !step->problem.len;
}

/* Who names a shell wants it; "exec" puts the program in the shell's place. */
static bool is_meant(const struct dockerfile *file, const struct dockerfile_step *step)
{
    return step->stage == DOCKERFILE_NO_STAGE ||
           file->stages.items[step->stage].shell != DOCKERFILE_NO_STEP ||
           str_starts(step->text, STR("exec "));
}

static void tell_shell_form(const struct check *check, const struct dockerfile *file,
                            enum dockerfile_instruction instruction, struct check_sink *sink)
{
    const struct dockerfile_step *step = last_of(file, instruction);
    if (has_shell_form(step) && !is_meant(file, step))
        dockerfile_tell(sink, check, step, step->text);
}

/* Those that the two checks below leave out. */
void check_dockerfile_shell_form(const struct check *check, const struct dockerfile *file,
                                 struct check_sink *sink)
{
    const struct dockerfile_step *command = last_of(file, DOCKERFILE_CMD),
                                 *entrypoint = last_of(file, DOCKERFILE_ENTRYPOINT);
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        bool starts =
            step->instruction == DOCKERFILE_CMD || step->instruction == DOCKERFILE_ENTRYPOINT;
        bool is_told = (step == command || step == entrypoint) && !is_meant(file, step);
        if (starts && !is_told && has_shell_form(step))
            dockerfile_tell(sink, check, step, step->text);
    }
}

void check_dockerfile_cmd_shell(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    tell_shell_form(check, file, DOCKERFILE_CMD, sink);
}

void check_dockerfile_entrypoint_shell(const struct check *check, const struct dockerfile *file,
                                       struct check_sink *sink)
{
    tell_shell_form(check, file, DOCKERFILE_ENTRYPOINT, sink);
}

/* ---- ENV ---- */

static bool refers_to(struct str text, struct str name)
{
    size_t from = 0, found;
    while ((found = str_find(str_from(text, from), name)) != SIZE_MAX) {
        size_t at = from + found;
        from = at + 1;
        bool braces = at >= 2 && text.data[at - 1] == '{' && text.data[at - 2] == '$';
        bool plain = at >= 1 && text.data[at - 1] == '$';
        char next = at + name.len < text.len ? text.data[at + name.len] : '\0';
        bool ends = !((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                      (next >= '0' && next <= '9') || next == '_');
        bool escaped = plain && at >= 2 && text.data[at - 2] == '\\';
        if ((braces || plain) && ends && !escaped)
            return true;
    }
    return false;
}

static bool is_defined_before(const struct dockerfile *file, const struct dockerfile_step *step,
                              struct str name)
{
    for (const struct dockerfile_step *before = file->steps.items; before < step; before++)
        for (size_t i = 0; before->stage == step->stage && i < before->pair_count; i++)
            if (before->instruction != DOCKERFILE_LABEL && str_equal(before->pairs[i].name, name))
                return true;
    return false;
}

#define MOST_PAIRS 200 /* of one ENV that are held against each other */
#define LOOK_BACK 1000 /* what going through all instructions before counts as */

void check_dockerfile_env_self(const struct check *check, const struct dockerfile *file,
                               struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    size_t budget = 100000; /* of comparisons */
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        size_t count = step->pair_count < MOST_PAIRS ? step->pair_count : MOST_PAIRS;
        if (step->instruction != DOCKERFILE_ENV || step->onbuild)
            continue;
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < count && budget; k++, budget--)
                if (k != i && step->pairs[k].name.len && step->pairs[i].value.raw.len < 4096 &&
                    refers_to(step->pairs[i].value.raw, step->pairs[k].name)) {
                    if (!is_defined_before(file, step, step->pairs[k].name))
                        dockerfile_tell(sink, check, step, step->pairs[k].name);
                    budget -= budget > LOOK_BACK ? LOOK_BACK : budget - 1;
                }
    }
}

/* ENV NAME VALUE, LABEL NAME VALUE. */
void check_dockerfile_env_old_form(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        size_t at = 0;
        struct str word;
        if ((step->instruction == DOCKERFILE_ENV || step->instruction == DOCKERFILE_LABEL) &&
            step->pair_count == 1 && !step->problem.len &&
            dockerfile_next_word(step->text, file->escape, &at, &word) &&
            str_index(word, '=') == SIZE_MAX)
            dockerfile_tell(sink, check, step, step->pairs[0].name);
    }
}

/* A folder in PATH that depends on where the program is started. */
void check_dockerfile_path_relative(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor))
        for (size_t i = 0; i < cursor.step->pair_count; i++) {
            const struct dockerfile_pair *pair = &cursor.step->pairs[i];
            struct str rest = pair->value.text, folder;
            if (cursor.step->instruction != DOCKERFILE_ENV || !str_is(pair->name, "PATH") ||
                rest.len == 0)
                continue;
            while (str_cut(&rest, ':', &folder))
                if (folder.len == 0 || folder.data[0] == '.')
                    dockerfile_tell(sink, check, cursor.step, pair->value.text);
        }
}
