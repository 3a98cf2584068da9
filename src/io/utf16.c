#include "io/utf16.h"

#include "base/utf8.h"

bool utf16_is(struct str text)
{
    return str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff"));
}

static uint32_t unit_at(struct str text, size_t at, bool big)
{
    unsigned char first = (unsigned char)text.data[at], second = (unsigned char)text.data[at + 1];
    return big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

void utf16_decode(struct str text, struct buf *out)
{
    bool big = str_starts(text, STR("\xfe\xff"));
    size_t at = 2;
    while (at + 1 < text.len) {
        uint32_t unit = unit_at(text, at, big), next;
        at += 2;
        bool is_high = unit >= 0xd800 && unit < 0xdc00;
        bool is_pair = is_high && at + 1 < text.len && (next = unit_at(text, at, big)) >= 0xdc00 &&
                       next < 0xe000;
        if (is_pair) {
            utf8_put(out, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
            at += 2;
        } else {
            utf8_put(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
        }
    }
    if (at < text.len)
        utf8_put(out, 0xfffd);
}
