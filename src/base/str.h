/* String views: a pointer and a length, never NUL-terminated by contract, never owning.
 * A view is valid as long as the arena, buffer or map behind it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *data;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* The two arguments of a "%.*s". */
#define STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).data ? (s).data : "")

static inline struct str str_of(const char *text)
{
    return text ? (struct str){text, strlen(text)} : STR_NONE;
}

static inline struct str str_make(const char *data, size_t len)
{
    return (struct str){data, len};
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool str_is(struct str a, const char *text)
{
    return str_equal(a, str_of(text));
}

static inline bool str_starts(struct str a, struct str prefix)
{
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.data, prefix.data, prefix.len) == 0);
}

static inline bool str_ends(struct str a, struct str suffix)
{
    return a.len >= suffix.len &&
           (suffix.len == 0 || memcmp(a.data + a.len - suffix.len, suffix.data, suffix.len) == 0);
}

/* The part of `a` from byte `from` on; empty when there is none. */
static inline struct str str_from(struct str a, size_t from)
{
    return from >= a.len ? (struct str){a.data ? a.data + a.len : NULL, 0}
                         : (struct str){a.data + from, a.len - from};
}

static inline struct str str_first(struct str a, size_t len)
{
    return (struct str){a.data, len < a.len ? len : a.len};
}

/* Byte order, shorter first on a common prefix: <0, 0, >0. */
int str_compare(struct str a, struct str b);

/* Index of the first `c`, or SIZE_MAX. */
size_t str_index(struct str a, char c);
size_t str_last_index(struct str a, char c);
/* Index of the first occurrence of `needle`, or SIZE_MAX. */
size_t str_find(struct str a, struct str needle);

/* Without ASCII white space at both ends. */
struct str str_trim(struct str a);

/* Takes the part of `*rest` before the first `separator` into `*ret_part` and leaves what stands
 * behind it; without a separator the whole. False when `*rest` is exhausted (data is NULL). */
bool str_cut(struct str *rest, char separator, struct str *ret_part);

/* The value of a hexadecimal digit of either case; -1: it is none. */
static inline int str_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
/* Decimal digits only, the whole of `a`; false on anything else or an overflow. */
bool str_to_u64(struct str a, uint64_t *ret_value);
/* [+-]digits[.digits][e[+-]digits], independent of the locale; the whole of `a`, and finite. */
bool str_to_double(struct str a, double *ret_value);

/* A NUL-terminated copy in malloc's memory. */
char *str_dup(struct str a);

/* True when `path` (components apart by '/') matches `pattern`. '*' and '?' never match '/';
 * a component of two stars matches any number of components, none included. A leading '.' is no
 * different from other bytes. No escapes, no brackets. */
bool str_glob(struct str pattern, struct str path);
