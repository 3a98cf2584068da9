#include "io/toml_scalars.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

enum { NUMBER_MAX = 128 };

size_t toml_line(const struct toml_cursor *cursor)
{
    size_t line = 1;
    for (size_t i = 0; i < cursor->at && i < cursor->text.len; i++)
        line += cursor->text.data[i] == '\n';
    return line;
}

int toml_wrong(const struct toml_cursor *cursor, struct pl_err *err, const char *what)
{
    struct str before = str_first(cursor->text, cursor->at);
    size_t newline = str_last_index(before, '\n');
    size_t column = newline == SIZE_MAX ? before.len + 1 : before.len - newline;
    err_set(err, PL_E_FORMAT, "%s", what);
    if (err)
        snprintf(err->local, sizeof(err->local), "%s", tr(what));
    return err_prefix(err, "line %zu, column %zu: this is no TOML", toml_line(cursor), column);
}

bool toml_accept(struct toml_cursor *cursor, char c)
{
    if (toml_at_end(cursor) || cursor->text.data[cursor->at] != c)
        return false;
    cursor->at++;
    return true;
}

void toml_skip_blanks(struct toml_cursor *cursor)
{
    while (toml_peek(cursor) == ' ' || toml_peek(cursor) == '\t')
        cursor->at++;
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* "\n" or "\r\n" */
static bool accept_newline(struct toml_cursor *cursor)
{
    if (str_starts(str_from(cursor->text, cursor->at), STR("\r\n"))) {
        cursor->at += 2;
        return true;
    }
    return toml_accept(cursor, '\n');
}

static int skip_comment(struct toml_cursor *cursor, struct pl_err *err)
{
    if (!toml_accept(cursor, '#'))
        return 0;
    while (!toml_at_end(cursor) && !is_control(toml_peek(cursor)))
        cursor->at++;
    bool at_newline = toml_at_end(cursor) || toml_peek(cursor) == '\n' ||
                      str_starts(str_from(cursor->text, cursor->at), STR("\r\n"));
    return at_newline ? 0 : toml_wrong(cursor, err, N_("a control character in a comment"));
}

int toml_skip_lines(struct toml_cursor *cursor, struct pl_err *err)
{
    do {
        toml_skip_blanks(cursor);
        int r = skip_comment(cursor, err);
        if (r < 0)
            return r;
    } while (accept_newline(cursor));
    return 0;
}

int toml_end_line(struct toml_cursor *cursor, struct pl_err *err)
{
    toml_skip_blanks(cursor);
    int r = skip_comment(cursor, err);
    if (r == 0 && !toml_at_end(cursor) && !accept_newline(cursor))
        return toml_wrong(cursor, err, N_("more on the line than one entry"));
    return r;
}

static int unicode_escape(struct toml_cursor *cursor, size_t digits, struct buf *out,
                          struct pl_err *err)
{
    uint32_t point = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = str_hex_digit(toml_peek(cursor));
        if (digit < 0)
            return toml_wrong(cursor, err, N_("an escape that is not known"));
        point = point << 4 | (uint32_t)digit;
        cursor->at++;
    }
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return toml_wrong(cursor, err, N_("an escape that is no character"));
    utf8_put(out, point);
    return 0;
}

/* Behind a backslash. */
static int escape(struct toml_cursor *cursor, struct buf *out, struct pl_err *err)
{
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    char c = toml_peek(cursor);
    const char *found = c ? strchr(names, c) : NULL;
    if (found) {
        buf_putc(out, values[found - names]);
        cursor->at++;
        return 0;
    }
    if (c != 'u' && c != 'U')
        return toml_wrong(cursor, err, N_("an escape that is not known"));
    cursor->at++;
    return unicode_escape(cursor, c == 'u' ? 4 : 8, out, err);
}

/* A backslash as the last of its line takes away all white space behind it. */
static bool joined_line(struct toml_cursor *cursor)
{
    struct toml_cursor ahead = *cursor;
    toml_skip_blanks(&ahead);
    if (!accept_newline(&ahead))
        return false;
    do
        toml_skip_blanks(&ahead);
    while (accept_newline(&ahead));
    *cursor = ahead;
    return true;
}

static int single_line(struct toml_cursor *cursor, char quote, struct buf *out, struct pl_err *err)
{
    for (;;) {
        size_t from = cursor->at;
        while (!toml_at_end(cursor) && !is_control(toml_peek(cursor)) &&
               toml_peek(cursor) != quote && (toml_peek(cursor) != '\\' || quote == '\''))
            cursor->at++;
        buf_add(out, str_first(str_from(cursor->text, from), cursor->at - from));
        if (toml_accept(cursor, quote))
            return 0;
        if (!toml_accept(cursor, '\\'))
            return toml_wrong(cursor, err, N_("a string that does not end"));
        int r = escape(cursor, out, err);
        if (r < 0)
            return r;
    }
}

/* Behind three quotes. Up to two quotes may stand in front of the three that end it. */
static int multi_line(struct toml_cursor *cursor, char quote, struct buf *out, struct pl_err *err)
{
    accept_newline(cursor);
    while (!toml_at_end(cursor)) {
        char c = cursor->text.data[cursor->at];
        if (c == quote) {
            size_t quotes = 0;
            for (; quotes < 5 && toml_accept(cursor, quote); quotes++)
                ;
            for (size_t i = quotes >= 3 ? 3 : 0; i < quotes; i++)
                buf_putc(out, quote);
            if (quotes >= 3)
                return 0;
        } else if (c == '\\' && quote == '"') {
            cursor->at++;
            int r = joined_line(cursor) ? 0 : escape(cursor, out, err);
            if (r < 0)
                return r;
        } else if (accept_newline(cursor)) {
            buf_putc(out, '\n');
        } else if (is_control(c)) {
            return toml_wrong(cursor, err, N_("a control character in a string"));
        } else {
            buf_putc(out, c);
            cursor->at++;
        }
    }
    return toml_wrong(cursor, err, N_("a string that does not end"));
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

int toml_key(struct toml_cursor *cursor, struct buf *out, struct pl_err *err)
{
    size_t from = cursor->at;
    if (toml_accept(cursor, '"'))
        return single_line(cursor, '"', out, err);
    if (toml_accept(cursor, '\''))
        return single_line(cursor, '\'', out, err);
    while (is_bare(toml_peek(cursor)))
        cursor->at++;
    if (cursor->at == from)
        return toml_wrong(cursor, err, N_("no key where one must be"));
    buf_add(out, str_first(str_from(cursor->text, from), cursor->at - from));
    return 0;
}

static int string_value(struct toml_cursor *cursor, char quote, json_t **ret_value,
                        struct pl_err *err)
{
    AUTO_BUF out = {0};
    char three[] = {quote, quote, quote};
    bool multi = str_starts(str_from(cursor->text, cursor->at), str_make(three, 3));
    cursor->at += multi ? 3 : 1;
    int r = multi ? multi_line(cursor, quote, &out, err) : single_line(cursor, quote, &out, err);
    if (r < 0)
        return r;
    *ret_value = json_stringn(out.data ? out.data : "", out.len);
    return *ret_value ? 0 : toml_wrong(cursor, err, N_("a string is no UTF-8"));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Two digits of a date at `at`, or `otherwise` for what is none. */
static int two_digits(struct str text, size_t at)
{
    if (at + 2 > text.len || !is_digit(text.data[at]) || !is_digit(text.data[at + 1]))
        return -1;
    return (text.data[at] - '0') * 10 + text.data[at + 1] - '0';
}

static bool in_range(int value, int least, int most)
{
    return value >= least && value <= most;
}

/* RFC 3339: "1979-05-27" */
static bool is_date(struct str text)
{
    static const char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.len < 10 || two_digits(text, 0) < 0 || two_digits(text, 2) < 0 ||
        text.data[4] != '-' || text.data[7] != '-')
        return false;
    int year = two_digits(text, 0) * 100 + two_digits(text, 2), month = two_digits(text, 5);
    if (!in_range(month, 1, 12) || !in_range(two_digits(text, 8), 1, days[month - 1]))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month != 2 || leap || two_digits(text, 8) < 29;
}

/* "07:32:00", with or without a fraction; what stands behind it goes into `ret_rest`. */
static bool is_time(struct str text, struct str *ret_rest)
{
    if (text.len < 8 || !in_range(two_digits(text, 0), 0, 23) || text.data[2] != ':' ||
        !in_range(two_digits(text, 3), 0, 59) || text.data[5] != ':' ||
        !in_range(two_digits(text, 6), 0, 60))
        return false;
    size_t at = 8;
    if (at < text.len && text.data[at] == '.') {
        size_t from = ++at;
        while (at < text.len && is_digit(text.data[at]))
            at++;
        if (at == from)
            return false;
    }
    *ret_rest = str_from(text, at);
    return true;
}

static bool is_offset(struct str text)
{
    if (text.len == 1)
        return text.data[0] == 'Z' || text.data[0] == 'z';
    return text.len == 6 && (text.data[0] == '+' || text.data[0] == '-') && text.data[3] == ':' &&
           in_range(two_digits(text, 1), 0, 23) && in_range(two_digits(text, 4), 0, 59);
}

static bool is_date_or_time(struct str text)
{
    struct str rest;
    if (is_time(text, &rest))
        return rest.len == 0;
    if (!is_date(text))
        return false;
    if (text.len == 10)
        return true;
    return strchr("Tt ", text.data[10]) && is_time(str_from(text, 11), &rest) &&
           (rest.len == 0 || is_offset(rest));
}

static bool is_digit_of(char c, int base)
{
    int digit = str_hex_digit(c);
    return digit >= 0 && digit < base;
}

/* Without its underscores, each of which must stand between two digits; false: it is no number. */
static bool plain_number(struct str text, char *out)
{
    size_t len = 0;
    int base = str_starts(text, STR("0x")) ? 16 : 10;
    if (text.len >= NUMBER_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool between = i > 0 && i + 1 < text.len && is_digit_of(text.data[i - 1], base) &&
                       is_digit_of(text.data[i + 1], base);
        if (c == '_' && !between)
            return false;
        if (c != '_')
            out[len++] = c;
    }
    out[len] = '\0';
    return true;
}

static bool all_digits(const char *digits, int base)
{
    if (!*digits)
        return false;
    while (is_digit_of(*digits, base))
        digits++;
    return *digits == '\0';
}

static json_t *integer_value(const char *text)
{
    const char *digits = text + (*text == '+' || *text == '-');
    int base = 10;
    if (digits == text && digits[0] == '0' && digits[1])
        base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : digits[1] == 'b' ? 2 : 10;
    if (base != 10)
        digits = text += 2;
    if (!all_digits(digits, base) || (base == 10 && digits[0] == '0' && digits[1]))
        return NULL;
    errno = 0;
    long long value = strtoll(text, NULL, base);
    return errno ? NULL : json_integer(value);
}

/* digits [. digits] [e[+-]digits], with no 0 in front of a digit */
static bool is_float(const char *text)
{
    text += *text == '+' || *text == '-';
    if (!is_digit(*text) || (text[0] == '0' && is_digit(text[1])))
        return false;
    text += strspn(text, "0123456789");
    if (*text == '.') {
        if (!is_digit(*++text))
            return false;
        text += strspn(text, "0123456789");
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        if (!is_digit(*text))
            return false;
        text += strspn(text, "0123456789");
    }
    return *text == '\0';
}

static bool is_special(struct str text)
{
    if (text.len && (text.data[0] == '+' || text.data[0] == '-'))
        text = str_from(text, 1);
    return str_is(text, "inf") || str_is(text, "nan");
}

static json_t *plain_value(struct str text)
{
    char number[NUMBER_MAX];
    double real;
    if (str_is(text, "true") || str_is(text, "false"))
        return json_boolean(text.data[0] == 't');
    if (is_date_or_time(text) || is_special(text))
        return json_stringn(text.data, text.len);
    if (!plain_number(text, number))
        return NULL;
    json_t *integer = integer_value(number);
    if (integer || !is_float(number) || !strpbrk(number, ".eE"))
        return integer;
    /* What is out of a double's range stays as it is written. */
    return str_to_double(str_of(number), &real) ? json_real(real)
                                                : json_stringn(text.data, text.len);
}

int toml_scalar(struct toml_cursor *cursor, json_t **ret_value, struct pl_err *err)
{
    char first = toml_peek(cursor);
    if (first == '"' || first == '\'')
        return string_value(cursor, first, ret_value, err);
    struct str rest = str_from(cursor->text, cursor->at);
    size_t len = 0;
    while (len < rest.len &&
           (is_bare(rest.data[len]) || (rest.data[len] && strchr("+.:", rest.data[len]))))
        len++;
    /* A blank between date and time. */
    if (len == 10 && len + 1 < rest.len && rest.data[len] == ' ' && is_digit(rest.data[len + 1]) &&
        is_date(rest)) {
        len++;
        while (len < rest.len &&
               (is_bare(rest.data[len]) || (rest.data[len] && strchr("+.:", rest.data[len]))))
            len++;
    }
    *ret_value = plain_value(str_first(rest, len));
    if (!*ret_value)
        return toml_wrong(cursor, err, N_("this is no value"));
    cursor->at += len;
    return 0;
}
