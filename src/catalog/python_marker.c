#include "catalog/python_marker.h"

#include "base/limits.h"

enum truth { NO, MAYBE, YES };

struct marker {
    struct str rest;
    int depth;
    bool broken;
    bool is_plain; /* without extras */
};

static enum truth either(struct marker *marker);

static void skip_blanks(struct marker *marker)
{
    while (marker->rest.len && strchr(" \t\r\n", marker->rest.data[0]))
        marker->rest = str_from(marker->rest, 1);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

/* A word of letters, without taking it. */
static struct str peek_word(struct marker *marker)
{
    size_t len = 0;
    skip_blanks(marker);
    while (len < marker->rest.len && is_word(marker->rest.data[len]))
        len++;
    return str_first(marker->rest, len);
}

static bool accept_word(struct marker *marker, const char *word)
{
    if (!str_is(peek_word(marker), word))
        return false;
    marker->rest = str_from(marker->rest, strlen(word));
    return true;
}

struct operand {
    struct str text;
    bool is_variable;
};

static struct operand operand(struct marker *marker)
{
    struct operand found = {0};
    skip_blanks(marker);
    if (marker->rest.len && strchr("'\"", marker->rest.data[0])) {
        size_t end = str_index(str_from(marker->rest, 1), marker->rest.data[0]);
        marker->broken |= end == SIZE_MAX;
        found.text = str_first(str_from(marker->rest, 1), end);
        marker->rest = str_from(marker->rest, end == SIZE_MAX ? marker->rest.len : end + 2);
        return found;
    }
    found.text = peek_word(marker);
    found.is_variable = true;
    marker->broken |= found.text.len == 0;
    marker->rest = str_from(marker->rest, found.text.len);
    return found;
}

/* What the variable is on Linux; empty: that is not known. */
static struct str value_of(struct str variable)
{
    if (str_is(variable, "os_name") || str_is(variable, "os.name"))
        return STR("posix");
    if (str_is(variable, "sys_platform") || str_is(variable, "sys.platform"))
        return STR("linux");
    if (str_is(variable, "platform_system"))
        return STR("Linux");
    return STR_NONE;
}

static struct str operator_of(struct marker *marker)
{
    size_t len = 0;
    if (accept_word(marker, "in"))
        return STR("in");
    if (accept_word(marker, "not"))
        return accept_word(marker, "in") ? STR("not in") : STR_NONE;
    while (len < marker->rest.len && strchr("<>=!~", marker->rest.data[len]))
        len++;
    struct str found = str_first(marker->rest, len);
    marker->broken |= len == 0;
    marker->rest = str_from(marker->rest, len);
    return found;
}

static enum truth is(bool condition)
{
    return condition ? YES : NO;
}

static enum truth comparison(struct marker *marker)
{
    struct operand left = operand(marker);
    struct str op = operator_of(marker);
    struct operand right = operand(marker);
    if (left.is_variable == right.is_variable)
        return MAYBE;
    struct str variable = left.is_variable ? left.text : right.text;
    if (marker->is_plain && str_is(variable, "extra") &&
        (str_is(op, "==") || str_is(op, "===") || str_is(op, "!=")))
        return is(str_is(op, "!="));
    struct str value = value_of(variable);
    struct str text = left.is_variable ? right.text : left.text;
    if (!value.len)
        return MAYBE;
    /* Python 2 said "linux2". */
    bool equal = str_equal(text, value) || str_is(text, "linux2");
    if (str_is(op, "==") || str_is(op, "==="))
        return is(equal);
    if (str_is(op, "!="))
        return is(!equal);
    struct str inner = left.is_variable ? value : text, outer = left.is_variable ? text : value;
    if (str_is(op, "in"))
        return is(str_find(outer, inner) != SIZE_MAX);
    if (str_is(op, "not in"))
        return is(str_find(outer, inner) == SIZE_MAX);
    return MAYBE;
}

static enum truth single(struct marker *marker)
{
    skip_blanks(marker);
    if (!str_starts(marker->rest, STR("(")))
        return comparison(marker);
    if (++marker->depth > LIMIT_JSON_DEPTH)
        marker->broken = true;
    if (marker->broken)
        return MAYBE;
    marker->rest = str_from(marker->rest, 1);
    enum truth truth = either(marker);
    skip_blanks(marker);
    marker->broken |= !str_starts(marker->rest, STR(")"));
    marker->rest = str_from(marker->rest, 1);
    marker->depth--;
    return truth;
}

static enum truth both(struct marker *marker)
{
    enum truth truth = single(marker);
    while (!marker->broken && accept_word(marker, "and")) {
        enum truth other = single(marker);
        truth = other < truth ? other : truth;
    }
    return truth;
}

static enum truth either(struct marker *marker)
{
    enum truth truth = both(marker);
    while (!marker->broken && accept_word(marker, "or")) {
        enum truth other = both(marker);
        truth = other > truth ? other : truth;
    }
    return truth;
}

static bool excludes(struct str text, bool is_plain)
{
    struct marker marker = {.rest = text, .is_plain = is_plain};
    enum truth truth = either(&marker);
    skip_blanks(&marker);
    return !marker.broken && marker.rest.len == 0 && truth == NO;
}

bool python_marker_excludes_linux(struct str text)
{
    return excludes(text, false);
}

bool python_marker_excludes_plain(struct str text)
{
    return excludes(text, true);
}
