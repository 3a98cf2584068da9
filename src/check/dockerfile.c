/* Lines to instructions: directives, continued lines, comments, heredocs. */
#include "check/dockerfile.h"

#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "check/dockerfile_internal.h"

struct parser {
    struct dockerfile *file;
    struct dockerfile_variables variables;
    size_t position;
    uint32_t line; /* of the next line to be read */
    struct buf joined;
    VEC(struct line_start) lines;
    VEC(struct dockerfile_heredoc) heredocs;
    size_t ignores_open; /* ignores from here on wait for their instruction */
};

static const char *const instruction_names[DOCKERFILE_INSTRUCTION_COUNT] = {
    [DOCKERFILE_ADD] = "ADD",
    [DOCKERFILE_ARG] = "ARG",
    [DOCKERFILE_CMD] = "CMD",
    [DOCKERFILE_COPY] = "COPY",
    [DOCKERFILE_ENTRYPOINT] = "ENTRYPOINT",
    [DOCKERFILE_ENV] = "ENV",
    [DOCKERFILE_EXPOSE] = "EXPOSE",
    [DOCKERFILE_FROM] = "FROM",
    [DOCKERFILE_HEALTHCHECK] = "HEALTHCHECK",
    [DOCKERFILE_LABEL] = "LABEL",
    [DOCKERFILE_MAINTAINER] = "MAINTAINER",
    [DOCKERFILE_ONBUILD] = "ONBUILD",
    [DOCKERFILE_RUN] = "RUN",
    [DOCKERFILE_SHELL] = "SHELL",
    [DOCKERFILE_STOPSIGNAL] = "STOPSIGNAL",
    [DOCKERFILE_USER] = "USER",
    [DOCKERFILE_VOLUME] = "VOLUME",
    [DOCKERFILE_WORKDIR] = "WORKDIR",
    [DOCKERFILE_UNKNOWN] = "",
};

const char *dockerfile_instruction_name(enum dockerfile_instruction instruction)
{
    return instruction < DOCKERFILE_INSTRUCTION_COUNT ? instruction_names[instruction] : "";
}

static bool equals_ignoring_case(struct str a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.data, b, a.len) == 0;
}

static enum dockerfile_instruction find_instruction(struct str name)
{
    for (int i = 0; i < DOCKERFILE_UNKNOWN; i++)
        if (equals_ignoring_case(name, instruction_names[i]))
            return (enum dockerfile_instruction)i;
    return DOCKERFILE_UNKNOWN;
}

/* ---- lines ---- */

/* The next line without its end; false at the end of the file. */
static bool next_line(struct parser *parser, struct str *ret_line)
{
    struct str rest = str_from(parser->file->text, parser->position);
    if (rest.len == 0)
        return false;
    size_t end = str_index(rest, '\n');
    struct str line = end == SIZE_MAX ? rest : str_first(rest, end);
    parser->position += end == SIZE_MAX ? rest.len : end + 1;
    parser->line++;
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    *ret_line = line;
    return true;
}

static struct str trim_left(struct str text)
{
    while (text.len && dockerfile_is_space(text.data[0]))
        text = str_from(text, 1);
    return text;
}

static bool is_comment(struct str line)
{
    line = trim_left(line);
    return line.len && line.data[0] == '#';
}

/* An escape at the end, with nothing but white space behind it and no escape before it. */
static bool is_continued(struct str line, char escape, size_t *ret_len)
{
    while (line.len && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t'))
        line.len--;
    if (line.len == 0 || line.data[line.len - 1] != escape ||
        (line.len > 1 && line.data[line.len - 2] == escape))
        return false;
    *ret_len = line.len - 1;
    return true;
}

/* ---- comments that say something ---- */

/* "# name = value" at the top of the file: the reference's "Parser directives". */
static bool take_directive(struct dockerfile *file, struct str line, bool seen[3])
{
    static const char *const names[3] = {"syntax", "escape", "check"};
    line = trim_left(line);
    size_t equals = str_index(line, '=');
    if (line.len == 0 || line.data[0] != '#' || equals == SIZE_MAX)
        return false;
    struct str name = str_trim(str_from(str_first(line, equals), 1));
    struct str value = str_trim(str_from(line, equals + 1));
    for (size_t i = 0; i < 3; i++) {
        if (!equals_ignoring_case(name, names[i]) || seen[i] || value.len == 0)
            continue;
        seen[i] = true;
        if (i == 0)
            file->syntax = value;
        if (i == 1 && (str_is(value, "`") || str_is(value, "\\")))
            file->escape = value.data[0];
        return true;
    }
    return false;
}

static bool skip_word(struct str *text, const char *word)
{
    struct str rest = trim_left(*text);
    if (!str_starts(rest, str_of(word)))
        return false;
    *text = str_from(rest, strlen(word));
    return true;
}

static bool is_id_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
}

/* "# hadolint shell=powershell": which shell the base image has; for the stage that it stands in,
 * before the first FROM for all. */
static bool take_shell_pragma(struct dockerfile *file, struct str rest)
{
    if (!skip_word(&rest, "shell") || !skip_word(&rest, "="))
        return false;
    rest = trim_left(rest);
    size_t len = 0;
    while (len < rest.len && !dockerfile_is_space(rest.data[len]) && rest.data[len] != '#')
        len++;
    if (file->stages.count)
        file->stages.items[file->stages.count - 1].base_shell = str_first(rest, len);
    else
        file->base_shell = str_first(rest, len);
    return true;
}

/* "# hadolint ignore=DL3006,DL3008", "# hadolint global ignore=…", "# plimsoll ignore=ID reason".
 */
static void take_ignore(struct parser *parser, struct str line)
{
    struct str rest = str_from(trim_left(line), 1);
    bool ours = skip_word(&rest, "plimsoll");
    if (!ours && !skip_word(&rest, "hadolint"))
        return;
    if (take_shell_pragma(parser->file, rest))
        return;
    bool global = skip_word(&rest, "global");
    if (!skip_word(&rest, "ignore") || !skip_word(&rest, "="))
        return;
    size_t first = parser->file->ignores.count;
    bool more = true;
    while (more) {
        rest = trim_left(rest);
        size_t len = 0;
        while (len < rest.len && is_id_byte(rest.data[len]))
            len++;
        if (len)
            *VEC_ADD(&parser->file->ignores) = (struct dockerfile_ignore){
                .line = parser->line,
                .target = global ? 0 : UINT32_MAX,
                .id = str_first(rest, len),
                .ours = ours,
            };
        rest = str_from(rest, len);
        more = skip_word(&rest, ",");
    }
    for (size_t i = first; i < parser->file->ignores.count; i++)
        parser->file->ignores.items[i].why = str_trim(rest);
}

/* Comments stand above what they are about, or inside of it. */
static void close_ignores(struct parser *parser, uint32_t target)
{
    for (size_t i = parser->ignores_open; i < parser->file->ignores.count; i++)
        if (parser->file->ignores.items[i].target == UINT32_MAX)
            parser->file->ignores.items[i].target = target;
    parser->ignores_open = parser->file->ignores.count;
}

/* ---- heredocs ---- */

/* "<<EOF", "3<<-'EOF'": the reference's "Here-Documents"; a word of its own. */
static bool parse_heredoc(struct dockerfile *file, struct str word,
                          struct dockerfile_heredoc *ret_heredoc)
{
    struct dockerfile_heredoc heredoc = {0};
    AUTO_BUF name = {0};
    char quote = 0;
    while (word.len && word.data[0] >= '0' && word.data[0] <= '9')
        word = str_from(word, 1);
    if (!str_starts(word, STR("<<")))
        return false;
    word = str_from(word, 2);
    if (str_starts(word, STR("-"))) {
        heredoc.strips_tabs = true;
        word = str_from(word, 1);
    }
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        if (c == '<')
            return false;
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? 0 : c;
            heredoc.quoted = true;
        } else if (!quote && c == file->escape && i + 1 < word.len) {
            heredoc.quoted = true;
            buf_putc(&name, word.data[++i]);
        } else {
            buf_putc(&name, c);
        }
    }
    heredoc.name = arena_str(file->arena, buf_str(&name));
    *ret_heredoc = heredoc;
    return name.len > 0 && !quote;
}

static struct str without_tabs(struct str line)
{
    while (line.len && line.data[0] == '\t')
        line = str_from(line, 1);
    return line;
}

/* The lines up to the name; they stand in the joined text, too. False: the file ends first. */
static bool read_heredoc(struct parser *parser, struct dockerfile_heredoc *heredoc)
{
    size_t start = parser->position;
    struct str line;
    heredoc->line = parser->line + 1;
    while (true) {
        size_t before = parser->position;
        if (!next_line(parser, &line)) {
            heredoc->body = str_from(parser->file->text, start);
            return false;
        }
        *VEC_ADD(&parser->lines) = (struct line_start){parser->joined.len, parser->line};
        if (heredoc->strips_tabs)
            line = without_tabs(line);
        buf_add(&parser->joined, line);
        buf_putc(&parser->joined, '\n');
        if (str_equal(line, heredoc->name)) {
            heredoc->body = str_make(parser->file->text.data + start, before - start);
            return true;
        }
    }
}

static int read_heredocs(struct parser *parser, struct dockerfile_step *step, struct str text,
                         struct pl_err *err)
{
    size_t position = 0;
    struct str word;
    struct pl_err problem;
    parser->heredocs.count = 0;
    while (dockerfile_next_word(text, parser->file->escape, &position, &word)) {
        struct dockerfile_heredoc heredoc;
        if (!parse_heredoc(parser->file, word, &heredoc))
            continue;
        if (parser->heredocs.count >= LIMIT_DOCKERFILE_HEREDOCS)
            return err_limit(err, LIMIT_NAME(LIMIT_DOCKERFILE_HEREDOCS),
                             "line %u: more than %llu heredocs in one instruction", step->line,
                             LIMIT_DOCKERFILE_HEREDOCS);
        *VEC_ADD(&parser->heredocs) = heredoc;
    }
    if (parser->heredocs.count)
        buf_putc(&parser->joined, '\n');
    for (size_t i = 0; i < parser->heredocs.count; i++)
        if (!read_heredoc(parser, &parser->heredocs.items[i])) {
            err_set(&problem, PL_E_FORMAT, "the heredoc %.*s does not end",
                    STR_ARG(parser->heredocs.items[i].name));
            dockerfile_problem(parser->file, step, &problem);
        }
    step->heredoc_count = parser->heredocs.count;
    step->heredocs =
        ARENA_ARRAY(parser->file->arena, struct dockerfile_heredoc, parser->heredocs.count);
    for (size_t i = 0; i < parser->heredocs.count; i++)
        step->heredocs[i] = parser->heredocs.items[i];
    return 0;
}

/* ---- instructions ---- */

void dockerfile_problem(struct dockerfile *file, struct dockerfile_step *step,
                        const struct pl_err *problem)
{
    if (step->problem.len)
        return;
    step->problem = arena_str(file->arena, str_of(problem->message));
    step->problem_local = arena_str(file->arena, str_of(problem->local));
}

static void add_line(struct parser *parser, struct str line)
{
    *VEC_ADD(&parser->lines) = (struct line_start){parser->joined.len, parser->line};
    buf_add(&parser->joined, line);
}

/* All lines of one instruction, joined. */
static void join_lines(struct parser *parser, struct str line, bool *ret_has_empty)
{
    size_t len;
    parser->joined.len = 0;
    parser->lines.count = 0;
    line = trim_left(line);
    while (is_continued(line, parser->file->escape, &len)) {
        add_line(parser, str_first(line, len));
        bool more;
        while ((more = next_line(parser, &line)) && (is_comment(line) || str_trim(line).len == 0))
            if (is_comment(line))
                take_ignore(parser, line);
            else
                *ret_has_empty = true;
        if (!more)
            return;
    }
    add_line(parser, line);
}

/* The name off the front of the text. */
static void take_name(struct dockerfile_step *step, struct str *text)
{
    size_t len = 0;
    while (len < text->len && !dockerfile_is_space(text->data[len]))
        len++;
    step->name = str_first(*text, len);
    step->instruction = find_instruction(step->name);
    *text = trim_left(str_from(*text, len));
}

/* Name (and that behind ONBUILD), flags, heredocs; the texts then move into the arena. */
static int cut_instruction(struct parser *parser, struct dockerfile_step *step, struct pl_err *err)
{
    struct dockerfile *file = parser->file;
    struct str text = buf_str(&parser->joined);
    take_name(step, &text);
    if (step->instruction == DOCKERFILE_ONBUILD && str_trim(text).len) {
        take_name(step, &text);
        step->onbuild = true;
    }
    size_t name_offset = (size_t)(step->name.data - parser->joined.data);
    size_t offset = (size_t)(text.data - parser->joined.data), len = text.len;
    size_t name_len = step->name.len;
    int r = 0;
    if (step->instruction == DOCKERFILE_RUN || step->instruction == DOCKERFILE_COPY ||
        step->instruction == DOCKERFILE_ADD) {
        struct str copy = arena_str(file->arena, text); /* the buffer grows by the heredocs */
        r = read_heredocs(parser, step, copy, err);
    }
    step->end_line = parser->line;
    step->joined = arena_str(file->arena, buf_str(&parser->joined));
    step->name = str_make(step->joined.data + name_offset, name_len);
    step->text = str_make(step->joined.data + offset, len);
    struct line_start *lines = ARENA_ARRAY(file->arena, struct line_start, parser->lines.count);
    for (size_t i = 0; i < parser->lines.count; i++)
        lines[i] = parser->lines.items[i];
    step->lines = lines;
    step->line_count = parser->lines.count;
    dockerfile_flags(file, step);
    step->text = str_trim(step->text);
    step->text_offset = (size_t)(step->text.data - step->joined.data);
    return r;
}

size_t dockerfile_stage_find(const struct dockerfile *file, struct str name, size_t before)
{
    uint64_t number;
    if (str_to_u64(name, &number))
        return number < before ? (size_t)number : DOCKERFILE_NO_STAGE;
    for (size_t i = before < file->stages.count ? before : file->stages.count; i-- > 0;) {
        const struct dockerfile_stage *stage = &file->stages.items[i];
        if (stage->name.len && stage->name.len == name.len &&
            strncasecmp(stage->name.data, name.data, name.len) == 0)
            return i;
    }
    return DOCKERFILE_NO_STAGE;
}

/* Names of Windows' base images, and shells that are none of POSIX. */
static bool is_windows_image(struct str image)
{
    static const char *const parts[] = {"windows/", "nanoserver", "servercore",
                                        "windowsservercore"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_find(image, str_of(parts[i])) != SIZE_MAX)
            return true;
    return false;
}

static void open_stage(struct dockerfile *file, struct dockerfile_step *step)
{
    struct dockerfile_stage stage = {
        .parent = DOCKERFILE_NO_STAGE, .shell = DOCKERFILE_NO_STEP, .from = file->steps.count};
    if (step->word_count) {
        stage.image = step->words[0];
        if (stage.image.known)
            stage.parent = dockerfile_stage_find(file, stage.image.text, file->stages.count);
        uint64_t number;
        if (str_to_u64(stage.image.text, &number)) /* FROM takes names of stages only */
            stage.parent = DOCKERFILE_NO_STAGE;
    }
    if (step->word_count == 3)
        stage.name = step->words[2].text;
    stage.is_windows = is_windows_image(stage.image.text);
    stage.base_shell = file->base_shell;
    if (stage.parent != DOCKERFILE_NO_STAGE) {
        stage.is_windows = file->stages.items[stage.parent].is_windows;
        stage.shell = file->stages.items[stage.parent].shell;
        stage.base_shell = file->stages.items[stage.parent].base_shell;
    }
    step->stage = file->stages.count;
    *VEC_ADD(&file->stages) = stage;
}

static int add_step(struct parser *parser, struct str line, struct pl_err *err)
{
    struct dockerfile *file = parser->file;
    struct dockerfile_step step = {.line = parser->line};
    step.stage = file->stages.count ? file->stages.count - 1 : DOCKERFILE_NO_STAGE;
    if (file->steps.count >= LIMIT_DOCKERFILE_STEPS)
        return err_limit(err, LIMIT_NAME(LIMIT_DOCKERFILE_STEPS), "more than %llu instructions",
                         LIMIT_DOCKERFILE_STEPS);
    if (file->stages.count >= LIMIT_DOCKERFILE_STAGES)
        return err_limit(err, LIMIT_NAME(LIMIT_DOCKERFILE_STAGES), "more than %llu stages",
                         LIMIT_DOCKERFILE_STAGES);
    join_lines(parser, line, &step.has_empty_lines);
    int r = cut_instruction(parser, &step, err);
    close_ignores(parser, step.line);
    struct dockerfile_scope scope = {
        .file = file, .variables = &parser->variables, .stage = step.stage};
    bool is_from = step.instruction == DOCKERFILE_FROM && !step.onbuild;
    if (is_from)
        scope.stage = DOCKERFILE_NO_STAGE;
    if (r == 0)
        r = dockerfile_arguments(&scope, &step, err);
    if (is_from)
        open_stage(file, &step);
    if (step.instruction == DOCKERFILE_SHELL && !step.onbuild && step.word_count &&
        step.stage != DOCKERFILE_NO_STAGE)
        file->stages.items[step.stage].shell = file->steps.count;
    *VEC_ADD(&file->steps) = step;
    return r;
}

/* The final image is the last stage and what that one is built FROM. */
static void mark_final(struct dockerfile *file)
{
    for (size_t stage = file->stages.count - 1; stage < file->stages.count;
         stage = file->stages.items[stage].parent)
        file->stages.items[stage].in_final = true;
}

static int parse_lines(struct parser *parser, struct pl_err *err)
{
    struct str line;
    bool seen[3] = {false}, directives = true;
    int r = 0;
    while (r == 0 && next_line(parser, &line)) {
        if (directives && take_directive(parser->file, line, seen))
            continue;
        directives = false;
        if (is_comment(line))
            take_ignore(parser, line);
        else if (str_trim(line).len)
            r = add_step(parser, line, err);
    }
    return r;
}

int dockerfile_parse(struct str text, struct str path, struct arena *arena,
                     struct dockerfile *ret_file, struct pl_err *err)
{
    *ret_file = (struct dockerfile){.path = path, .arena = arena, .escape = '\\'};
    if (text.len > LIMIT_CHECK_FILE)
        return err_limit(err, LIMIT_NAME(LIMIT_CHECK_FILE), "more than %llu bytes",
                         LIMIT_CHECK_FILE);
    ret_file->text = str_starts(text, STR("\xef\xbb\xbf")) ? str_from(text, 3) : text;
    struct parser parser = {.file = ret_file};
    int r = parse_lines(&parser, err);
    close_ignores(&parser, UINT32_MAX);
    if (ret_file->stages.count)
        mark_final(ret_file);
    buf_free(&parser.joined);
    VEC_FREE(&parser.lines);
    VEC_FREE(&parser.heredocs);
    dockerfile_variables_free(&parser.variables);
    return r;
}

void dockerfile_free(struct dockerfile *file)
{
    for (size_t i = 0; i < file->steps.count; i++)
        shell_free(file->steps.items[i].shell);
    VEC_FREE(&file->steps);
    VEC_FREE(&file->stages);
    VEC_FREE(&file->ignores);
}

uint32_t dockerfile_line(const struct dockerfile_step *step, size_t offset)
{
    return line_of(step->lines, step->line_count, step->text_offset + offset);
}

uint32_t dockerfile_shell_line(const struct dockerfile_step *step, size_t offset)
{
    return line_of(step->lines, step->line_count, step->shell_offset + offset);
}

const struct dockerfile_pair *dockerfile_flag(const struct dockerfile_step *step, const char *name)
{
    for (size_t i = 0; i < step->flag_count; i++)
        if (equals_ignoring_case(step->flags[i].name, name))
            return &step->flags[i];
    return NULL;
}
