/* String views: cutting, numbers, patterns. */
#include <float.h>

#include "test.h"

static void compares_bytes(void)
{
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"", "", 0},       {"", "a", -1},    {"a", "", 1},   {"abc", "abd", -1},  {"abc", "ab", 1},
        {"ab", "abc", -1}, {"\xff", "a", 1}, {"B", "a", -1}, {"same", "same", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int order = str_compare(str_of(cases[i].a), str_of(cases[i].b));
        if ((order > 0) - (order < 0) != cases[i].order)
            FAIL("\"%s\" and \"%s\": %d", cases[i].a, cases[i].b, order);
        CHECK(str_equal(str_of(cases[i].a), str_of(cases[i].b)) == (cases[i].order == 0));
    }
    CHECK(str_equal(STR_NONE, STR("")));
    CHECK_INT(str_compare(STR_NONE, STR("")), 0);
    CHECK(!str_equal(str_make("a\0b", 3), str_make("a\0c", 3)));
}

static void finds(void)
{
    struct str text = STR("a:b::c");
    CHECK_INT(str_index(text, ':'), 1);
    CHECK_INT(str_last_index(text, ':'), 4);
    CHECK(str_index(text, 'x') == SIZE_MAX);
    CHECK(str_index(STR_NONE, 'x') == SIZE_MAX);
    CHECK(str_last_index(STR_NONE, 'x') == SIZE_MAX);
    CHECK_INT(str_find(text, STR("::")), 3);
    CHECK_INT(str_find(text, STR("")), 0);
    CHECK(str_find(text, STR("::c:")) == SIZE_MAX);
    CHECK(str_find(STR_NONE, STR("a")) == SIZE_MAX);
    CHECK(str_starts(text, STR("a:")) && !str_starts(text, STR("b")));
    CHECK(str_ends(text, STR(":c")) && !str_ends(text, STR("xa:b::c")));
    CHECK(str_starts(STR_NONE, STR("")) && str_ends(STR_NONE, STR("")));
}

static void parts(void)
{
    CHECK_STR(str_from(STR("abc"), 1), "bc");
    CHECK_STR(str_from(STR("abc"), 3), "");
    CHECK_STR(str_from(STR("abc"), 99), "");
    CHECK(str_from(STR_NONE, 2).len == 0);
    CHECK_STR(str_first(STR("abc"), 2), "ab");
    CHECK_STR(str_first(STR("abc"), 9), "abc");
    CHECK_STR(str_trim(STR(" \t\r\n\v\fa b \n")), "a b");
    CHECK_STR(str_trim(STR("  ")), "");
    CHECK_STR(str_trim(STR_NONE), "");
    CHECK_INT(str_trim(str_make("\0 ", 2)).len, 1); /* a zero byte is no white space */
}

/* The parts of `text`, each in brackets. */
static const char *cut_up(const char *text)
{
    static char all[128];
    struct str rest = str_of(text), part;
    all[0] = '\0';
    while (str_cut(&rest, ',', &part))
        snprintf(all + strlen(all), sizeof(all) - strlen(all), "[%.*s]", STR_ARG(part));
    return all;
}

static void cuts(void)
{
    static const struct {
        const char *text, *parts;
    } cases[] = {
        {"a,b,c", "[a][b][c]"}, {"a", "[a]"},       {"", "[]"}, {",", "[][]"},
        {"a,", "[a][]"},        {",,b", "[][][b]"}, {NULL, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_STR(str_of(cut_up(cases[i].text)), cases[i].parts);
}

static void whole_numbers(void)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x10", false, 0},
        {"1.0", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t value = 12345;
        bool good = str_to_u64(str_of(cases[i].text), &value);
        if (good != cases[i].good || value != (cases[i].good ? cases[i].value : 12345))
            FAIL("\"%s\": %d, %llu", cases[i].text, good, (unsigned long long)value);
    }
}

static void fractions(void)
{
    static const struct {
        const char *text;
        bool good;
        double value;
    } cases[] = {
        {"0", true, 0},
        {"1", true, 1},
        {"-2.5", true, -2.5},
        {"+2.5", true, 2.5},
        {".5", true, 0.5},
        {"5.", true, 5},
        {"0.00793", true, 0.00793},
        {"9.8", true, 9.8},
        {"1e3", true, 1000},
        {"1E+3", true, 1000},
        {"25e-2", true, 0.25},
        {"4.2e-4", true, 0.00042},
        {"", false, 0},
        {".", false, 0},
        {"-", false, 0},
        {"1e", false, 0},
        {"1e+", false, 0},
        {"e3", false, 0},
        {"1.2.3", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
        {"nan", false, 0},
        {"inf", false, 0},
        {"1e301", false, 0},
        {"1,5", false, 0},
        {"--1", false, 0},
        {"1e-+3", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = -77;
        bool good = str_to_double(str_of(cases[i].text), &value);
        double want = cases[i].good ? cases[i].value : -77;
        double off = value - want;
        if (good != cases[i].good || off > 1e-12 || off < -1e-12)
            FAIL("\"%s\": %d, %.17g", cases[i].text, good, value);
    }
}

/* No text makes a number that is none. */
static void fractions_are_finite(void)
{
    char text[700];
    double value = 0;
    memset(text, '9', 300);
    CHECK(str_to_double(str_make(text, 300), &value) && value <= DBL_MAX);
    memset(text, '9', 301);
    CHECK(!str_to_double(str_make(text, 301), &value));
    memcpy(text + 300, "e300", 4);
    CHECK(!str_to_double(str_make(text, 304), &value));
    memset(text, '0', 300);
    memcpy(text + 299, ".1e-300", 7);
    CHECK(str_to_double(str_make(text, 306), &value) && value < 1e-299);
}

static void duplicates(void)
{
    char *copy = str_dup(str_make("abcd", 2));
    CHECK(strcmp(copy, "ab") == 0);
    free(copy);
    copy = str_dup(STR_NONE);
    CHECK(strcmp(copy, "") == 0);
    free(copy);
}

static void patterns(void)
{
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        {"a/b", "a/b", true},
        {"a/b", "a/bc", false},
        {"a/b", "a", false},
        {"a", "a/b", false},
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "a", true},
        {"*", "a/b", false},
        {"a/*", "a/b", true},
        {"a/*", "a/", true},
        {"a/*", "a", false},
        {"a/*", "a/b/c", false},
        {"*.txt", "a.txt", true},
        {"*.txt", ".txt", true},
        {"*.txt", "a.txt.gz", false},
        {"a*b*c", "axxbyyc", true},
        {"a*b*c", "acb", false},
        {"*a*a*a", "aaa", true},
        {"*a*a*a", "aa", false},
        {"?", "a", true},
        {"?", "", false},
        {"?", "/", false},
        {"a?c", "a/c", false},
        {"a?c", "abc", true},
        {"var/lib/dpkg/status.d/*", "var/lib/dpkg/status.d/base", true},
        {"var/lib/dpkg/status.d/*", "var/lib/dpkg/status", false},
        {"**", "", true},
        {"**", "a", true},
        {"**", "a/b/c", true},
        {"**/x", "x", true},
        {"**/x", "a/x", true},
        {"**/x", "a/b/c/x", true},
        {"**/x", "a/x/b", false},
        {"**/x", "ax", false},
        {"a/**", "a/b", true},
        {"a/**", "a/b/c", true},
        {"a/**", "b", false},
        {"a/**/z", "a/z", true},
        {"a/**/z", "a/b/z", true},
        {"a/**/z", "a/b/c/z", true},
        {"a/**/z", "a/z/y", false},
        {"a/**/z", "a/z/y/z", true},
        {"**/a/**/b", "x/a/y/a/z/b", true},
        {"**/a/**/b", "x/a/y", false},
        {"**/a/b", "a/a/b", true},
        {"**/a/*/c", "a/a/b/c", true},
        {"**/site-packages/*/METADATA", "usr/lib/python3/site-packages/six/METADATA", true},
        {"**/site-packages/*/METADATA", "usr/site-packages/a/b/METADATA", false},
        {"a**", "ab", true}, /* two stars are special only as a whole component */
        {"a**", "a/b", false},
        {"[ab]", "a", false},
        {"[ab]", "[ab]", true},
        {".*", ".hidden", true},
        {"*", ".hidden", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (str_glob(str_of(cases[i].pattern), str_of(cases[i].path)) != cases[i].matches)
            FAIL("%s against %s: not %d", cases[i].pattern, cases[i].path, cases[i].matches);
}

/* Patterns that make simple matchers run for ever. */
static void patterns_take_little_time(void)
{
    char pattern[201], path[20001];
    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "*a", 2);
    memset(path, 'a', 20000);
    path[19999] = 'b';
    CHECK(!str_glob(str_make(pattern, 200), str_make(path, 20000)));
    for (size_t i = 0; i < 198; i += 3)
        memcpy(pattern + i, "**/", 3);
    pattern[198] = 'x';
    for (size_t i = 1; i < 2000; i += 2)
        path[i] = '/';
    CHECK(!str_glob(str_make(pattern, 199), str_make(path, 2000)));
}

int main(void)
{
    RUN(compares_bytes);
    RUN(finds);
    RUN(parts);
    RUN(cuts);
    RUN(whole_numbers);
    RUN(fractions);
    RUN(fractions_are_finite);
    RUN(duplicates);
    RUN(patterns);
    RUN(patterns_take_little_time);
    return test_end();
}
