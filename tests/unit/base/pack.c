/* Numbers and texts as bytes, and back. */
#include "base/pack.h"

#include "test.h"

static void goes_and_comes_back(void)
{
    static const uint64_t numbers[] = {0,          1,          127,        128,        16383, 16384,
                                       UINT32_MAX, 1ULL << 62, 1ULL << 63, UINT64_MAX, 300};
    AUTO_BUF buf = {0};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        pack_number(&buf, numbers[i]);
        pack_hash(&buf, ~numbers[i]);
    }
    pack_text(&buf, STR(""));
    pack_text(&buf, STR("a\0b"));
    struct unpack unpack = unpack_begin(buf_str(&buf));
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        CHECK(unpack_number(&unpack) == numbers[i]);
        CHECK(unpack_hash(&unpack) == ~numbers[i]);
    }
    CHECK_INT(unpack_text(&unpack).len, 0);
    CHECK(!unpack_ended(&unpack));
    CHECK(str_equal(unpack_text(&unpack), STR("a\0b")));
    CHECK(unpack_ended(&unpack));
}

static void never_reads_past_the_end(void)
{
    static const char cases[][12] = {
        "",                                         /* nothing */
        "\x80",                                     /* a number that goes on */
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", /* more than 64 bits */
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", /* longer than any number */
    };
    static const size_t lengths[] = {0, 1, 10, 10};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct unpack unpack = unpack_begin(str_make(cases[i], lengths[i]));
        CHECK_INT(unpack_number(&unpack), 0);
        CHECK(unpack.wrong);
        CHECK_INT(unpack_number(&unpack), 0);
        CHECK(!unpack_ended(&unpack));
    }
    struct unpack text = unpack_begin(STR("\x05"
                                          "abcd"));
    CHECK_INT(unpack_text(&text).len, 0);
    CHECK(text.wrong);
    struct unpack hash = unpack_begin(STR("1234567"));
    CHECK_INT(unpack_hash(&hash), 0);
    CHECK(hash.wrong);
}

static void bounds_counts(void)
{
    struct unpack fits = unpack_begin(STR("\x03"
                                          "abcdef"));
    CHECK_INT(unpack_count(&fits, 2), 3);
    CHECK(!fits.wrong);
    struct unpack more = unpack_begin(STR("\x04"
                                          "abcdef"));
    CHECK_INT(unpack_count(&more, 2), 0);
    CHECK(more.wrong);
    struct unpack below = unpack_begin(STR("\x04\x05"));
    CHECK_INT(unpack_below(&below, 5), 4);
    CHECK_INT(unpack_below(&below, 5), 0);
    CHECK(below.wrong);
}

int main(void)
{
    RUN(goes_and_comes_back);
    RUN(never_reads_past_the_end);
    RUN(bounds_counts);
    return test_end();
}
