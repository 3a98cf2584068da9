#include "base/str.h"

#include <float.h>
#include <stdlib.h>

#include "base/mem.h"

int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.data, b.data, shared) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

size_t str_index(struct str a, char c)
{
    const char *hit = a.len ? memchr(a.data, c, a.len) : NULL;
    return hit ? (size_t)(hit - a.data) : SIZE_MAX;
}

size_t str_last_index(struct str a, char c)
{
    const char *hit = a.len ? memrchr(a.data, c, a.len) : NULL;
    return hit ? (size_t)(hit - a.data) : SIZE_MAX;
}

size_t str_find(struct str a, struct str needle)
{
    if (needle.len == 0)
        return 0;
    const char *hit = a.len ? memmem(a.data, a.len, needle.data, needle.len) : NULL;
    return hit ? (size_t)(hit - a.data) : SIZE_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str a)
{
    while (a.len && is_space(a.data[0])) {
        a.data++;
        a.len--;
    }
    while (a.len && is_space(a.data[a.len - 1]))
        a.len--;
    return a;
}

bool str_cut(struct str *rest, char separator, struct str *ret_part)
{
    if (!rest->data)
        return false;
    size_t at = str_index(*rest, separator);
    if (at == SIZE_MAX) {
        *ret_part = *rest;
        *rest = STR_NONE;
    } else {
        *ret_part = str_first(*rest, at);
        *rest = (struct str){rest->data + at + 1, rest->len - at - 1};
    }
    return true;
}

bool str_to_u64(struct str a, uint64_t *ret_value)
{
    if (a.len == 0)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < a.len; i++) {
        if (a.data[i] < '0' || a.data[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(a.data[i] - '0'), &value))
            return false;
    }
    *ret_value = value;
    return true;
}

bool str_to_double(struct str a, double *ret_value)
{
    size_t i = 0;
    bool negative = a.len && a.data[0] == '-';
    if (a.len && (a.data[0] == '-' || a.data[0] == '+'))
        i++;
    double value = 0;
    size_t digits = 0;
    for (; i < a.len && a.data[i] >= '0' && a.data[i] <= '9'; i++, digits++)
        value = value * 10 + (a.data[i] - '0');
    int exponent = 0;
    if (i < a.len && a.data[i] == '.')
        for (i++; i < a.len && a.data[i] >= '0' && a.data[i] <= '9'; i++, digits++) {
            value = value * 10 + (a.data[i] - '0');
            exponent--;
        }
    if (digits == 0 || digits > 300)
        return false;
    if (i < a.len && (a.data[i] == 'e' || a.data[i] == 'E')) {
        struct str power = str_from(a, i + 1);
        bool down = power.len && power.data[0] == '-';
        if (power.len && (power.data[0] == '-' || power.data[0] == '+'))
            power = str_from(power, 1);
        uint64_t e = 0;
        if (!str_to_u64(power, &e) || e > 300)
            return false;
        exponent += down ? -(int)e : (int)e;
        i = a.len;
    }
    if (i != a.len)
        return false;
    double scale = 1;
    for (int e = exponent < 0 ? -exponent : exponent; e > 0; e--)
        scale *= 10;
    value = exponent < 0 ? value / scale : value * scale;
    if (value > DBL_MAX)
        return false;
    *ret_value = negative ? -value : value;
    return true;
}

char *str_dup(struct str a)
{
    char *copy = mem_alloc(a.len + 1);
    if (a.len)
        memcpy(copy, a.data, a.len);
    copy[a.len] = '\0';
    return copy;
}

/* One component against one pattern component; '*' and '?' only. Linear back-tracking. */
static bool glob_component(struct str pattern, struct str name)
{
    size_t p = 0, n = 0, star = SIZE_MAX, mark = 0;
    while (n < name.len) {
        if (p < pattern.len && (pattern.data[p] == '?' || pattern.data[p] == name.data[n]) &&
            pattern.data[p] != '*') {
            p++;
            n++;
        } else if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            mark = n;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            n = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}

bool str_glob(struct str pattern, struct str path)
{
    /* The last "**" seen: where to go on in the pattern, and in the path. */
    struct str retry_pattern = STR_NONE, retry_path = STR_NONE;
    bool can_retry = false;
    for (;;) {
        struct str rest_pattern = pattern, rest_path = path, want, have;
        bool more_pattern = pattern.data && str_cut(&rest_pattern, '/', &want);
        bool more_path = path.data && str_cut(&rest_path, '/', &have);
        if (more_pattern && str_equal(want, STR("**"))) {
            retry_pattern = rest_pattern;
            retry_path = path;
            can_retry = true;
            pattern = rest_pattern;
            if (!pattern.data)
                return true;
            continue;
        }
        if (!more_pattern && !more_path)
            return true;
        if (more_pattern && more_path && glob_component(want, have)) {
            pattern = rest_pattern;
            path = rest_path;
            continue;
        }
        struct str skipped;
        if (!can_retry || !retry_path.data || !str_cut(&retry_path, '/', &skipped))
            return false;
        if (!retry_path.data)
            return false;
        pattern = retry_pattern;
        path = retry_path;
    }
}
