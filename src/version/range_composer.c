/* Composer: '^', '~', 'x' and '*', hyphens; blanks and ',' are "and", '|' and "||" are "or".
 * Bounds that name no stability take the lowest: ">=1.2" begins at 1.2-dev, "<2" ends before 2-dev.
 */
#include "version/range_semver.h"
#include "version/text.h"

static bool composer_has_stability(const struct range_partial *partial)
{
    struct str rest = str_first(partial->rest, str_index(partial->rest, '+'));
    return rest.len > 0;
}

static struct str composer_low(struct version_range_set *set, const struct range_partial *partial)
{
    if (composer_has_stability(partial))
        return partial->text;
    return range_partial_floor(&set->arena, partial, 4, "-dev");
}

static int composer_add_span(struct version_range_set *set, const struct range_partial *partial,
                             size_t at, struct pl_err *err)
{
    int got = range_add(set, VERSION_OP_AT_LEAST, composer_low(set, partial), err);
    struct str end = range_partial_next(&set->arena, partial, at, 4, "-dev");
    return got < 0 ? got : range_add(set, VERSION_OP_LESS, end, err);
}

static struct str composer_bound(struct version_range_set *set, enum version_operator op,
                                 const struct range_partial *partial)
{
    bool lowest = op == VERSION_OP_LESS || op == VERSION_OP_AT_LEAST;
    return lowest ? composer_low(set, partial) : partial->text;
}

static bool composer_is_named(struct str text)
{
    return str_starts(text, STR("dev-"));
}

/* Without a 'v', a stability flag ("@dev") and, for branches, a reference ("#abc"). */
static struct str composer_clean_word(struct str word)
{
    word = str_first(word, str_index(word, '@'));
    if (str_index(word, '#') != SIZE_MAX &&
        (composer_is_named(word) || str_find(word, STR("-dev#")) != SIZE_MAX))
        word = str_first(word, str_index(word, '#'));
    return word.len > 1 && (word.data[0] == 'v' || word.data[0] == 'V') ? str_from(word, 1) : word;
}

static bool composer_rest_is_good(struct version_range_set *set,
                                  const struct range_partial *partial)
{
    if (partial->wildcard)
        return !partial->rest.len || str_is(partial->rest, "-dev");
    return !partial->rest.len || set->scheme->valid(partial->text);
}

static int composer_parse_comparator(struct version_range_set *set, struct str sign_text,
                                     enum version_operator op, bool has_op, struct str word,
                                     struct pl_err *err)
{
    struct range_partial partial;
    word = composer_clean_word(word);
    if (composer_is_named(word))
        return range_add(set, op, word, err);
    if (!range_partial_read(word, 4, &partial) || partial.has_gap ||
        !composer_rest_is_good(set, &partial))
        return range_fail(err, word);
    if (partial.wildcard && partial.rest.len)
        return range_add(set, op, word, err); /* "1.x-dev": a branch */
    if (!partial.count)
        return 0;
    if (str_is(sign_text, "^"))
        return composer_add_span(set, &partial, range_partial_caret(&partial), err);
    if (str_is(sign_text, "~"))
        return composer_add_span(set, &partial, partial.count > 1 ? partial.count - 2 : 0, err);
    if (partial.wildcard && !has_op)
        return composer_add_span(set, &partial, partial.count - 1, err);
    if (partial.wildcard)
        return range_add(set, op, range_partial_floor(&set->arena, &partial, 4, "-dev"), err);
    return range_add(set, op, composer_bound(set, op, &partial), err);
}

static size_t composer_word_length(struct str text)
{
    size_t n = 0;
    while (n < text.len && !strchr(" \t\r\n,<>=!^~|", text.data[n]))
        n++;
    return n;
}

static int composer_parse_hyphen(struct version_range_set *set, struct str from, struct str to,
                                 struct pl_err *err)
{
    struct range_partial low, high;
    if (!range_partial_read(composer_clean_word(from), 4, &low) || !low.count ||
        !range_partial_read(composer_clean_word(to), 4, &high) || !high.count)
        return range_fail(err, from);
    int got = range_add(set, VERSION_OP_AT_LEAST, composer_low(set, &low), err);
    if (got < 0)
        return got;
    if (high.count >= 3 || composer_has_stability(&high))
        return range_add(set, VERSION_OP_AT_MOST, high.text, err);
    struct str end = range_partial_next(&set->arena, &high, high.count - 1, 4, "-dev");
    return range_add(set, VERSION_OP_LESS, end, err);
}

static int composer_parse_clause(struct version_range_set *set, struct str text, struct pl_err *err)
{
    int got = range_begin_clause(set, err);
    size_t hyphen = str_find(text, STR(" - ")), alias = str_find(text, STR(" as "));
    text = str_trim(str_first(text, alias));
    if (!text.len)
        return range_fail(err, text);
    if (got >= 0 && hyphen < text.len)
        return composer_parse_hyphen(set, str_trim(str_first(text, hyphen)),
                                     str_trim(str_from(text, hyphen + 3)), err);
    for (struct str rest = text; got >= 0 && rest.len; rest = str_trim(rest)) {
        enum version_operator op = VERSION_OP_EQUAL;
        struct str sign = STR_NONE;
        if (rest.data[0] == ',')
            rest = str_trim(str_from(rest, 1));
        bool has_op = range_take_operator(&rest, &op);
        if (!has_op && rest.len && (rest.data[0] == '^' || rest.data[0] == '~')) {
            sign = str_first(rest, 1);
            rest = str_trim(str_from(rest, 1));
        }
        size_t n = composer_word_length(rest);
        if (!n)
            return range_fail(err, text);
        got = composer_parse_comparator(set, sign, op, has_op, str_first(rest, n), err);
        rest = str_from(rest, n);
    }
    return got;
}

static int composer_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    for (;;) {
        size_t bar = str_index(text, '|');
        int got = composer_parse_clause(set, str_trim(str_first(text, bar)), err);
        if (got < 0 || bar == SIZE_MAX)
            return got;
        text = str_from(text, bar + 1);
        if (str_starts(text, STR("|")))
            text = str_from(text, 1);
    }
}

/* A branch that has a name is only ever equal to itself. */
static bool composer_matches(const struct version_range_set *set,
                             const struct version_comparator *comparator, struct str version,
                             unsigned flags)
{
    (void)flags;
    bool named = composer_is_named(version) || composer_is_named(comparator->version);
    if (named && comparator->op != VERSION_OP_EQUAL && comparator->op != VERSION_OP_NOT_EQUAL)
        return false;
    return range_compare_matches(set, comparator, version);
}

const struct version_range_syntax version_range_composer = {
    .scheme = "composer",
    .parse = composer_parse,
    .matches = composer_matches,
};
