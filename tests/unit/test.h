/* Unit tests: one program a file, `int main(void)` that calls RUN() for each test and ends with
 * `return test_end();`. Each RUN prints "ok NAME" or "FAIL NAME"; tests/run.py counts these lines.
 * A failed CHECK prints where and what, and the test goes on to its end. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

static int test_failures; /* of the current test */
static int test_failed;   /* tests */

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            test_failures++;                                                                       \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                 \
        }                                                                                          \
    } while (0)

#define CHECK_INT(got, want)                                                                       \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (got_ != want_) {                                                                       \
            test_failures++;                                                                       \
            printf("%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, got_, want_);        \
        }                                                                                          \
    } while (0)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        struct str got_ = (got), want_ = str_of(want);                                             \
        if (!str_equal(got_, want_)) {                                                             \
            test_failures++;                                                                       \
            printf("%s:%d: %s is \"%.*s\", not \"%s\"\n", __FILE__, __LINE__, #got, STR_ARG(got_), \
                   want);                                                                          \
        }                                                                                          \
    } while (0)

/* A failure with words of its own, for cases[] tables. */
#define FAIL(...)                                                                                  \
    do {                                                                                           \
        test_failures++;                                                                           \
        printf("%s:%d: ", __FILE__, __LINE__);                                                     \
        printf(__VA_ARGS__);                                                                       \
        printf("\n");                                                                              \
    } while (0)

#define RUN(test)                                                                                  \
    do {                                                                                           \
        test_failures = 0;                                                                         \
        test();                                                                                    \
        test_failed += test_failures != 0;                                                         \
        printf("%s %s\n", test_failures ? "FAIL" : "ok", #test);                                   \
        fflush(stdout);                                                                            \
    } while (0)

static inline int test_end(void)
{
    return test_failed ? 1 : 0;
}
