/* Python packages: PEP 440 and its normal forms.
 *
 * What is no version there stands before all versions, as setuptools once had it, and is ordered by
 * its numbers and words. */
#include "base/i18n.h"
#include "base/mem.h"
#include "version/pypi_parts.h"
#include "version/text.h"
#include "version/version.h"

static char pypi_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool pypi_is_separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

static bool pypi_starts(struct str text, const char *word)
{
    size_t n = strlen(word);
    if (text.len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (pypi_lower(text.data[i]) != word[i])
            return false;
    return true;
}

/* [separator]word[[separator]number]: takes it when one of `words` stands there. */
static int pypi_take_word(struct str *rest, const char *const *words, struct str *ret_number)
{
    struct str text = *rest;
    if (text.len && pypi_is_separator(text.data[0]))
        text = str_from(text, 1);
    for (int i = 0; words[i]; i++) {
        if (!pypi_starts(text, words[i]))
            continue;
        text = str_from(text, strlen(words[i]));
        struct str number = text;
        if (number.len && pypi_is_separator(number.data[0]))
            number = str_from(number, 1);
        *ret_number = version_take_digits(&number);
        *rest = ret_number->len ? number : text;
        return i;
    }
    return -1;
}

static void pypi_take_pre(struct pypi_parts *parts, struct str *rest)
{
    static const char *const words[] = {"alpha", "a",  "beta", "b", "preview",
                                        "pre",   "rc", "c",    NULL};
    static const enum pypi_pre kinds[] = {PYPI_ALPHA, PYPI_ALPHA, PYPI_BETA, PYPI_BETA,
                                          PYPI_RC,    PYPI_RC,    PYPI_RC,   PYPI_RC};
    int word = pypi_take_word(rest, words, &parts->pre_number);
    if (word >= 0)
        parts->pre = kinds[word];
}

static void pypi_take_post(struct pypi_parts *parts, struct str *rest)
{
    static const char *const words[] = {"post", "rev", "r", NULL};
    if (rest->len > 1 && rest->data[0] == '-' && version_is_digit(rest->data[1])) {
        *rest = str_from(*rest, 1);
        parts->post_number = version_take_digits(rest);
        parts->has_post = true;
        return;
    }
    parts->has_post = pypi_take_word(rest, words, &parts->post_number) >= 0;
}

static bool pypi_is_local(struct str text)
{
    bool separator = true;
    for (size_t i = 0; i < text.len; i++) {
        bool is = pypi_is_separator(text.data[i]);
        if ((is && separator) ||
            (!is && !version_is_digit(text.data[i]) && !version_is_alpha(text.data[i])))
            return false;
        separator = is;
    }
    return !separator;
}

bool pypi_split(struct str text, struct pypi_parts *ret)
{
    static const char *const dev[] = {"dev", NULL};
    struct pypi_parts parts = {.pre = PYPI_FINAL};
    struct str rest = str_trim(text);
    if (rest.len && pypi_lower(rest.data[0]) == 'v')
        rest = str_from(rest, 1);
    struct str start = rest, digits = version_take_digits(&rest);
    if (digits.len && rest.len && rest.data[0] == '!') {
        parts.epoch = digits;
        rest = str_from(rest, 1);
        start = rest;
        digits = version_take_digits(&rest);
    }
    if (!digits.len)
        return false;
    while (rest.len > 1 && rest.data[0] == '.' && version_is_digit(rest.data[1])) {
        rest = str_from(rest, 1);
        version_take_digits(&rest);
    }
    parts.release = str_first(start, start.len - rest.len);
    pypi_take_pre(&parts, &rest);
    pypi_take_post(&parts, &rest);
    parts.has_dev = pypi_take_word(&rest, dev, &parts.dev_number) >= 0;
    if (rest.len && rest.data[0] == '+') {
        parts.local = str_from(rest, 1);
        rest = STR_NONE;
        if (!pypi_is_local(parts.local))
            return false;
    }
    if (rest.len)
        return false;
    *ret = parts;
    return true;
}

int pypi_compare_release(struct str a, struct str b)
{
    while (a.len || b.len) {
        struct str left = version_take_digits(&a), right = version_take_digits(&b);
        int order = version_compare_digits(left, right);
        if (order)
            return order;
        a = str_from(a, 1);
        b = str_from(b, 1);
    }
    return 0;
}

/* A version with nothing but "dev" stands before its pre-releases. */
static int pypi_pre_rank(const struct pypi_parts *parts)
{
    if (parts->pre == PYPI_FINAL && !parts->has_post && parts->has_dev)
        return -1;
    return (int)parts->pre;
}

static int pypi_compare_word(struct str a, struct str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        char left = pypi_lower(a.data[i]), right = pypi_lower(b.data[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static struct str pypi_take_local(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && !pypi_is_separator(rest->data[n]))
        n++;
    struct str part = str_first(*rest, n);
    *rest = str_from(*rest, n + 1);
    return part;
}

static bool pypi_is_number(struct str text)
{
    version_take_digits(&text);
    return !text.len;
}

static int pypi_compare_local(struct str a, struct str b)
{
    while (a.len && b.len) {
        struct str left = pypi_take_local(&a), right = pypi_take_local(&b);
        bool left_number = pypi_is_number(left), right_number = pypi_is_number(right);
        if (left_number != right_number)
            return left_number ? 1 : -1;
        int order =
            left_number ? version_compare_digits(left, right) : pypi_compare_word(left, right);
        if (order)
            return order;
    }
    return (a.len > 0) - (b.len > 0);
}

int pypi_compare_public(const struct pypi_parts *a, const struct pypi_parts *b)
{
    int order = version_compare_digits(a->epoch, b->epoch);
    if (!order)
        order = pypi_compare_release(a->release, b->release);
    if (!order)
        order = pypi_pre_rank(a) - pypi_pre_rank(b);
    if (!order)
        order = version_compare_digits(a->pre_number, b->pre_number);
    if (!order)
        order = a->has_post - b->has_post;
    if (!order)
        order = version_compare_digits(a->post_number, b->post_number);
    if (!order)
        order = b->has_dev - a->has_dev;
    return order ? order : version_compare_digits(a->dev_number, b->dev_number);
}

/* Numbers by value, words by their bytes, words before numbers; all else is apart. */
static struct str pypi_take_legacy(struct str *rest)
{
    size_t n = 0;
    while (rest->len && !version_is_digit(rest->data[0]) && !version_is_alpha(rest->data[0]))
        *rest = str_from(*rest, 1);
    if (rest->len && version_is_digit(rest->data[0]))
        return version_take_digits(rest);
    while (n < rest->len && version_is_alpha(rest->data[n]))
        n++;
    struct str word = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return word;
}

static int pypi_compare_legacy(struct str a, struct str b)
{
    for (;;) {
        struct str left = pypi_take_legacy(&a), right = pypi_take_legacy(&b);
        if (!left.len || !right.len)
            return (left.len > 0) - (right.len > 0);
        bool left_number = version_is_digit(left.data[0]);
        bool right_number = version_is_digit(right.data[0]);
        if (left_number != right_number)
            return left_number ? 1 : -1;
        int order =
            left_number ? version_compare_digits(left, right) : pypi_compare_word(left, right);
        if (order)
            return order;
    }
}

static int pypi_compare(struct str a, struct str b)
{
    struct pypi_parts left, right;
    bool left_valid = pypi_split(a, &left), right_valid = pypi_split(b, &right);
    if (left_valid != right_valid)
        return left_valid ? 1 : -1;
    if (!left_valid)
        return pypi_compare_legacy(a, b);
    int order = pypi_compare_public(&left, &right);
    return order ? order : pypi_compare_local(left.local, right.local);
}

static bool pypi_valid(struct str text)
{
    struct pypi_parts parts;
    return pypi_split(text, &parts);
}

const struct version_scheme version_scheme_pypi = {
    .name = "pypi",
    .help = N_("Python packages (PEP 440)"),
    .compare = pypi_compare,
    .valid = pypi_valid,
};
