#include "base/percent.h"

bool percent_decode(struct arena *arena, struct str text, struct str *ret_text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '%') {
            if (text.len - i < 3)
                return false;
            int high = str_hex_digit(text.data[i + 1]), low = str_hex_digit(text.data[i + 2]);
            if (high < 0 || low < 0)
                return false;
            c = (unsigned char)(high * 16 + low);
            i += 2;
        }
        if (c < ' ' || c == 0x7f)
            return false;
        out[len++] = (char)c;
    }
    out[len] = 0;
    *ret_text = str_make(out, len);
    return true;
}

void percent_encode(struct str text, struct buf *ret_text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (!plain)
            buf_putc(ret_text, '%');
        if (!plain)
            buf_putc(ret_text, hex[c >> 4]);
        buf_putc(ret_text, plain ? (char)c : hex[c & 15]);
    }
}
