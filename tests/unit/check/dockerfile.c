/* The Dockerfile's parser: tables of texts and what they mean. */
#include "check/dockerfile.h"

#include "base/buf.h"
#include "test.h"

struct parsed {
    struct arena arena;
    struct dockerfile file;
    struct pl_err err;
    int r;
};

static struct parsed parse(const char *text)
{
    struct parsed parsed = {0};
    /* The arena moves with the struct: the file refers to it only while it is parsed. */
    parsed.r =
        dockerfile_parse(str_of(text), STR("Dockerfile"), &parsed.arena, &parsed.file, &parsed.err);
    return parsed;
}

static void drop(struct parsed *parsed)
{
    dockerfile_free(&parsed->file);
    arena_free(&parsed->arena);
}

/* "LINE-END NAME [word][word] {name=value} <heredoc>" of each instruction. */
static void describe(const struct dockerfile *file, struct buf *out)
{
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct dockerfile_step *step = &file->steps.items[i];
        buf_printf(out, "%s%u-%u %s%s", i ? "\n" : "", step->line, step->end_line,
                   step->onbuild ? "ONBUILD " : "", dockerfile_instruction_name(step->instruction));
        for (size_t k = 0; k < step->flag_count; k++)
            buf_printf(out, " --%.*s=%.*s", STR_ARG(step->flags[k].name),
                       STR_ARG(step->flags[k].value.text));
        buf_puts(out, step->exec ? " exec" : "");
        for (size_t k = 0; k < step->word_count; k++)
            buf_printf(out, " [%.*s]%s", STR_ARG(step->words[k].text),
                       step->words[k].known ? "" : "?");
        for (size_t k = 0; k < step->pair_count; k++)
            buf_printf(out, " {%.*s=%.*s}%s", STR_ARG(step->pairs[k].name),
                       STR_ARG(step->pairs[k].value.text), step->pairs[k].value.known ? "" : "?");
        for (size_t k = 0; k < step->heredoc_count; k++)
            buf_printf(out, " <%.*s:%u:%.*s>", STR_ARG(step->heredocs[k].name),
                       step->heredocs[k].line, STR_ARG(step->heredocs[k].body));
        buf_puts(out, step->problem.len ? " !" : "");
    }
}

static void instructions(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"FROM a:1", "1-1 FROM [a:1]"},
        {"\xef\xbb\xbf"
         "from a:1\r\nUSER b\r\n",
         "1-1 FROM [a:1]\n2-2 USER [b]"},
        {"FROM a AS b\n\n# c\n  workdir /x y \n", "1-1 FROM [a] [AS] [b]\n4-4 WORKDIR [/x y]"},
        {"COPY a \\\n# c\n\n  b /c", "1-4 COPY [a] [b] [/c]"},
        {"COPY a \\   \nb", "1-2 COPY [a] [b]"},
        {"MAINTAINER a\\\\\nUSER b", "1-1 MAINTAINER [a\\\\]\n2-2 USER [b]"},
        {"# escape=`\nCOPY a `\n b c:\\", "2-3 COPY [a] [b] [c:\\]"},
        {"# not=one\n# escape=`\nCOPY a \\\n b", "3-4 COPY [a] [b]"},
        {"# syntax=x/y:1\n# escape=`\nUSER a", "3-3 USER [a]"},
        {"\n# escape=`\nCOPY a \\\n b", "3-4 COPY [a] [b]"},
        {"COPY --from=x --chown=1:2 [\"a b\", \"c\"]",
         "1-1 COPY --from=x --chown=1:2 exec [a b] [c]"},
        {"COPY ['a', 'b']", "1-1 COPY [[a,] [b]]"},
        {"VOLUME [\"/a\"]\nVOLUME /a /b", "1-1 VOLUME exec [/a]\n2-2 VOLUME [/a] [/b]"},
        {"COPY <<E /x\na\n  E\nE\nUSER b", "1-4 COPY [<<E] [/x] <E:2:a\n  E\n>\n5-5 USER [b]"},
        {"COPY <<-E <<'F' /\n\ta\n\tE\nb\nF", "1-5 COPY [<<-E] [<<F] [/] <E:2:\ta\n> <F:4:b\n>"},
        {"RUN <<E\na", "1-2 RUN <E:2:a> !"},
        {"USER <<E", "1-1 USER [<<E]"},
        {"ENV A=1 B=\"c d\" C='$A' D=e\\ f", "1-1 ENV {A=1} {B=c d} {C=$A} {D=e f}"},
        {"ENV A b c", "1-1 ENV {A=b c}"},
        {"ENV A", "1-1 ENV {A=} !"},
        {"LABEL a.b=c \"d e\"=f", "1-1 LABEL {a.b=c} {d e=f}"},
        {"ARG A\nARG B=1 C", "1-1 ARG {A=}\n2-2 ARG {B=1} {C=}"},
        {"ONBUILD COPY a b", "1-1 ONBUILD COPY [a] [b]"},
        {"ONBUILD", "1-1 ONBUILD !"},
        {"NOTHING a", "1-1 "},
        {"FROM a b", "1-1 FROM [a] [b] !"},
        {"SHELL [\"a\"]\nSHELL a", "1-1 SHELL exec [a]\n2-2 SHELL !"},
        {"HEALTHCHECK --interval=5s CMD [\"a\"]", "1-1 HEALTHCHECK --interval=5s exec [a]"},
        {"HEALTHCHECK none\nHEALTHCHECK a", "1-1 HEALTHCHECK\n2-2 HEALTHCHECK !"},
        {"RUN --mount=type=cache,target=/x --network=none a",
         "1-1 RUN --mount=type=cache,target=/x --network=none"},
        {"EXPOSE 80 81/udp", "1-1 EXPOSE [80] [81/udp]"},
        {"USER", "1-1 USER !"},
        {"", ""},
        {"USER a \\", "1-1 USER [a]"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct parsed parsed = parse(cases[i].text);
        AUTO_BUF got = {0};
        describe(&parsed.file, &got);
        if (!str_equal(buf_str(&got), str_of(cases[i].want)))
            FAIL("case %zu: \"%.*s\", not \"%s\"", i, STR_ARG(buf_str(&got)), cases[i].want);
        CHECK_INT(parsed.r, 0);
        drop(&parsed);
    }
}

/* The last word of the last instruction. */
static void variables(void)
{
    static const struct {
        const char *text, *want;
        bool known;
    } cases[] = {
        {"FROM a\nENV A=b\nUSER $A", "b", true},
        {"FROM a\nENV A=b\nUSER ${A}c", "bc", true},
        {"FROM a\nENV A=b\nUSER \\$A", "$A", true},
        {"FROM a\nENV A=b\nUSER '$A'", "$A", true},
        {"FROM a\nENV A=b\nUSER \"$A\"", "b", true},
        {"FROM a\nUSER $A", "$A", false},
        {"FROM a\nARG A\nUSER $A", "$A", false},
        {"FROM a\nARG A=b\nUSER $A", "b", true},
        {"FROM a\nUSER ${A:-d}", "d", true},
        {"FROM a\nENV A=\nUSER x${A:-d}y${A-e}", "xdy", true},
        {"FROM a\nENV A=b\nUSER x${A:+c}", "xc", true},
        {"FROM a\nENV A=\nUSER x${A:+c}", "x", true},
        {"FROM a\nENV A=v1.2.3\nUSER ${A#v}", "1.2.3", true},
        {"FROM a\nENV A=1.2.3\nUSER ${A%%.*}", "1", true},
        {"FROM a\nENV A=1.2.3\nUSER ${A%.*}", "1.2", true},
        {"FROM a\nENV A=1.2.3\nUSER ${A##*.}", "3", true},
        {"FROM a\nENV B=c\nUSER ${A:-${B}d}", "cd", true},
        {"ARG T=1\nFROM a:$T", "a:1", true},
        {"ARG T=1\nFROM a\nUSER $T", "$T", false},
        {"ARG T=1\nFROM a\nARG T\nUSER $T", "1", true},
        {"FROM a\nARG T=1\nFROM a\nUSER $T", "$T", false},
        {"FROM a AS b\nENV T=1\nFROM b\nUSER $T", "1", true},
        {"FROM a AS b\nARG T=1\nFROM b\nUSER $T", "$T", false},
        {"FROM a\nENV T=1\nARG T=2\nUSER $T", "1", true},
        {"FROM a\nENV A=1\nENV A=2 B=$A\nUSER $B", "1", true},
        {"FROM a\nUSER ${A", "${A", false},
        {"FROM a\nUSER $", "$", true},
        {"# escape=`\nFROM a\nENV A=b\nUSER `$A", "$A", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct parsed parsed = parse(cases[i].text);
        const struct dockerfile_step *last = &parsed.file.steps.items[parsed.file.steps.count - 1];
        CHECK_INT(parsed.r, 0);
        CHECK_INT(last->word_count, 1);
        if (last->word_count == 1 &&
            (!str_is(last->words[0].text, cases[i].want) || last->words[0].known != cases[i].known))
            FAIL("case %zu: \"%.*s\" %d, not \"%s\"", i, STR_ARG(last->words[0].text),
                 last->words[0].known, cases[i].want);
        drop(&parsed);
    }
}

static void stages(void)
{
    struct parsed parsed = parse("ARG V=b\nFROM a AS B\nFROM x AS c\nFROM $V AS d\nFROM d\n");
    const struct dockerfile *file = &parsed.file;
    CHECK_INT(file->stages.count, 4);
    CHECK_INT(file->stages.items[2].parent, 0);
    CHECK_INT(file->stages.items[3].parent, 2);
    CHECK(file->stages.items[0].in_final && !file->stages.items[1].in_final &&
          file->stages.items[2].in_final && file->stages.items[3].in_final);
    CHECK_INT(dockerfile_stage_find(file, STR("C"), 4), 1);
    CHECK_INT(dockerfile_stage_find(file, STR("1"), 4), 1);
    CHECK(dockerfile_stage_find(file, STR("c"), 1) == DOCKERFILE_NO_STAGE);
    CHECK(dockerfile_stage_find(file, STR("9"), 4) == DOCKERFILE_NO_STAGE);
    drop(&parsed);
}

static void scripts_have_lines(void)
{
    struct parsed parsed = parse("FROM a\nRUN one && \\\n# c\n   two \\\n  && three\n"
                                 "RUN <<E\nfour\nfive\nE\nRUN cat <<E && six\nseven\nE\n"
                                 "SHELL [\"pwsh\"]\nRUN eight\nRUN [\"nine\", \"x y\"]\n"
                                 "RUN <<E\n#!/usr/bin/env python3\nx\nE\n");
    static const struct {
        size_t step, command;
        const char *program;
        uint32_t line;
    } cases[] = {{1, 0, "one", 2},  {1, 1, "two", 4},  {1, 2, "three", 5}, {2, 0, "four", 7},
                 {2, 1, "five", 8}, {3, 0, "cat", 10}, {3, 1, "six", 10}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct dockerfile_step *step = &parsed.file.steps.items[cases[i].step];
        CHECK(step->shell && cases[i].command < step->shell->commands.count);
        if (!step->shell || cases[i].command >= step->shell->commands.count)
            continue;
        const struct shell_command *command = &step->shell->commands.items[cases[i].command];
        CHECK_STR(shell_program(command), cases[i].program);
        CHECK_INT(dockerfile_shell_line(step, command->offset), cases[i].line);
    }
    CHECK_INT(parsed.file.steps.items[3].shell->commands.count, 2);
    CHECK(parsed.file.steps.items[5].shell == NULL);
    CHECK_INT(parsed.file.steps.items[6].shell->commands.items[0].word_count, 2);
    CHECK(parsed.file.steps.items[7].shell == NULL);
    drop(&parsed);
}

static void comments_that_ignore(void)
{
    struct parsed parsed = parse("# hadolint global ignore=DL1\nFROM a\n"
                                 "#hadolint ignore=DL2, DL3\n# more\nRUN a \\\n"
                                 "# plimsoll ignore=x-y because of z\n  b\n# hadolint is good\n");
    static const struct {
        const char *id, *why;
        uint32_t target;
        bool ours;
    } cases[] = {{"DL1", "", 0, false},
                 {"DL2", "", 5, false},
                 {"DL3", "", 5, false},
                 {"x-y", "because of z", 5, true}};
    CHECK_INT(parsed.file.ignores.count, 4);
    for (size_t i = 0; i < parsed.file.ignores.count && i < 4; i++) {
        CHECK_STR(parsed.file.ignores.items[i].id, cases[i].id);
        CHECK_STR(parsed.file.ignores.items[i].why, cases[i].why);
        CHECK_INT(parsed.file.ignores.items[i].target, cases[i].target);
        CHECK(parsed.file.ignores.items[i].ours == cases[i].ours);
    }
    drop(&parsed);
}

static void limits_are_named(void)
{
    AUTO_BUF text = {0};
    buf_puts(&text, "FROM a\nENV A=0123456789\n");
    for (int i = 0; i < 20; i++)
        buf_puts(&text, "ENV A=$A$A$A$A\n");
    buf_putc(&text, '\0');
    struct parsed parsed = parse(text.data);
    CHECK_INT(parsed.r, -PL_E_LIMIT);
    CHECK(parsed.err.limit && strcmp(parsed.err.limit, "LIMIT_DOCKERFILE_WORD") == 0);
    CHECK(parsed.file.steps.count > 2); /* what came before is kept */
    drop(&parsed);
    text.len = 0;
    for (int i = 0; i < 1100; i++)
        buf_puts(&text, "FROM a\n");
    buf_putc(&text, '\0');
    parsed = parse(text.data);
    CHECK(parsed.err.limit && strcmp(parsed.err.limit, "LIMIT_DOCKERFILE_STAGES") == 0);
    drop(&parsed);
}

int main(void)
{
    RUN(instructions);
    RUN(variables);
    RUN(stages);
    RUN(scripts_have_lines);
    RUN(comments_that_ignore);
    RUN(limits_are_named);
    return test_end();
}
