/* npm (node-semver 7) and Cargo: comparators over partial versions. A pre-release is in a range
 * only when a bound of the same clause names a pre-release of the same release. */
#include "base/limits.h"
#include "version/range_semver.h"
#include "version/semver_parts.h"
#include "version/text.h"

/* Bounds that were partial let the pre-releases of their first version in when all are let in. */
static int npm_add(struct version_range_set *set, enum version_operator op, struct str version,
                   bool partial, struct pl_err *err)
{
    int got = range_add(set, op, version, err);
    if (got >= 0)
        set->comparators[set->comparator_count - 1].with_prereleases = partial;
    return got;
}

static int npm_add_floor(struct version_range_set *set, const struct range_partial *partial,
                         struct pl_err *err)
{
    if (partial->count == 3)
        return npm_add(set, VERSION_OP_AT_LEAST, partial->text, false, err);
    return npm_add(set, VERSION_OP_AT_LEAST, range_partial_floor(&set->arena, partial, 3, ""), true,
                   err);
}

static int npm_add_span(struct version_range_set *set, const struct range_partial *partial,
                        size_t at, struct pl_err *err)
{
    int got = npm_add_floor(set, partial, err);
    if (got < 0)
        return got;
    struct str end = range_partial_next(&set->arena, partial, at, 3, "-0");
    return range_add(set, VERSION_OP_LESS, end, err);
}

/* "<1.2" is <1.2.0-0, "<=1.2" is <1.3.0-0, ">1.2" is >=1.3.0. */
static int npm_add_partial(struct version_range_set *set, enum version_operator op,
                           const struct range_partial *partial, struct pl_err *err)
{
    struct arena *arena = &set->arena;
    size_t last = partial->count - 1;
    if (op == VERSION_OP_LESS)
        return range_add(set, op, range_partial_floor(arena, partial, 3, "-0"), err);
    if (op == VERSION_OP_AT_MOST)
        return range_add(set, VERSION_OP_LESS, range_partial_next(arena, partial, last, 3, "-0"),
                         err);
    if (op == VERSION_OP_GREATER)
        return npm_add(set, VERSION_OP_AT_LEAST, range_partial_next(arena, partial, last, 3, ""),
                       true, err);
    if (op == VERSION_OP_AT_LEAST)
        return npm_add_floor(set, partial, err);
    return npm_add_span(set, partial, last, err);
}

/* What stands in front of a version: 0, '~', '^' or '?' for an operator in *ret_op. */
static char npm_take_operator(struct str *rest, enum version_operator *ret_op)
{
    if (str_starts(*rest, STR("~")) || str_starts(*rest, STR("^"))) {
        char sign = rest->data[0];
        *rest = str_trim(str_from(*rest, 1));
        if (sign == '~' && str_starts(*rest, STR(">")))
            *rest = str_trim(str_from(*rest, 1));
        return sign;
    }
    if (str_starts(*rest, STR("!")) || str_starts(*rest, STR("<>")))
        return 0;
    return range_take_operator(rest, ret_op) ? '?' : 0;
}

static int npm_add_version(struct version_range_set *set, char sign, enum version_operator op,
                           const struct range_partial *partial, struct pl_err *err)
{
    if (!partial->count) {
        bool nothing = sign == '?' && (op == VERSION_OP_LESS || op == VERSION_OP_GREATER);
        return nothing ? range_add(set, VERSION_OP_NONE, STR_NONE, err) : 0;
    }
    if (sign == '^')
        return npm_add_span(set, partial, range_partial_caret(partial), err);
    if (sign == '~')
        return npm_add_span(set, partial, partial->count > 1 ? 1 : 0, err);
    if (partial->count < 3)
        return npm_add_partial(set, op, partial, err);
    return range_add(set, op, partial->text, err);
}

static bool npm_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t npm_word_length(struct str text)
{
    size_t n = 0;
    while (n < text.len && !npm_is_blank(text.data[n]) && !strchr("<>=~^", text.data[n]))
        n++;
    return n;
}

/* What follows the numbers: nothing, or a pre-release, with or without '-', and a build. */
static bool npm_rest_is_good(const struct range_partial *partial, bool strict)
{
    if (!partial->rest.len)
        return true;
    if (partial->count < 3)
        return partial->wildcard && !strict;
    char c = partial->rest.data[0];
    if (c != '-' && c != '+' && (strict || !version_is_alpha(c)))
        return false;
    return c != '-' || semver_is_strict(partial->text, strict ? 0 : SEMVER_ZEROS);
}

static bool npm_read(struct str word, struct range_partial *ret)
{
    while (word.len && (word.data[0] == 'v' || word.data[0] == '='))
        word = str_from(word, 1);
    return range_partial_read(word, 3, ret) && npm_rest_is_good(ret, false);
}

static int npm_parse_hyphen(struct version_range_set *set, struct str from, struct str to,
                            struct pl_err *err)
{
    struct range_partial low, high;
    if (!npm_read(from, &low) || !npm_read(to, &high))
        return range_fail(err, from);
    int got = low.count ? npm_add_floor(set, &low, err) : 0;
    if (got >= 0 && low.count == 3 && !low.rest.len)
        set->comparators[set->comparator_count - 1].with_prereleases = true;
    if (got < 0 || !high.count)
        return got;
    return npm_add_version(set, '?', VERSION_OP_AT_MOST, &high, err);
}

static int npm_parse_clause(struct version_range_set *set, struct str text, struct pl_err *err)
{
    int got = range_begin_clause(set, err);
    size_t hyphen = str_find(text, STR(" - "));
    if (got >= 0 && hyphen != SIZE_MAX)
        return npm_parse_hyphen(set, str_trim(str_first(text, hyphen)),
                                str_trim(str_from(text, hyphen + 3)), err);
    for (struct str rest = str_trim(text); got >= 0 && rest.len; rest = str_trim(rest)) {
        enum version_operator op = VERSION_OP_EQUAL;
        char sign = npm_take_operator(&rest, &op);
        while (rest.len && rest.data[0] == '=')
            rest = str_trim(str_from(rest, 1));
        if (rest.len > 1 && rest.data[0] == 'v' && npm_is_blank(rest.data[1]))
            rest = str_trim(str_from(rest, 1));
        struct range_partial partial;
        size_t n = npm_word_length(rest);
        if (!n || !npm_read(str_first(rest, n), &partial) ||
            (partial.has_gap && sign != '^' && sign != '~'))
            return range_fail(err, text);
        got = npm_add_version(set, sign, op, &partial, err);
        rest = str_from(rest, n);
    }
    return got;
}

static int npm_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    for (;;) {
        size_t bar = str_find(text, STR("||"));
        struct str part = str_first(text, bar);
        /* A comma, which advisories write, is a blank. */
        char *copy = (char *)arena_str(&set->arena, part).data;
        for (size_t i = 0; copy && i < part.len; i++)
            if (copy[i] == ',')
                copy[i] = ' ';
        int got = npm_parse_clause(set, str_trim(str_make(copy, copy ? part.len : 0)), err);
        if (got < 0 || bar == SIZE_MAX)
            return got;
        text = str_from(text, bar + 2);
    }
}

static bool npm_matches(const struct version_range_set *set,
                        const struct version_comparator *comparator, struct str version,
                        unsigned flags)
{
    if (!(flags & VERSION_RANGE_PRERELEASES))
        return range_compare_matches(set, comparator, version);
    struct semver_parts parts = semver_split(semver_skip_prefix(version));
    struct semver_parts bound = semver_split(semver_skip_prefix(comparator->version));
    if (comparator->with_prereleases && parts.has_prerelease &&
        semver_compare_numbers(parts.numbers, bound.numbers) == 0)
        return true;
    return range_compare_matches(set, comparator, version);
}

static bool npm_excludes(const struct version_range_set *set, const struct version_clause *clause,
                         struct str version, unsigned flags)
{
    struct semver_parts parts = semver_split(semver_skip_prefix(version));
    if (!parts.numbers.len)
        return true;
    if (!parts.has_prerelease || flags & VERSION_RANGE_PRERELEASES)
        return false;
    for (size_t i = 0; i < clause->count; i++) {
        struct semver_parts bound =
            semver_split(semver_skip_prefix(set->comparators[clause->first + i].version));
        if (bound.has_prerelease && semver_compare_numbers(parts.numbers, bound.numbers) == 0)
            return false;
    }
    return true;
}

const struct version_range_syntax version_range_npm = {
    .scheme = "npm",
    .parse = npm_parse,
    .matches = npm_matches,
    .excludes = npm_excludes,
};

/* Cargo: comparators apart by ',', a version alone is '^', '*' stands alone. */
static int cargo_parse_comparator(struct version_range_set *set, struct str part, bool *ret_any,
                                  struct pl_err *err)
{
    enum version_operator op = VERSION_OP_EQUAL;
    struct range_partial partial;
    struct str rest = str_trim(part);
    if (str_starts(rest, STR("~>")) || str_starts(rest, STR("==")))
        return range_fail(err, part);
    char sign = npm_take_operator(&rest, &op);
    if (!range_partial_read(rest, 3, &partial) || partial.has_gap ||
        !npm_rest_is_good(&partial, true))
        return range_fail(err, part);
    if (partial.count == 3 && !semver_is_strict(rest, 0))
        return range_fail(err, part);
    *ret_any = !partial.count;
    if (!sign && !partial.wildcard)
        sign = '^';
    return npm_add_version(set, sign, op, &partial, err);
}

static int cargo_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    int got = range_begin_clause(set, err);
    struct str rest = text, part;
    size_t count = 0, any = 0;
    if (!text.len)
        return range_fail(err, text);
    while (got >= 0 && str_cut(&rest, ',', &part)) {
        bool is_any = false;
        got = cargo_parse_comparator(set, part, &is_any, err);
        count++;
        any += is_any;
    }
    return got >= 0 && ((any && count > 1) || count > 32) ? range_fail(err, text) : got;
}

const struct version_range_syntax version_range_cargo = {
    .scheme = "cargo",
    .parse = cargo_parse,
    .matches = npm_matches,
    .excludes = npm_excludes,
};
