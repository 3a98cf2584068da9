#include "version/range.h"

#include "base/limits.h"
#include "base/mem.h"
#include "version/range_parts.h"
#include "version/text.h"

static const struct version_range_syntax *const range_syntaxes[] = {
    &version_range_npm,      &version_range_cargo, &version_range_hex,
    &version_range_pub,      &version_range_pypi,  &version_range_gem,
    &version_range_composer, &version_range_maven, &version_range_nuget,
};

int range_fail(struct pl_err *err, struct str text)
{
    return err_set(err, PL_E_FORMAT, "\"%.*s\" is no range of versions", STR_ARG(text));
}

int range_begin_clause(struct version_range_set *set, struct pl_err *err)
{
    if (set->clause_count == LIMIT_RANGE_COMPARATORS)
        return err_limit(err, LIMIT_NAME(LIMIT_RANGE_COMPARATORS),
                         "a range of more than %llu comparators", LIMIT_RANGE_COMPARATORS);
    set->clauses[set->clause_count++].first = set->comparator_count;
    return 0;
}

int range_add(struct version_range_set *set, enum version_operator op, struct str version,
              struct pl_err *err)
{
    if (set->comparator_count == LIMIT_RANGE_COMPARATORS)
        return err_limit(err, LIMIT_NAME(LIMIT_RANGE_COMPARATORS),
                         "a range of more than %llu comparators", LIMIT_RANGE_COMPARATORS);
    set->comparators[set->comparator_count++] =
        (struct version_comparator){.op = op, .version = version};
    set->clauses[set->clause_count - 1].count++;
    return 0;
}

bool range_take_operator(struct str *rest, enum version_operator *ret_op)
{
    static const struct {
        const char *sign;
        enum version_operator op;
    } signs[] = {
        {">=", VERSION_OP_AT_LEAST},  {"<=", VERSION_OP_AT_MOST}, {"!=", VERSION_OP_NOT_EQUAL},
        {"<>", VERSION_OP_NOT_EQUAL}, {"==", VERSION_OP_EQUAL},   {">", VERSION_OP_GREATER},
        {"<", VERSION_OP_LESS},       {"=", VERSION_OP_EQUAL},
    };
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (str_starts(*rest, str_of(signs[i].sign))) {
            *ret_op = signs[i].op;
            *rest = str_trim(str_from(*rest, strlen(signs[i].sign)));
            return true;
        }
    return false;
}

static int range_parse_simple_clause(struct version_range_set *set, struct str text,
                                     struct pl_err *err)
{
    struct str rest = text, part;
    int got = range_begin_clause(set, err);
    if (str_is(str_trim(text), "*"))
        return got;
    while (got >= 0 && str_cut(&rest, ',', &part)) {
        part = str_trim(part);
        do {
            enum version_operator op = VERSION_OP_EQUAL;
            range_take_operator(&part, &op);
            size_t n = 0;
            while (n < part.len && !strchr(" \t<>=!", part.data[n]))
                n++;
            if (!n)
                return range_fail(err, text);
            got = range_add(set, op, str_first(part, n), err);
            part = str_trim(str_from(part, n));
        } while (got >= 0 && part.len);
    }
    return got;
}

int range_parse_simple(struct version_range_set *set, struct str text, struct pl_err *err)
{
    for (;;) {
        size_t bar = str_find(text, STR("||"));
        int got = range_parse_simple_clause(set, str_trim(str_first(text, bar)), err);
        if (got < 0 || bar == SIZE_MAX)
            return got;
        text = str_from(text, bar + 2);
    }
}

bool range_compare_matches(const struct version_range_set *set,
                           const struct version_comparator *comparator, struct str version)
{
    int order = set->scheme->compare(version, comparator->version);
    switch (comparator->op) {
    case VERSION_OP_EQUAL:
    case VERSION_OP_PREFIX:
    case VERSION_OP_SAME_TEXT:
        return order == 0;
    case VERSION_OP_NOT_EQUAL:
    case VERSION_OP_NOT_PREFIX:
        return order != 0;
    case VERSION_OP_LESS:
        return order < 0;
    case VERSION_OP_AT_MOST:
        return order <= 0;
    case VERSION_OP_GREATER:
        return order > 0;
    case VERSION_OP_AT_LEAST:
    case VERSION_OP_COMPATIBLE:
        return order >= 0;
    case VERSION_OP_NONE:
        break;
    }
    return false;
}

struct str range_increment(struct arena *arena, struct str digits)
{
    char *text = arena_alloc(arena, digits.len + 1);
    size_t n = digits.len;
    text[0] = '0';
    if (n)
        memcpy(text + 1, digits.data, n);
    while (n > 0 && text[n] == '9')
        text[n--] = '0';
    text[n]++;
    return n == 0 ? str_make(text, digits.len + 1) : str_make(text + 1, digits.len);
}

void version_range_free(struct version_range_set *set)
{
    arena_free(&set->arena);
    *set = (struct version_range_set){0};
}

static int range_parse_text(struct version_range_set *set, struct str text, struct pl_err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(range_syntaxes); i++)
        if (strcmp(range_syntaxes[i]->scheme, set->scheme->name) == 0)
            set->syntax = range_syntaxes[i];
    if (set->syntax)
        return set->syntax->parse(set, text, err);
    return range_parse_simple(set, text, err);
}

int version_range_parse(struct version_range_set *set, const struct version_scheme *scheme,
                        struct str text, struct pl_err *err)
{
    *set = (struct version_range_set){.scheme = scheme};
    if (text.len > LIMIT_RANGE)
        return err_limit(err, LIMIT_NAME(LIMIT_RANGE), "a range of more than %llu bytes",
                         LIMIT_RANGE);
    set->comparators = ARENA_ARRAY(&set->arena, struct version_comparator, LIMIT_RANGE_COMPARATORS);
    set->clauses = ARENA_ARRAY(&set->arena, struct version_clause, LIMIT_RANGE_COMPARATORS);
    int got = range_parse_text(set, str_trim(arena_str(&set->arena, text)), err);
    if (got < 0)
        version_range_free(set);
    return got;
}

static bool range_clause_contains(const struct version_range_set *set,
                                  const struct version_clause *clause, struct str version,
                                  unsigned flags)
{
    const struct version_range_syntax *syntax = set->syntax;
    for (size_t i = 0; i < clause->count; i++) {
        const struct version_comparator *comparator = &set->comparators[clause->first + i];
        bool matches = syntax && syntax->matches ? syntax->matches(set, comparator, version, flags)
                                                 : range_compare_matches(set, comparator, version);
        if (!matches)
            return false;
    }
    return !syntax || !syntax->excludes || !syntax->excludes(set, clause, version, flags);
}

bool version_range_contains(const struct version_range_set *set, struct str version, unsigned flags)
{
    for (size_t i = 0; i < set->clause_count; i++)
        if (range_clause_contains(set, &set->clauses[i], version, flags))
            return true;
    return false;
}
