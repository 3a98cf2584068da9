/* Checks of secrets that stand in a Dockerfile, and of variables that switch protection off. */
#include <strings.h>

#include "check/check_functions.h"
#include "check/dockerfile_checks.h"
#include "check/secret_name.h"

static void look_at_pairs(const struct check *check, const struct dockerfile *file,
                          struct check_sink *sink, enum dockerfile_instruction instruction)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor))
        for (size_t i = 0; cursor.step->instruction == instruction && i < cursor.step->pair_count;
             i++) {
            const struct dockerfile_pair *pair = &cursor.step->pairs[i];
            bool is_arg = instruction == DOCKERFILE_ARG;
            if (check_secret_name(pair->name) &&
                (check_secret_value(pair->value.text) || (is_arg && pair->value.text.len == 0)))
                dockerfile_tell(sink, check, cursor.step, pair->name);
        }
}

void check_dockerfile_env_secret(const struct check *check, const struct dockerfile *file,
                                 struct check_sink *sink)
{
    look_at_pairs(check, file, sink, DOCKERFILE_ENV);
}

void check_dockerfile_arg_secret(const struct check *check, const struct dockerfile *file,
                                 struct check_sink *sink)
{
    look_at_pairs(check, file, sink, DOCKERFILE_ARG);
}

void check_dockerfile_label_secret(const struct check *check, const struct dockerfile *file,
                                   struct check_sink *sink)
{
    look_at_pairs(check, file, sink, DOCKERFILE_LABEL);
}

/* ---- scripts ---- */

static void tell_assignment(const struct check *check, struct check_sink *sink,
                            const struct dockerfile_cursor *cursor, const struct shell_word *word)
{
    size_t equals = str_index(word->text, '=');
    if (equals == SIZE_MAX || equals == 0)
        return;
    struct str name = str_first(word->text, equals), value = str_from(word->text, equals + 1);
    if (word->literal && check_secret_name(name) && check_secret_value(value))
        dockerfile_tell_command(sink, check, cursor, name);
}

/* PASSWORD=… COMMAND, export TOKEN=…: they stay in the image's history. */
void check_dockerfile_run_secret(const struct check *check, const struct dockerfile *file,
                                 struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_command(&cursor)) {
        const struct shell_command *command = cursor.command;
        for (size_t i = 0; i < command->assignment_count && command->wrapper == SHELL_NO_COMMAND;
             i++)
            tell_assignment(check, sink, &cursor, &command->assignments[i]);
        if (check_glob_any(NAMES("export", "env", "declare", "readonly", "local"),
                           shell_program(command)))
            for (size_t i = 1; i < command->word_count; i++)
                tell_assignment(check, sink, &cursor, &command->words[i]);
    }
}

/* ---- credentials in addresses ---- */

static bool is_placeholder(struct str text)
{
    return text.len == 0 || strchr("$<{%*", text.data[0]) != NULL ||
           str_index(text, '$') != SIZE_MAX;
}

/* scheme://USER:PASSWORD@host: RFC 3986, 3.2.1. */
static bool has_credentials(struct str text, struct str *ret_scheme)
{
    size_t start = str_find(text, STR("://"));
    if (start == SIZE_MAX || start == 0)
        return false;
    struct str rest = str_from(text, start + 3);
    size_t end = 0;
    while (end < rest.len && rest.data[end] != '/' && rest.data[end] != '?' &&
           rest.data[end] != '#' && rest.data[end] > ' ')
        end++;
    struct str authority = str_first(rest, end);
    size_t at = str_last_index(authority, '@');
    struct str user = str_first(authority, at == SIZE_MAX ? 0 : at);
    size_t colon = str_index(user, ':');
    if (colon == SIZE_MAX || is_placeholder(str_from(user, colon + 1)))
        return false;
    size_t from = start;
    while (from > 0 && ((text.data[from - 1] >= 'a' && text.data[from - 1] <= 'z') ||
                        text.data[from - 1] == '+'))
        from--;
    *ret_scheme = str_make(text.data + from, start + 3 - from);
    return true;
}

static void look_at_text(const struct check *check, struct check_sink *sink,
                         struct check_place place, struct str text)
{
    struct str scheme;
    if (has_credentials(text, &scheme))
        check_add(sink, check, place, NULL, scheme);
}

void check_dockerfile_url_credentials(const struct check *check, const struct dockerfile *file,
                                      struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        for (size_t i = 0; i < step->word_count && !step->shell; i++)
            look_at_text(check, sink, dockerfile_place(step), step->words[i].text);
        for (size_t i = 0; i < step->pair_count; i++)
            look_at_text(check, sink, dockerfile_place(step), step->pairs[i].value.text);
        for (size_t i = 0; step->shell && i < step->shell->commands.count; i++) {
            const struct shell_command *command = &step->shell->commands.items[i];
            for (size_t k = 0; k < command->word_count && command->wrapper == SHELL_NO_COMMAND; k++)
                look_at_text(check, sink, dockerfile_command_place(step, command),
                             command->words[k].text);
        }
    }
}

/* ---- protection that is switched off ---- */

static const struct {
    const char *name;
    const char *const *values;
} switches[] = {
    {"NODE_TLS_REJECT_UNAUTHORIZED", NAMES("0")},
    {"PYTHONHTTPSVERIFY", NAMES("0")},
    {"GIT_SSL_NO_VERIFY", NAMES("1", "true", "yes", "True")},
    {"NPM_CONFIG_STRICT_SSL", NAMES("false")},
    {"npm_config_strict_ssl", NAMES("false")},
    {"YARN_ENABLE_STRICT_SSL", NAMES("0", "false")},
    {"GOINSECURE", NAMES("?*")},
    {"GONOSUMCHECK", NAMES("?*")},
    {"GOFLAGS", NAMES("*-insecure*")},
    {"GOSUMDB", NAMES("off")},
    {"PIP_TRUSTED_HOST", NAMES("?*")},
    {"HOMEBREW_NO_VERIFY_ATTESTATIONS", NAMES("1")},
    {"APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE", NAMES("never")},
};

static bool switches_off(struct str name, struct str value)
{
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        if (str_is(name, switches[i].name) && check_glob_any(switches[i].values, value))
            return true;
    return false;
}

void check_dockerfile_tls_off(const struct check *check, const struct dockerfile *file,
                              struct check_sink *sink)
{
    struct dockerfile_cursor cursor = {.file = file};
    while (dockerfile_next_step(&cursor)) {
        const struct dockerfile_step *step = cursor.step;
        for (size_t i = 0; i < step->pair_count && step->instruction != DOCKERFILE_LABEL; i++)
            if (switches_off(step->pairs[i].name, step->pairs[i].value.text))
                dockerfile_tell(sink, check, step, step->pairs[i].name);
    }
    cursor = (struct dockerfile_cursor){.file = file};
    while (dockerfile_next_command(&cursor)) {
        const struct shell_command *command = cursor.command;
        bool exports = str_is(shell_program(command), "export");
        size_t words = exports ? command->word_count : 0;
        for (size_t i = 0; i < command->assignment_count + words; i++) {
            struct str word = i < command->assignment_count
                                  ? command->assignments[i].text
                                  : command->words[i - command->assignment_count].text;
            size_t equals = str_index(word, '=');
            if (equals != SIZE_MAX && command->wrapper == SHELL_NO_COMMAND &&
                switches_off(str_first(word, equals), str_from(word, equals + 1)))
                dockerfile_tell_command(sink, check, &cursor, str_first(word, equals));
        }
    }
}
