#include "version/range_semver.h"
#include "version/text.h"

static bool range_is_wildcard(struct str text)
{
    return str_is(text, "x") || str_is(text, "X") || str_is(text, "*");
}

static struct str range_take_part(struct str *rest)
{
    struct str part = version_take_digits(rest);
    if (part.len || !rest->len || !range_is_wildcard(str_first(*rest, 1)))
        return part;
    part = str_first(*rest, 1);
    *rest = str_from(*rest, 1);
    return part;
}

bool range_partial_read(struct str text, size_t max, struct range_partial *ret)
{
    struct range_partial partial = {.text = text};
    for (size_t i = 0; i < max; i++) {
        struct str part = range_take_part(&text);
        if (!part.len)
            return false;
        partial.has_gap = partial.has_gap || (partial.wildcard && !range_is_wildcard(part));
        if (range_is_wildcard(part))
            partial.wildcard = true;
        else if (!partial.wildcard)
            partial.numbers[partial.count++] = part;
        if (i + 1 == max || !text.len || text.data[0] != '.')
            break;
        text = str_from(text, 1);
    }
    partial.rest = text;
    *ret = partial;
    return true;
}

static struct str range_join(struct arena *arena, const struct str *numbers, size_t count,
                             size_t width, const char *suffix)
{
    struct str text = STR_NONE;
    for (size_t i = 0; i < width; i++) {
        struct str number = i < count ? numbers[i] : STR("0");
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), i ? "." : "", STR_ARG(number));
    }
    return arena_printf(arena, "%.*s%s", STR_ARG(text), suffix);
}

struct str range_partial_floor(struct arena *arena, const struct range_partial *partial,
                               size_t width, const char *suffix)
{
    return range_join(arena, partial->numbers, partial->count, width, suffix);
}

struct str range_partial_next(struct arena *arena, const struct range_partial *partial, size_t at,
                              size_t width, const char *suffix)
{
    struct str numbers[4] = {STR_NONE};
    for (size_t i = 0; i < at; i++)
        numbers[i] = partial->numbers[i];
    numbers[at] = range_increment(arena, partial->numbers[at]);
    return range_join(arena, numbers, at + 1, width, suffix);
}

size_t range_partial_caret(const struct range_partial *partial)
{
    for (size_t i = 0; i + 1 < partial->count && i < 2; i++)
        if (version_compare_digits(partial->numbers[i], STR_NONE) != 0)
            return i;
    return partial->count > 3 ? 2 : partial->count - 1;
}
