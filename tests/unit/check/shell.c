/* The shell's parser: scripts, and the commands that they run. */
#include "check/shell.h"

#include "base/buf.h"
#include "test.h"

static void put_word(struct buf *out, const struct shell_word *word)
{
    buf_printf(out, "[%.*s]%s", STR_ARG(word->text), word->literal ? "" : "$");
}

/* "& [a][b] {X=1} > [f]" of each command: what joins it, words, assignments, redirections. */
static void describe(const struct shell_script *script, struct buf *out)
{
    static const char *const joins[] = {"", ";", "&&", "||", "|", "&"};
    for (size_t i = 0; i < script->commands.count; i++) {
        const struct shell_command *command = &script->commands.items[i];
        buf_puts(out, i ? " " : "");
        buf_puts(out, joins[command->connector]);
        for (size_t k = 0; k < command->assignment_count; k++)
            buf_printf(out, "{%.*s}", STR_ARG(command->assignments[k].text));
        for (size_t k = 0; k < command->word_count; k++)
            put_word(out, &command->words[k]);
        for (size_t k = 0; k < command->redirect_count; k++) {
            buf_add(out, command->redirects[k].form);
            put_word(out, &command->redirects[k].target);
        }
        if (command->depth)
            buf_printf(out, "@%u", command->depth);
        if (command->wrapper != SHELL_NO_COMMAND)
            buf_printf(out, "^%zu", command->wrapper);
    }
    buf_puts(out, script->broken ? " !" : "");
}

struct shell_case {
    const char *text, *want;
};

static void run(const struct shell_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        struct shell_script *script = shell_parse(str_of(cases[i].text), &arena);
        AUTO_BUF got = {0};
        describe(script, &got);
        if (!str_equal(buf_str(&got), str_of(cases[i].want)))
            FAIL("\"%s\":\n  \"%.*s\", not\n  \"%s\"", cases[i].text, STR_ARG(buf_str(&got)),
                 cases[i].want);
        shell_free(script);
        arena_free(&arena);
    }
}
#define RUN_CASES(cases) run(cases, sizeof(cases) / sizeof(cases[0]))

static void words_and_quotes(void)
{
    static const struct shell_case cases[] = {
        {"", ""},
        {"a b  c", "[a][b][c]"},
        {"a 'b c' \"d e\" f\\ g", "[a][b c][d e][f g]"},
        {"a 'b'\"c\"d", "[a][bcd]"},
        {"a \"\\$x \\\"y\\\" \\z\"", "[a][$x \"y\" \\z]"},
        {"a $x \"${y}\" '$z'", "[a][$x]$[${y}]$[$z]"},
        {"a ${x:-\"b c\"} d", "[a][${x:-\"b c\"}]$[d]"},
        {"a b\\\nc", "[a][bc]"},
        {"a # b\nc", "[a] ;[c]"},
        {"a b#c", "[a][b#c]"},
        {"a $'b\\'c' d", "[a][b\\'c][d]"},
        {"a '' \"\"", "[a][][]"},
        {"a 'b", "[a][b] !"},
        {"a \"b", "[a][b] !"},
        {"echo \"apt-get install x\"", "[echo][apt-get install x]"},
        {"a *.deb ?", "[a][*.deb][?]"},
    };
    RUN_CASES(cases);
}

static void lists(void)
{
    static const struct shell_case cases[] = {
        {"a; b && c || d & e", "[a] ;[b] &&[c] ||[d] &[e]"},
        {"a | b |& c\nd", "[a] |[b] |[c] ;[d]"},
        {"a &&\n\n b", "[a] &&[b]"},
        {"A=1 B=\"2 3\" c", "{A=1}{B=2 3}[c]"},
        {"A=1", "{A=1}"},
        {"a B=1", "[a][B=1]"},
        {"A=(b c) d", "{A=}[d]"},
        {"(a; b) | c", "[a]@1 ;[b]@1 |[c]"},
        {"{ a; b; }; c", "[a] ;[b] ;[c]"},
        {"! a", "[a]"},
        {"if a; then b; else c; fi; d", "[a] ;[b] ;[c] ;[d]"},
        {"for x in 1 2; do a $x; done", ";[a][$x]$"},
        {"while a; do b; done", "[a] ;[b]"},
        {"case $x in a|b) c;; (d) e ;; *) f; esac; g", "[c]@1 ;[e]@1 ;[f]@1 ;[g]"},
        {"f() { a; }; f", "[a] ;[f]"},
        {"function f { a; }", "[a]"},
        {"[[ a && b ]] && c", "[[[][a][b][]]] &&[c]"},
        {"echo if; echo case in", "[echo][if] ;[echo][case][in]"},
        {"(( x = 1 )); a", ";[a]"},
        {"a $((1 + (2))) b", "[a][$((1 + (2)))]$[b]"},
    };
    RUN_CASES(cases);
}

static void substitutions(void)
{
    static const struct shell_case cases[] = {
        {"a $(b c) d", "[a][$(b c)]$[d] [b][c]@1"},
        {"a \"$(b | c)\"", "[a][$(b | c)]$ [b]@1 |[c]@1"},
        {"a `b \\`c\\``", "[a][`b \\`c\\``]$ [b][`c`]$@1 [c]@2"},
        {"X=$(a) b", "{X=$(a)}[b] [a]@1"},
        {"a <(b) c", "[a][<(b)]$[c] [b]@1"},
        {"a ${x:-$(b)}", "[a][${x:-$(b)}]$ [b]@2"},
        {"a $(b", "[a][$(b]$ [b]@1 !"},
        {"for x in $(a); do b; done", " [a]@1 ;[b]"},
    };
    RUN_CASES(cases);
}

static void redirections(void)
{
    static const struct shell_case cases[] = {
        {"a > b 2>&1 < c", "[a]>[b]>&[1]<[c]"},
        {"a >>b &> c", "[a]>>[b]&>[c]"},
        {"a 2 > b", "[a][2]>[b]"},
        {"> b a", "[a]>[b]"},
        {"a <<E | b\nx $(y)\nE\nc", "[a]<<[E] |[b] ;[c]"},
        {"a <<-E\n\tx\n\tE\nb", "[a]<<-[E] ;[b]"},
        {"a <<'E' && b\nx\nE", "[a]<<[E] &&[b]"},
        {"a <<E\nx", "[a]<<[E] !"},
        {"a <<< b", "[a]<<<[b]"},
    };
    RUN_CASES(cases);
}

static void scripts_of_heredocs(void)
{
    static const struct shell_case cases[] = {
        {"bash <<E\na\nE\nb", "[bash]<<[E] [a]@1^0 ;[b]"},
        {"sh -ex <<'E' && c\na | b\nE", "[sh][-ex]<<[E] &&[c] [a]@1^0 |[b]@1^0"},
        {"bash -s x <<E\na\nE", "[bash][-s][x]<<[E] [a]@1^0"},
        {"bash x.sh <<E\na\nE", "[bash][x.sh]<<[E]"},
        {"bash -c b <<E\na\nE", "[bash][-c][b]<<[E] [b]@1^0"},
        {"cat <<E\na\nE", "[cat]<<[E]"},
        {"bash 3<<E\na\nE", "[bash]<<[E]"},
    };
    RUN_CASES(cases);
}

static void wrappers(void)
{
    static const struct shell_case cases[] = {
        {"sudo -E -u x a b", "[sudo][-E][-u][x][a][b] [a][b]^0"},
        {"env -i A=1 b", "[env][-i][A=1][b] [b]^0"},
        {"sh -c 'a && b'", "[sh][-c][a && b] [a]@1^0 &&[b]@1^0"},
        {"bash -exc \"a $x\"", "[bash][-exc][a $x]$ [a][$x]$@1^0"},
        {"bash -o pipefail -c 'a | b'", "[bash][-o][pipefail][-c][a | b] [a]@1^0 |[b]@1^0"},
        {"a | xargs -n 1 b", "[a] |[xargs][-n][1][b] |[b]^1"},
        {"find . -exec a {} \\; -exec b {} +",
         "[find][.][-exec][a][{}][;][-exec][b][{}][+] [a][{}]^0 [b][{}]^0"},
        {"timeout 5 a", "[timeout][5][a] [a]^0"},
        {"command -v a", "[command][-v][a]"},
        {"su x -c 'a'", "[su][x][-c][a] [a]@1^0"},
        {"python3 -m pip x", "[python3][-m][pip][x] [pip][x]^0"},
        {"eval a b", "[eval][a][b] [a][b]@1^0"},
        {"sh -c \"$(a)\"", "[sh][-c][$(a)]$ [a]@1 [$(a)]$@1^0"},
        {"sudo", "[sudo]"},
    };
    RUN_CASES(cases);
}

static void questions(void)
{
    struct arena arena = {0};
    struct shell_script *script =
        shell_parse(STR("/usr/bin/a -qy --long=1 b --other -- -z\n$x y"), &arena);
    const struct shell_command *command = &script->commands.items[0];
    CHECK_STR(shell_program(command), "a");
    CHECK(shell_has_option(command, "-y") && shell_has_option(command, "-q"));
    CHECK(shell_has_option(command, "--long") && shell_has_option(command, "--other"));
    CHECK(!shell_has_option(command, "-z") && !shell_has_option(command, "--lo"));
    CHECK(!shell_has_option(command, "-l"));
    CHECK_INT(shell_operand(command, 1), 3);
    CHECK_STR(shell_program(&script->commands.items[1]), "");
    shell_free(script);
    arena_free(&arena);
}

static void depth_is_limited(void)
{
    struct arena arena = {0};
    AUTO_BUF text = {0};
    for (int i = 0; i < 1000; i++)
        buf_puts(&text, "$(");
    struct shell_script *script = shell_parse(buf_str(&text), &arena);
    CHECK(script->limited);
    shell_free(script);
    text.len = 0;
    for (int i = 0; i < 1000; i++)
        buf_puts(&text, "sudo ");
    script = shell_parse(buf_str(&text), &arena);
    CHECK(script->limited);
    shell_free(script);
    arena_free(&arena);
}

int main(void)
{
    RUN(words_and_quotes);
    RUN(lists);
    RUN(substitutions);
    RUN(redirections);
    RUN(scripts_of_heredocs);
    RUN(wrappers);
    RUN(questions);
    RUN(depth_is_limited);
    return test_end();
}
