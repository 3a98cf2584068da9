/* Hex (Elixir's Version) and pub (pub_semver): comparators over whole versions, "~>" and '^'. */
#include "version/range_semver.h"
#include "version/semver_parts.h"
#include "version/text.h"

static int hex_parse_comparator(struct version_range_set *set, struct str text, struct pl_err *err)
{
    enum version_operator op = VERSION_OP_EQUAL;
    struct str rest = str_trim(text);
    struct range_partial partial;
    if (str_starts(rest, STR("~>"))) {
        rest = str_trim(str_from(rest, 2));
        if (!range_partial_read(rest, 3, &partial) || partial.wildcard || partial.count < 2 ||
            !semver_is_strict(rest, SEMVER_ANY_NUMBERS))
            return range_fail(err, text);
        struct str floor =
            partial.count == 3 ? rest : range_partial_floor(&set->arena, &partial, 3, "");
        int got = range_add(set, VERSION_OP_AT_LEAST, floor, err);
        struct str end = range_partial_next(&set->arena, &partial, partial.count - 2, 3, "-0");
        return got < 0 ? got : range_add(set, VERSION_OP_LESS, end, err);
    }
    if (!range_take_operator(&rest, &op) && str_starts(rest, STR("!"))) {
        op = VERSION_OP_NOT_EQUAL;
        rest = str_trim(str_from(rest, 1));
    }
    if (!semver_is_strict(rest, SEMVER_NUMBERS_3))
        return range_fail(err, text);
    return range_add(set, op, rest, err);
}

static int hex_parse_clause(struct version_range_set *set, struct str text, struct pl_err *err)
{
    int got = range_begin_clause(set, err);
    while (got >= 0) {
        size_t at = str_find(text, STR(" and ")), comma = str_index(text, ',');
        size_t end = at < comma ? at : comma;
        got = hex_parse_comparator(set, str_first(text, end), err);
        if (end == SIZE_MAX)
            break;
        text = str_from(text, end + (at < comma ? 5 : 1));
    }
    return got;
}

static int hex_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    for (;;) {
        size_t at = str_find(text, STR(" or "));
        int got = hex_parse_clause(set, str_first(text, at), err);
        if (got < 0 || at == SIZE_MAX)
            return got;
        text = str_from(text, at + 4);
    }
}

const struct version_range_syntax version_range_hex = {.scheme = "hex", .parse = hex_parse};

static size_t pub_version_length(struct str text)
{
    size_t n = 0;
    while (n < text.len && !strchr(" \t\r\n<>=^,", text.data[n]))
        n++;
    return n;
}

/* nextBreaking: the next major version, or the next minor one below 1. */
static int pub_parse_caret(struct version_range_set *set, struct str text, struct pl_err *err)
{
    struct str version = str_trim(str_from(text, 1));
    struct range_partial partial;
    if (!semver_is_strict(version, SEMVER_ZEROS) || !range_partial_read(version, 3, &partial))
        return range_fail(err, text);
    bool zero = version_compare_digits(partial.numbers[0], STR_NONE) == 0;
    int got = range_add(set, VERSION_OP_AT_LEAST, version, err);
    struct str end = range_partial_next(&set->arena, &partial, zero ? 1 : 0, 3, "-0");
    return got < 0 ? got : range_add(set, VERSION_OP_LESS, end, err);
}

/* "<2.0.0" leaves out 2.0.0's pre-releases, unless the least version is one of them. */
static void pub_settle(struct version_range_set *set)
{
    for (size_t i = 0; i < set->comparator_count; i++) {
        struct version_comparator *end = &set->comparators[i];
        struct semver_parts parts = semver_split(end->version);
        bool settled = end->op != VERSION_OP_LESS || parts.has_prerelease || parts.has_build;
        for (size_t k = 0; k < set->comparator_count && !settled; k++) {
            struct semver_parts low = semver_split(set->comparators[k].version);
            settled = set->comparators[k].op >= VERSION_OP_GREATER && low.has_prerelease &&
                      semver_compare_numbers(low.numbers, parts.numbers) == 0;
        }
        if (!settled)
            end->version = arena_printf(&set->arena, "%.*s-0", STR_ARG(end->version));
    }
}

static int pub_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    int got = range_begin_clause(set, err);
    if (got < 0 || str_is(text, "any"))
        return got;
    if (str_starts(text, STR("^")))
        return pub_parse_caret(set, text, err);
    if (!text.len)
        return range_fail(err, text);
    for (struct str rest = text; got >= 0 && rest.len; rest = str_trim(rest)) {
        enum version_operator op = VERSION_OP_EQUAL;
        if (rest.data[0] == ',')
            rest = str_trim(str_from(rest, 1));
        if (str_starts(rest, STR("<>")) || str_starts(rest, STR("!")))
            return range_fail(err, text);
        range_take_operator(&rest, &op);
        size_t n = pub_version_length(rest);
        if (!n || !semver_is_strict(str_first(rest, n), SEMVER_ZEROS))
            return range_fail(err, text);
        got = range_add(set, op, str_first(rest, n), err);
        rest = str_from(rest, n);
    }
    pub_settle(set);
    return got;
}

const struct version_range_syntax version_range_pub = {.scheme = "pub", .parse = pub_parse};
