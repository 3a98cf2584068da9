/* Maven and NuGet: intervals. "[1.0,2.0)", "(,1.0]", "[1.0]", several of Maven's apart by ','. A
 * version alone is only a wish in Maven, which every version satisfies, and the least in NuGet. */
#include "version/range_parts.h"
#include "version/text.h"

static bool interval_is_simple(struct str text)
{
    return text.len && strchr("<>=!", text.data[0]);
}

static int interval_add(struct version_range_set *set, struct str body, char open, char close,
                        struct pl_err *err)
{
    size_t comma = str_index(body, ',');
    struct str low = str_trim(str_first(body, comma));
    struct str high = comma == SIZE_MAX ? low : str_trim(str_from(body, comma + 1));
    int got = range_begin_clause(set, err);
    if (str_index(high, ',') != SIZE_MAX)
        return range_fail(err, body);
    if (got >= 0 && low.len)
        got = range_add(set, open == '[' ? VERSION_OP_AT_LEAST : VERSION_OP_GREATER, low, err);
    if (got >= 0 && high.len)
        got = range_add(set, close == ']' ? VERSION_OP_AT_MOST : VERSION_OP_LESS, high, err);
    return got;
}

/* Takes "[1,2)" from the front of `*rest`. */
static int interval_take(struct version_range_set *set, struct str *rest, struct pl_err *err)
{
    size_t round = str_index(*rest, ')'), square = str_index(*rest, ']');
    size_t end = round < square ? round : square;
    if (end == SIZE_MAX || (rest->data[0] != '[' && rest->data[0] != '('))
        return range_fail(err, *rest);
    struct str body = str_from(str_first(*rest, end), 1);
    int got = interval_add(set, body, rest->data[0], rest->data[end], err);
    *rest = str_trim(str_from(*rest, end + 1));
    return got;
}

/* Maven wants intervals that are not empty, in their order, and apart from one another. */
static bool maven_is_good(const struct version_range_set *set, struct str body, char open,
                          char close, struct str *last_high)
{
    size_t comma = str_index(body, ',');
    struct str low = str_trim(str_first(body, comma));
    struct str high = comma == SIZE_MAX ? low : str_trim(str_from(body, comma + 1));
    if (comma == SIZE_MAX && (open != '[' || close != ']' || !low.len))
        return false;
    int order = low.len && high.len ? set->scheme->compare(low, high) : -1;
    if (order > 0 || (order == 0 && (open != '[' || close != ']')))
        return false;
    if (last_high->data &&
        (!low.len || !last_high->len || set->scheme->compare(low, *last_high) < 0))
        return false;
    *last_high = high.data ? high : STR("");
    return true;
}

static int maven_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    struct str rest = text, last_high = STR_NONE;
    if (!text.len)
        return range_fail(err, text);
    if (interval_is_simple(text))
        return range_parse_simple(set, text, err);
    if (text.data[0] != '[' && text.data[0] != '(')
        return str_index(text, ',') == SIZE_MAX ? range_begin_clause(set, err)
                                                : range_fail(err, text);
    while (rest.len) {
        struct str whole = rest;
        int got = interval_take(set, &rest, err);
        if (got < 0)
            return got;
        size_t end = 0;
        while (whole.data[end] != ')' && whole.data[end] != ']')
            end++;
        if (!maven_is_good(set, str_from(str_first(whole, end), 1), whole.data[0], whole.data[end],
                           &last_high))
            return range_fail(err, text);
        if (rest.len && rest.data[0] != ',')
            return range_fail(err, text);
        rest = str_trim(str_from(rest, 1));
    }
    return 0;
}

const struct version_range_syntax version_range_maven = {.scheme = "maven", .parse = maven_parse};

/* A floating version has a least one: "1.*" is 1.0, "*" is 0.0, "1.0-*" is 1.0-0, "1.0-rc*" is
 * 1.0-rc. */
static struct str nuget_least(struct arena *arena, struct str text)
{
    size_t star = str_index(text, '*');
    if (star == SIZE_MAX)
        return text;
    struct str before = str_first(text, star);
    size_t dash = str_index(before, '-');
    if (!before.len)
        return str_is(text, "*-*") ? STR("0.0.0-0") : STR("0.0.0");
    if (str_ends(before, STR(".")) && dash == SIZE_MAX)
        return arena_printf(arena, "%.*s0%s", STR_ARG(before),
                            str_index(text, '-') == SIZE_MAX ? "" : "-0");
    if (str_ends(before, STR("-")) || str_ends(before, STR(".")))
        return arena_printf(arena, "%.*s0", STR_ARG(before));
    return before;
}

static bool nuget_are_valid(struct version_range_set *set, struct pl_err *err)
{
    for (size_t i = 0; i < set->comparator_count; i++) {
        struct version_comparator *comparator = &set->comparators[i];
        bool low = comparator->op == VERSION_OP_AT_LEAST || comparator->op == VERSION_OP_GREATER;
        if (low)
            comparator->version = nuget_least(&set->arena, comparator->version);
        if (!set->scheme->valid(comparator->version)) {
            range_fail(err, comparator->version);
            return false;
        }
    }
    return true;
}

/* NuGet takes blanks anywhere for nothing. */
static struct str nuget_without_blanks(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != ' ' && text.data[i] != '\t')
            copy[n++] = text.data[i];
    return str_make(copy, n);
}

static int nuget_parse(struct version_range_set *set, struct str text, struct pl_err *err)
{
    if (interval_is_simple(text))
        return range_parse_simple(set, text, err);
    struct str rest = nuget_without_blanks(&set->arena, text);
    int got = 0;
    if (!rest.len)
        return range_fail(err, text);
    if (rest.data[0] == '[' || rest.data[0] == '(') {
        got = interval_take(set, &rest, err);
        if (got >= 0 && (rest.len || !set->comparator_count))
            return range_fail(err, text);
    } else {
        got = range_begin_clause(set, err);
        if (got >= 0)
            got = range_add(set, VERSION_OP_AT_LEAST, rest, err);
    }
    if (got < 0)
        return got;
    return nuget_are_valid(set, err) ? 0 : -PL_E_FORMAT;
}

const struct version_range_syntax version_range_nuget = {.scheme = "nuget", .parse = nuget_parse};
