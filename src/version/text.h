/* What the orderings share: ASCII classes that no locale changes, and digits compared by their
 * value whatever their count. */
#pragma once

#include "base/str.h"

static inline bool version_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool version_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool version_is_alpha(char c)
{
    return version_is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* The leading digits of `*rest`, which moves behind them. */
static inline struct str version_take_digits(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && version_is_digit(rest->data[n]))
        n++;
    struct str digits = str_first(*rest, n);
    *rest = str_from(*rest, n);
    return digits;
}

/* By value: leading zeros count for nothing, no digits are zero. */
static inline int version_compare_digits(struct str a, struct str b)
{
    while (a.len && a.data[0] == '0')
        a = str_from(a, 1);
    while (b.len && b.data[0] == '0')
        b = str_from(b, 1);
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    int order = a.len ? memcmp(a.data, b.data, a.len) : 0;
    return (order > 0) - (order < 0);
}
