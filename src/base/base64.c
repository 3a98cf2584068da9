#include "base/base64.h"

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct str text, struct buf *ret_bytes)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t letters = 0, i = 0;
    for (; i < text.len && text.data[i] != '='; i++) {
        int value = value_of(text.data[i]);
        if (value < 0 && strchr(" \t\r\n", text.data[i]) && text.data[i])
            continue;
        if (value < 0)
            return false;
        letters++;
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        buf_putc(ret_bytes, (char)(bits >> have & 0xff));
    }
    for (; i < text.len; i++)
        if (text.data[i] != '=' && !strchr(" \t\r\n", text.data[i]))
            return false;
    return letters % 4 != 1;
}

void base64_encode(struct str bytes, struct buf *ret_text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        unsigned triple = 0;
        for (size_t k = 0; k < 3; k++)
            triple = triple << 8 | (k < have ? (unsigned char)bytes.data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_putc(ret_text, k <= have ? digits[triple >> (18 - 6 * k) & 63] : '=');
    }
}
