/* Programs that run other programs, and questions about commands. */
#include "base/limits.h"
#include "base/path.h"
#include "check/shell_internal.h"

enum wrapper_kind {
    WRAPPER_COMMAND, /* the words behind its options are a command */
    WRAPPER_SHELL,   /* "-c TEXT", or a script on standard input */
    WRAPPER_USER,    /* "-c TEXT" behind a user's name */
    WRAPPER_TEXT,    /* all its words are a text */
    WRAPPER_MODULE,  /* -m MODULE words: Python's */
    WRAPPER_FIND,    /* -exec words ; */
};

static const struct wrapper {
    const char *name;
    enum wrapper_kind kind;
    const char *valued;      /* letters of short options that take a word of their own */
    const char *valued_long; /* long ones, each with a space on both sides */
    unsigned operands;       /* words of its own before the command */
} wrappers[] = {
    {"sudo", WRAPPER_COMMAND, "ugpCrtThDR", " --user --group --prompt --host --chdir ", 0},
    {"doas", WRAPPER_COMMAND, "uC", "", 0},
    {"env", WRAPPER_COMMAND, "uCS", " --unset --chdir ", 0},
    {"exec", WRAPPER_COMMAND, "a", "", 0},
    {"command", WRAPPER_COMMAND, "", "", 0},
    {"builtin", WRAPPER_COMMAND, "", "", 0},
    {"time", WRAPPER_COMMAND, "fo", "", 0},
    {"nice", WRAPPER_COMMAND, "n", " --adjustment ", 0},
    {"ionice", WRAPPER_COMMAND, "cnpt", "", 0},
    {"nohup", WRAPPER_COMMAND, "", "", 0},
    {"setsid", WRAPPER_COMMAND, "", "", 0},
    {"stdbuf", WRAPPER_COMMAND, "ioe", "", 0},
    {"timeout", WRAPPER_COMMAND, "sk", " --signal --kill-after ", 1},
    {"xargs", WRAPPER_COMMAND, "adEILnPs", " --max-args --max-procs --replace ", 0},
    {"eatmydata", WRAPPER_COMMAND, "", "", 0},
    {"fakeroot", WRAPPER_COMMAND, "", "", 0},
    {"gosu", WRAPPER_COMMAND, "", "", 1},
    {"su-exec", WRAPPER_COMMAND, "", "", 1},
    {"chroot", WRAPPER_COMMAND, "", "", 1},
    {"setpriv", WRAPPER_COMMAND, "", " --reuid --regid --groups ", 0},
    {"tini", WRAPPER_COMMAND, "pe", "", 0},
    {"dumb-init", WRAPPER_COMMAND, "r", "", 0},
    {"busybox", WRAPPER_COMMAND, "", "", 0},
    {"linux32", WRAPPER_COMMAND, "", "", 0},
    {"retry", WRAPPER_COMMAND, "td", "", 0},
    {"sh", WRAPPER_SHELL, "oO", " --rcfile --init-file ", 0},
    {"bash", WRAPPER_SHELL, "oO", " --rcfile --init-file ", 0},
    {"ash", WRAPPER_SHELL, "o", "", 0},
    {"dash", WRAPPER_SHELL, "o", "", 0},
    {"ksh", WRAPPER_SHELL, "o", "", 0},
    {"zsh", WRAPPER_SHELL, "o", "", 0},
    {"su", WRAPPER_USER, "sgGw", " --shell --group ", 0},
    {"runuser", WRAPPER_USER, "usgG", " --user --shell --group ", 0},
    {"eval", WRAPPER_TEXT, "", "", 0},
    {"find", WRAPPER_FIND, "", "", 0},
    {"python", WRAPPER_MODULE, "", "", 0},
    {"python2", WRAPPER_MODULE, "", "", 0},
    {"python3", WRAPPER_MODULE, "", "", 0},
};

/* python3.12 is python3. */
static struct str without_minor(struct str program)
{
    return str_starts(program, STR("python")) ? str_first(program, str_index(program, '.'))
                                              : program;
}

static const struct wrapper *find_wrapper(struct str program)
{
    program = without_minor(program);
    for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
        if (str_is(program, wrappers[i].name))
            return &wrappers[i];
    return NULL;
}

static bool is_option(struct str word)
{
    return word.len > 1 && word.data[0] == '-';
}

static bool takes_word(const struct wrapper *wrapper, struct str option)
{
    if (str_starts(option, STR("--"))) {
        char padded[64];
        if (option.len + 2 >= sizeof(padded))
            return false;
        padded[0] = padded[option.len + 1] = ' ';
        memcpy(padded + 1, option.data, option.len);
        return str_find(str_of(wrapper->valued_long), str_make(padded, option.len + 2)) != SIZE_MAX;
    }
    /* "-u root" takes the next word, "-uroot" does not. */
    return option.data[option.len - 1] && strchr(wrapper->valued, option.data[option.len - 1]);
}

/* Index of the first word of the command that is run; the count of words: there is none. */
static size_t command_start(const struct wrapper *wrapper, const struct shell_command *command)
{
    bool is_env = strcmp(wrapper->name, "env") == 0 || strcmp(wrapper->name, "sudo") == 0;
    unsigned operands = wrapper->operands;
    size_t i = 1;
    for (; i < command->word_count; i++) {
        struct str word = command->words[i].text;
        if (str_is(word, "--")) {
            i++;
            break;
        }
        if (is_option(word)) {
            if (strcmp(wrapper->name, "command") == 0 && (str_is(word, "-v") || str_is(word, "-V")))
                return command->word_count;
            i += takes_word(wrapper, word);
        } else if (is_env && str_index(word, '=') != SIZE_MAX) {
            continue;
        } else if (operands) {
            operands--;
        } else {
            break;
        }
    }
    return i < command->word_count ? i : command->word_count;
}

/* A part of the command's words is a command of its own. */
static void add_part(struct shell_parser *parser, size_t index, size_t from, size_t to)
{
    const struct shell_command *outer = &parser->script->commands.items[index];
    if (from >= to)
        return;
    struct shell_command inner = *outer;
    if (parser->script->commands.count >= LIMIT_SHELL_COMMANDS) {
        parser->script->limited = true;
        return;
    }
    inner.words = outer->words + from;
    inner.word_count = to - from;
    inner.wrapper = index;
    inner.offset = inner.words[0].offset;
    size_t place = parser->script->commands.count;
    *VEC_ADD(&parser->script->commands) = inner;
    /* "nice nice nice …" must not nest without end. */
    if (parser->depth < LIMIT_SHELL_DEPTH) {
        parser->depth++;
        shell_unwrap(parser, place);
        parser->depth--;
    } else {
        parser->script->limited = true;
    }
}

bool shell_reads_script(const struct shell_command *command)
{
    const struct wrapper *wrapper = find_wrapper(shell_program(command));
    if (!wrapper || wrapper->kind != WRAPPER_SHELL)
        return false;
    for (size_t i = 1; i < command->word_count; i++) {
        struct str word = command->words[i].text;
        if (!is_option(word) && !str_is(word, "-") && word.len && word.data[0] != '+')
            return str_is(word, "/dev/stdin");
        if (!str_starts(word, STR("--")) && str_index(word, 'c') != SIZE_MAX)
            return false;
        if (!str_starts(word, STR("--")) && str_index(word, 's') != SIZE_MAX)
            return true;
        if (is_option(word))
            i += takes_word(wrapper, word);
    }
    return true;
}

/* The text of "sh -c TEXT": behind an option word that ends with "c". */
static void add_text(struct shell_parser *parser, size_t index, const struct wrapper *wrapper)
{
    const struct shell_command *command = &parser->script->commands.items[index];
    for (size_t i = 1; i + 1 < command->word_count; i++) {
        struct str word = command->words[i].text;
        bool is_short = is_option(word) && !str_starts(word, STR("--"));
        if ((is_short && str_index(word, 'c') != SIZE_MAX) || str_is(word, "--command")) {
            struct shell_word text = command->words[i + 1];
            shell_inner(parser, text.text, text.offset, text.literal, index);
            return;
        }
        if (!is_option(word) && word.data && wrapper->kind == WRAPPER_SHELL && word.data[0] != '+')
            return;
        if (is_option(word))
            i += takes_word(wrapper, word);
    }
}

/* "eval TEXT": its words, apart by spaces. */
static void add_words_as_text(struct shell_parser *parser, size_t index)
{
    AUTO_BUF text = {0};
    const struct shell_command *command = &parser->script->commands.items[index];
    bool literal = true;
    for (size_t i = 1; i < command->word_count; i++) {
        buf_add(&text, command->words[i].text);
        buf_putc(&text, ' ');
        literal = literal && command->words[i].literal;
    }
    shell_inner(parser, arena_str(parser->arena, buf_str(&text)), command->offset, literal, index);
}

static void add_find(struct shell_parser *parser, size_t index)
{
    const struct shell_command *command = &parser->script->commands.items[index];
    const struct shell_word *words = command->words;
    size_t count = command->word_count;
    for (size_t i = 1; i < count; i++) {
        if (!str_is(words[i].text, "-exec") && !str_is(words[i].text, "-execdir") &&
            !str_is(words[i].text, "-ok"))
            continue;
        size_t from = i + 1;
        for (i = from; i < count && !str_is(words[i].text, ";") && !str_is(words[i].text, "+");)
            i++;
        add_part(parser, index, from, i);
    }
}

/* "python3.11 -m pip install": its words are pip's. */
static void add_module(struct shell_parser *parser, size_t index)
{
    const struct shell_command *command = &parser->script->commands.items[index];
    for (size_t i = 1; i + 1 < command->word_count && is_option(command->words[i].text); i++)
        if (str_is(command->words[i].text, "-m")) {
            add_part(parser, index, i + 1, command->word_count);
            return;
        }
}

void shell_unwrap(struct shell_parser *parser, size_t index)
{
    const struct shell_command *command = &parser->script->commands.items[index];
    const struct wrapper *wrapper = find_wrapper(shell_program(command));
    if (!wrapper)
        return;
    switch (wrapper->kind) {
    case WRAPPER_COMMAND:
        add_part(parser, index, command_start(wrapper, command), command->word_count);
        break;
    case WRAPPER_SHELL:
    case WRAPPER_USER:
        add_text(parser, index, wrapper);
        break;
    case WRAPPER_TEXT:
        add_words_as_text(parser, index);
        break;
    case WRAPPER_FIND:
        add_find(parser, index);
        break;
    case WRAPPER_MODULE:
        add_module(parser, index);
        break;
    }
}

/* ---- questions ---- */

struct str shell_program(const struct shell_command *command)
{
    if (command->word_count == 0 || !command->words[0].literal)
        return STR_NONE;
    return path_base(command->words[0].text);
}

static bool fits_option(struct str word, struct str option)
{
    if (str_equal(word, option))
        return true;
    if (str_starts(option, STR("--")))
        return str_starts(word, option) && word.data[option.len] == '=';
    /* One letter: "-y" inside of "-qy"; a longer one (-exec, -recv) stands alone. */
    return option.len == 2 && word.len > 2 && word.data[0] == '-' && word.data[1] != '-' &&
           str_index(str_from(word, 1), option.data[1]) != SIZE_MAX;
}

bool shell_has_option(const struct shell_command *command, const char *option)
{
    for (size_t i = 1; i < command->word_count; i++) {
        if (str_is(command->words[i].text, "--"))
            return false;
        if (fits_option(command->words[i].text, str_of(option)))
            return true;
    }
    return false;
}

size_t shell_operand(const struct shell_command *command, size_t from)
{
    for (size_t i = from < 1 ? 1 : from; i < command->word_count; i++)
        if (!is_option(command->words[i].text))
            return i;
    return 0;
}
