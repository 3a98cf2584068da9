/* Checks of what the shell does in RUN. */
#include "base/path.h"
#include "check/check_functions.h"
#include "check/dockerfile_checks.h"

/* ---- downloads ---- */

static const char *const downloaders[] = {"curl", "wget", "aria2c", "fetch", "http", "https", NULL};
static const char *const interpreters[] = {"sh",      "bash", "ash",  "dash", "zsh", "ksh",
                                           "python*", "perl", "ruby", "node", "php", NULL};

/* It reads its script from standard input. */
static bool reads_script(const struct shell_command *command)
{
    if (!check_glob_any(interpreters, shell_program(command)) || shell_has_option(command, "-c") ||
        shell_has_option(command, "-m") || shell_has_option(command, "-e"))
        return check_glob_any(NAMES("sh", "bash"), shell_program(command)) &&
               shell_has_option(command, "-e") && !shell_has_option(command, "-c") &&
               shell_operand(command, 1) == 0;
    size_t operand = shell_operand(command, 1);
    return operand == 0 || str_is(command->words[operand].text, "-") ||
           shell_has_option(command, "-s") || str_is(command->words[operand].text, "/dev/stdin");
}

/* $(curl …), <(wget …) in a word. */
static bool has_download(struct str text)
{
    static const char *const starts[] = {"$(curl ", "$(wget ", "<(curl ",
                                         "<(wget ", "`curl ",  "`wget "};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (str_find(text, str_of(starts[i])) != SIZE_MAX)
            return true;
    return false;
}

static bool runs_download(const struct shell_command *command)
{
    struct str program = shell_program(command);
    bool runs = check_glob_any(NAMES("eval", "source", "."), program) ||
                (check_glob_any(interpreters, program) &&
                 (shell_has_option(command, "-c") || shell_has_option(command, "-e")));
    for (size_t i = 1; i < command->word_count; i++) {
        struct str text = command->words[i].text;
        bool is_script = str_starts(text, STR("<(")) && check_glob_any(interpreters, program);
        if ((runs || is_script) && !command->words[i].literal && has_download(text))
            return true;
    }
    return false;
}

void check_dockerfile_pipe_to_shell(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    const struct dockerfile_step *step = NULL;
    uint32_t pipeline = 0;
    while (dockerfile_next_command(&cursor)) {
        const struct shell_command *command = cursor.command;
        if (step != cursor.step)
            pipeline = 0;
        step = cursor.step;
        if (command->pipes && check_glob_any(downloaders, shell_program(command)))
            pipeline = command->pipeline;
        else if (pipeline && command->pipeline == pipeline && command->connector == SHELL_PIPE &&
                 reads_script(command))
            dockerfile_tell_command(sink, check, &cursor, shell_program(command));
        else if (runs_download(command))
            dockerfile_tell_command(sink, check, &cursor, shell_program(command));
    }
}

/* Whether the script checks what it fetched. */
static bool verifies(const struct shell_script *script)
{
    for (size_t i = 0; i < script->commands.count; i++) {
        const struct shell_command *command = &script->commands.items[i];
        struct str program = shell_program(command);
        if (check_glob_any(NAMES("sha*sum", "shasum", "md5sum", "b2sum", "cosign", "minisign",
                                 "gpgv", "rhash"),
                           program) ||
            (check_glob_any(NAMES("gpg", "gpg2"), program) &&
             shell_has_option(command, "--verify")))
            return true;
    }
    return false;
}

/* "deb [trusted=yes] …", but not of packages that the build made itself. */
void check_dockerfile_apt_trusted(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        const struct shell_command *command = cursor.command;
        if (!check_glob_any(NAMES("echo", "printf"), shell_program(command)))
            continue;
        for (size_t i = 1; i < command->word_count; i++) {
            struct str text = command->words[i].text;
            if (check_glob(STR("deb *trusted=yes*"), str_first(text, 4096)) &&
                str_find(text, STR("] file:")) == SIZE_MAX &&
                str_find(text, STR("] copy:")) == SIZE_MAX)
                dockerfile_tell_command(sink, check, &cursor, text);
        }
    }
}

static bool is_plain_address(struct str text)
{
    static const char *const local[] = {"localhost", "127.", "0.0.0.0", "[::1]",
                                        "host.docker.internal"};
    if (!str_starts(text, STR("http://")))
        return false;
    for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
        if (str_starts(str_from(text, 7), str_of(local[i])))
            return false;
    return true;
}

void check_dockerfile_download_http(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    const struct dockerfile_step *step = NULL;
    bool verified = false;
    while (dockerfile_next_command(&cursor)) {
        size_t at = 0;
        struct shell_word word;
        if (step != cursor.step)
            verified = verifies(cursor.step->shell);
        step = cursor.step;
        if (verified || !check_glob_any(NAMES("curl", "wget"), shell_program(cursor.command)))
            continue;
        while (shell_next_operand(cursor.command, &at, &word))
            if (is_plain_address(word.text))
                dockerfile_tell_command(sink, check, &cursor, word.text);
    }
}

/* ---- the shell itself ---- */

static const struct dockerfile_step *shell_of(const struct dockerfile *file,
                                              const struct dockerfile_step *step)
{
    /* The last SHELL before the step, of its stage or of those below. */
    size_t stage = step->stage;
    for (size_t hops = 0; stage != DOCKERFILE_NO_STAGE && hops < 64; hops++) {
        size_t shell = file->stages.items[stage].shell;
        if (shell != DOCKERFILE_NO_STEP && &file->steps.items[shell] < step)
            return &file->steps.items[shell];
        stage = file->stages.items[stage].parent;
    }
    return NULL;
}

static bool has_shell_option(const struct dockerfile *file, const struct dockerfile_step *step,
                             const char *long_name, char letter)
{
    const struct dockerfile_step *shell = shell_of(file, step);
    for (size_t i = 1; shell && i < shell->word_count; i++) {
        struct str word = shell->words[i].text;
        if (str_is(word, long_name) || (letter && word.len > 1 && word.data[0] == '-' &&
                                        word.data[1] != '-' && str_index(word, letter) != SIZE_MAX))
            return true;
    }
    return false;
}

/* "set -o pipefail", "set -euxo pipefail"; "set -e". */
static bool sets_option(const struct shell_command *command, const char *long_name, char letter)
{
    if (!str_is(shell_program(command), "set"))
        return false;
    for (size_t i = 1; i < command->word_count; i++) {
        struct str word = command->words[i].text;
        if (str_is(word, long_name) ||
            (letter && word.len > 1 && word.data[0] == '-' && str_index(word, letter) != SIZE_MAX))
            return true;
    }
    return false;
}

/* Programs that have no failure to lose when they stand on the left. */
static bool can_fail(const struct shell_command *command)
{
    return command->word_count &&
           !check_glob_any(NAMES("echo", "printf", "yes", "true", "find", "ls", "set", "env"),
                           shell_program(command));
}

void check_dockerfile_pipefail(const struct check *check, const struct dockerfile *file,
                               struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    const struct dockerfile_step *step = NULL;
    bool done = false;
    while (dockerfile_next_command(&cursor)) {
        const struct shell_command *command = cursor.command;
        if (step != cursor.step)
            done = has_shell_option(file, cursor.step, "pipefail", 0);
        step = cursor.step;
        done = done || sets_option(command, "pipefail", 0);
        if (done || !command->pipes || command->finds || !can_fail(command) ||
            command->wrapper != SHELL_NO_COMMAND)
            continue;
        dockerfile_tell_command(sink, check, &cursor, shell_program(command));
        done = true; /* once an instruction */
    }
}

/* The commands of "RUN <<EOF" go on after one has failed. */
void check_dockerfile_heredoc_errexit(const struct check *check, const struct dockerfile *file,
                                      struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        bool alone = step->instruction == DOCKERFILE_RUN && step->shell &&
                     step->heredoc_count == 1 && step->shell_offset > step->text_offset;
        if (!alone || has_shell_option(file, step, "errexit", 'e') ||
            check_glob(STR("#!*sh -*e*\n*"), str_first(step->shell->text, 4096)))
            continue;
        size_t commands = 0;
        bool set = false;
        for (size_t i = 0; i < step->shell->commands.count && !set; i++) {
            const struct shell_command *command = &step->shell->commands.items[i];
            set = sets_option(command, "errexit", 'e');
            commands += command->depth == 0 && command->word_count && !set &&
                        command->wrapper == SHELL_NO_COMMAND &&
                        (command->connector == SHELL_NEXT || command->connector == SHELL_FIRST);
        }
        if (!set && commands > 1)
            dockerfile_tell(sink, check, step, step->text);
    }
}

/* ---- folders ---- */

static bool is_cd(const struct shell_command *command)
{
    return check_glob_any(NAMES("cd", "pushd"), shell_program(command)) && command->depth == 0 &&
           command->wrapper == SHELL_NO_COMMAND;
}

void check_dockerfile_cd(const struct check *check, const struct dockerfile *file,
                         struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor))
        if (is_cd(cursor.command))
            dockerfile_tell_command(sink, check, &cursor,
                                    cursor.command->word_count > 1 ? cursor.command->words[1].text
                                                                   : STR_NONE);
}

/* A cd that nothing follows is forgotten with its shell. */
void check_dockerfile_cd_lost(const struct check *check, const struct dockerfile *file,
                              struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        const struct shell_script *script = cursor.step->shell;
        if (is_cd(cursor.command) &&
            cursor.command == &script->commands.items[script->commands.count - 1])
            dockerfile_tell_command(sink, check, &cursor,
                                    cursor.command->word_count > 1 ? cursor.command->words[1].text
                                                                   : STR_NONE);
    }
}

/* ---- habits ---- */

void check_dockerfile_curl_and_wget(const struct check *check, const struct dockerfile *file,
                                    struct check_sink *sink)
{
    size_t stage = DOCKERFILE_NO_STAGE;
    struct str first = STR_NONE;
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        struct str program = shell_program(cursor.command);
        if (cursor.step->stage != stage)
            first = STR_NONE;
        stage = cursor.step->stage;
        if (!check_glob_any(NAMES("curl", "wget"), program) || first.len == 1)
            continue;
        if (first.len && !str_equal(first, program)) {
            dockerfile_tell_command(sink, check, &cursor, program);
            first = STR("-"); /* once a stage */
        } else {
            first = program;
        }
    }
}

/* A RUN of several commands was made a layer of its own on purpose. */
static bool is_short(const struct dockerfile_step *step)
{
    return !step->shell || step->shell->commands.count <= 2;
}

static bool have_same_flags(const struct dockerfile_step *a, const struct dockerfile_step *b)
{
    if (a->flag_count != b->flag_count)
        return false;
    for (size_t i = 0; i < a->flag_count; i++)
        if (!str_equal(a->flags[i].name, b->flags[i].name) ||
            !str_equal(a->flags[i].value.text, b->flags[i].value.text))
            return false;
    return true;
}

/* Two RUN one after the other, of the same kind, could be one layer. */
void check_dockerfile_run_twice(const struct check *check, const struct dockerfile *file,
                                struct check_sink *sink)
{
    const struct dockerfile_step *before = NULL;
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        bool plain = step->instruction == DOCKERFILE_RUN && !step->onbuild &&
                     step->heredoc_count == 0 && is_short(step);
        if (plain && before && have_same_flags(before, step))
            dockerfile_tell(sink, check, step, STR_NONE);
        before = plain ? step : NULL;
    }
}

/* Without --no-log-init a large user id makes lastlog a huge sparse file. */
void check_dockerfile_useradd_high_id(const struct check *check, const struct dockerfile *file,
                                      struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        const struct shell_command *command = cursor.command;
        if (!str_is(shell_program(command), "useradd") || shell_has_option(command, "-l") ||
            shell_has_option(command, "--no-log-init"))
            continue;
        for (size_t i = 1; i < command->word_count; i++) {
            struct str word = command->words[i].text;
            struct str value = str_starts(word, STR("--uid=")) ? str_from(word, 6)
                               : str_starts(word, STR("-u"))   ? str_from(word, 2)
                                                               : STR_NONE;
            uint64_t number;
            if ((str_is(word, "-u") || str_is(word, "--uid")) && i + 1 < command->word_count)
                value = command->words[i + 1].text;
            if (str_to_u64(value, &number) && number > 99999)
                dockerfile_tell_command(sink, check, &cursor, value);
        }
    }
}

/* A project was copied before the step, and may have a go.mod. */
static bool copies_sources(const struct dockerfile *file, const struct dockerfile_step *step)
{
    size_t index = (size_t)(step - file->steps.items);
    bool has_stage = step->stage != DOCKERFILE_NO_STAGE;
    for (size_t i = has_stage ? file->stages.items[step->stage].from : index; i < index; i++)
        if (file->steps.items[i].instruction == DOCKERFILE_COPY ||
            file->steps.items[i].instruction == DOCKERFILE_ADD)
            return true;
    for (size_t i = 0; i < step->flag_count; i++)
        if (str_is(step->flags[i].name, "mount") &&
            str_find(step->flags[i].value.text, STR("type=bind")) != SIZE_MAX)
            return true;
    return false;
}

/* "example.com/tool" without a version, where no go.mod can tell one. */
static bool is_module(struct str word)
{
    size_t slash = str_index(word, '/');
    return slash != SIZE_MAX && str_index(str_first(word, slash), '.') != SIZE_MAX &&
           word.data[0] != '.' && str_index(word, '@') == SIZE_MAX;
}

/* What a branch, or the newest release, is today is another thing tomorrow. */
void check_dockerfile_go_unpinned(const struct check *check, const struct dockerfile *file,
                                  struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        size_t at = 0;
        struct shell_word word;
        if (!shell_runs(cursor.command, NAMES("go"), NAMES("install", "get", "run")))
            continue;
        bool has_sources = copies_sources(file, cursor.step);
        while (shell_next_operand(cursor.command, &at, &word))
            if (check_glob_any(NAMES("*@latest", "*@master", "*@main"), word.text) ||
                (!has_sources && word.literal && is_module(word.text)))
                dockerfile_tell_command(sink, check, &cursor, word.text);
    }
}

void check_dockerfile_git_unpinned(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    const struct dockerfile_step *step = NULL;
    bool pinned = false;
    while (dockerfile_next_command(&cursor)) {
        if (step != cursor.step) {
            pinned = false;
            for (size_t i = 0; i < cursor.step->shell->commands.count; i++)
                pinned = pinned || shell_runs(&cursor.step->shell->commands.items[i], NAMES("git"),
                                              NAMES("checkout", "reset", "switch"));
        }
        step = cursor.step;
        size_t at = 0;
        struct shell_word word = {0};
        if (pinned || !shell_runs(cursor.command, NAMES("git"), NAMES("clone")) ||
            shell_has_option(cursor.command, "-b") || shell_has_option(cursor.command, "--branch"))
            continue;
        shell_next_operand(cursor.command, &at, &word);
        if (shell_next_operand(cursor.command, &at, &word))
            dockerfile_tell_command(sink, check, &cursor, word.text);
    }
}
