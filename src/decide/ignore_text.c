/* Trivy's .trivyignore: an id a line, "exp:YYYY-MM-DD" behind it, comments from '#' on. A comment
 * that stands behind or above an id is its reason. */
#include "decide/internal.h"

#include "base/clock.h"

static bool is_id(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    strchr("-_.:/@+", c);
        if (!good || !c)
            return false;
    }
    return word.len > 0;
}

/* An entry holds as long as its day has not begun. */
static int read_end(struct decisions *decisions, struct ignore_rule *rule, struct str word,
                    struct pl_err *err)
{
    rule->until = decisions_keep(decisions, str_from(word, 4));
    if (rule->until.len == 10 && clock_parse(rule->until, &rule->ends))
        return 0;
    return err_set(err, PL_E_USAGE, "%s, line %zu: \"%.*s\" is no date (exp:YYYY-MM-DD)",
                   rule->file, rule->line, STR_ARG(str_first(word, 100)));
}

static int read_line(struct decisions *decisions, struct ignore_rule *rule, struct str words,
                     struct pl_err *err)
{
    struct str word;
    while ((words = str_trim(words)).len) {
        size_t end = 0;
        while (end < words.len && words.data[end] != ' ' && words.data[end] != '\t')
            end++;
        word = str_first(words, end);
        words = str_from(words, end);
        if (rule->id_count && str_starts(word, STR("exp:"))) {
            int r = read_end(decisions, rule, word, err);
            if (r < 0)
                return r;
            continue;
        }
        if (rule->id_count || !is_id(word))
            return err_set(err, PL_E_USAGE, "%s, line %zu: \"%.*s\" is no id", rule->file,
                           rule->line, STR_ARG(str_first(word, 100)));
        rule->ids = ARENA_NEW(&decisions->arena, struct str);
        rule->ids[0] = decisions_keep(decisions, word);
        rule->id_count = 1;
    }
    return 0;
}

int ignore_read_text(struct decisions *decisions, const char *file, struct str text,
                     struct pl_err *err)
{
    struct str line, above = STR_NONE;
    for (size_t number = 1; str_cut(&text, '\n', &line); number++) {
        struct ignore_rule rule = {.file = file, .line = number};
        size_t hash = str_index(line, '#');
        struct str comment = hash == SIZE_MAX ? STR_NONE : str_trim(str_from(line, hash + 1));
        int r = read_line(decisions, &rule, str_first(line, hash), err);
        if (r < 0)
            return r;
        if (rule.id_count) {
            rule.reason = decisions_keep(decisions, comment.len ? comment : above);
            decisions_add_rule(decisions, &rule);
        }
        above = rule.id_count || line.len == 0 ? STR_NONE : comment;
    }
    return 0;
}
