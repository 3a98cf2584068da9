/* UTF-8: well-formed sequences, widths, and what a terminal may be given. */
#include "base/utf8.h"
#include "test.h"

static void sequences(void)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"", 0},
        {"a", 1},
        {"\x7f", 1},
        {"\x80", 0},
        {"\xc1\xbf", 0}, /* overlong */
        {"\xc2\x80", 2},
        {"\xc2", 0},
        {"\xc2\x41", 0},
        {"\xdf\xbf", 2},
        {"\xe0\x9f\xbf", 0}, /* overlong */
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xed\xa0\x80", 0}, /* surrogate */
        {"\xee\x80\x80", 3},
        {"\xef\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0}, /* overlong */
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"中x", 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (utf8_length(str_of(cases[i].text)) != cases[i].length)
            FAIL("case %zu: %zu", i, utf8_length(str_of(cases[i].text)));
}

static void widths(void)
{
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"é", 1},
        {"e\xcc\x81", 1}, /* combining acute */
        {"中文", 4},      /* CJK */
        {"ａ", 2},        /* full width */
        {"ｱ", 1},         /* half width katakana */
        {"한", 2},        /* Hangul */
        {"，。", 4},
        {"…", 1},
        {"—", 1},
        {"\xf0\x9f\x98\x80", 2}, /* emoji */
        {"\xf0\xa0\x80\x80", 2}, /* CJK extension B */
        {"a\xe2\x80\x8b"
         "b",
         2},             /* zero width space */
        {"\xff\xfe", 2}, /* malformed bytes count one each */
        {"\t", 1},
        {"\x1b[0m", 4},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (utf8_columns(str_of(cases[i].text)) != cases[i].columns)
            FAIL("\"%s\": %zu", cases[i].text, utf8_columns(str_of(cases[i].text)));
}

static void fits(void)
{
    CHECK_STR(utf8_fit(STR("abc"), 2), "ab");
    CHECK_STR(utf8_fit(STR("abc"), 9), "abc");
    CHECK_STR(utf8_fit(STR("abc"), 0), "");
    CHECK_STR(utf8_fit(STR("中文"), 3), "中");
    CHECK_STR(utf8_fit(STR("中文"), 1), "");
    CHECK_STR(utf8_fit(STR("e\xcc\x81x"), 1), "e\xcc\x81"); /* the mark stays with its letter */
}

static void cells(void)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *cell;
    } cases[] = {
        {"ab", 4, "ab  "},   {"abcd", 4, "abcd"}, {"abcde", 4, "abc…"},   {"中文字", 4, "中… "},
        {"中文", 4, "中文"}, {"中文", 3, "中…"},  {"abc", 1, "…"},        {"abc", 0, ""},
        {"", 2, "  "},       {"a\nb", 3, "a?b"},  {"\xff\xff", 3, "?? "}, {"\x1b[31m", 5, "?[31m"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        AUTO_BUF cell = {0};
        utf8_cell(&cell, str_of(cases[i].text), cases[i].columns);
        CHECK_STR(buf_str(&cell), cases[i].cell);
        CHECK_INT(utf8_columns(buf_str(&cell)), cases[i].columns);
    }
}

static void safe(void)
{
    static const struct {
        const char *text, *safe;
    } cases[] = {
        {"plain, 中文", "plain, 中文"},
        {"a\tb\r\n", "a?b??"},
        {"\x1b]0;title\x07", "?]0;title?"},
        {"\x7f", "?"},
        {"\xc2\x9b"
         "31m",
         "?31m"},                      /* C1: CSI as one character */
        {"a\xe2\x80\xaetxt", "a?txt"}, /* right-to-left override */
        {"a\xe2\x81\xa6txt", "a?txt"}, /* left-to-right isolate */
        {"\xe4\xb8", "?"},             /* a cut sequence is one */
        {"\xe4\xb8x", "?x"},
        {"\x80\x80z", "?z"},
        {"a\xff", "a?"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        AUTO_BUF out = {0};
        utf8_safe(&out, str_of(cases[i].text));
        CHECK_STR(buf_str(&out), cases[i].safe);
    }
    AUTO_BUF out = {0};
    utf8_safe(&out, str_make("a\0b", 3));
    CHECK_STR(buf_str(&out), "a?b");
}

int main(void)
{
    RUN(sequences);
    RUN(widths);
    RUN(fits);
    RUN(cells);
    RUN(safe);
    return test_end();
}
