/* UTF-16 to UTF-8: both orders, pairs, halves of pairs and of units. */
#include "io/utf16.h"

#include "test.h"

#define CHECK_DECODED(bytes, wanted)                                                               \
    do {                                                                                           \
        AUTO_BUF out = {0};                                                                        \
        utf16_decode(str_make(bytes, sizeof(bytes) - 1), &out);                                    \
        CHECK_STR(buf_str(&out), wanted);                                                          \
    } while (0)

static void marks_are_told(void)
{
    CHECK(utf16_is(STR("\xff\xfe")));
    CHECK(utf16_is(STR("\xfe\xff\x00")));
    CHECK(!utf16_is(STR("\xff")));
    CHECK(!utf16_is(STR("FROM")));
}

static void both_orders_are_read(void)
{
    CHECK_DECODED("\xff\xfe\x41\x00\xe4\x00\xac\x20\x3d\xd8\x00\xde",
                  "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK_DECODED("\xfe\xff\x00\x41\x20\xac\xd8\x3d\xde\x00", "A\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void halves_are_replaced(void)
{
    CHECK_DECODED("\xff\xfe\x3d\xd8\x41\x00", "\xef\xbf\xbd"
                                              "A");
    CHECK_DECODED("\xff\xfe\x00\xde\x41\x00", "\xef\xbf\xbd"
                                              "A");
    CHECK_DECODED("\xff\xfe\x41\x00\x3d\xd8", "A\xef\xbf\xbd");
    CHECK_DECODED("\xff\xfe\x41\x00\x41", "A\xef\xbf\xbd");
    CHECK_DECODED("\xff\xfe", "");
}

int main(void)
{
    RUN(marks_are_told);
    RUN(both_orders_are_read);
    RUN(halves_are_replaced);
    return test_end();
}
