#include "base/utf8.h"

size_t utf8_length(struct str text)
{
    if (text.len == 0)
        return 0;
    const unsigned char *s = (const unsigned char *)text.data;
    size_t want = s[0] < 0x80   ? 1
                  : s[0] < 0xc2 ? 0
                  : s[0] < 0xe0 ? 2
                  : s[0] < 0xf0 ? 3
                  : s[0] < 0xf5 ? 4
                                : 0;
    if (want == 0 || text.len < want)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, and what lies past U+10FFFF. */
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return want;
}

static uint32_t code_point(struct str text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text.data;
    static const unsigned char masks[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t point = s[0] & masks[len];
    for (size_t i = 1; i < len; i++)
        point = point << 6 | (s[i] & 0x3f);
    return point;
}

struct span {
    uint32_t first, last;
};

static bool within(const struct span *spans, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= spans[i].first && point <= spans[i].last)
            return true;
    return false;
}

static size_t point_columns(uint32_t point)
{
    static const struct span wide[] = {
        {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
        {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x26a1, 0x26a1},   {0x2705, 0x2705},
        {0x274c, 0x274c},   {0x2753, 0x2757},   {0x2795, 0x2797},   {0x2e80, 0x303e},
        {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
        {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},
        {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
        {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    static const struct span none[] = {
        {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},   {0x0610, 0x061a}, {0x064b, 0x065f},
        {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},   {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
        {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
    };
    if (point < 0x300)
        return 1;
    if (within(none, sizeof(none) / sizeof(none[0]), point))
        return 0;
    return within(wide, sizeof(wide) / sizeof(wide[0]), point) ? 2 : 1;
}

static size_t step(struct str text, size_t *ret_columns)
{
    size_t len = utf8_length(text);
    if (len == 0) {
        *ret_columns = 1;
        return 1;
    }
    *ret_columns = point_columns(code_point(text, len));
    return len;
}

void utf8_put(struct buf *buf, uint32_t character)
{
    static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
    if (character < 0x80) {
        buf_putc(buf, (char)character);
        return;
    }
    unsigned more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    buf_putc(buf, (char)(first[more] | character >> 6 * more));
    while (more-- > 0)
        buf_putc(buf, (char)(0x80 | (character >> 6 * more & 0x3f)));
}

size_t utf8_columns(struct str text)
{
    size_t all = 0, columns;
    while (text.len) {
        text = str_from(text, step(text, &columns));
        all += columns;
    }
    return all;
}

struct str utf8_fit(struct str text, size_t columns)
{
    size_t used = 0, at = 0, more;
    while (at < text.len) {
        size_t len = step(str_from(text, at), &more);
        if (used + more > columns)
            break;
        used += more;
        at += len;
    }
    return str_first(text, at);
}

static bool is_control(struct str text, size_t len)
{
    unsigned char c = (unsigned char)text.data[0];
    if (len == 0 || c < 0x20 || c == 0x7f)
        return true;
    /* C1 controls, ends of lines, and marks that turn the direction of text around. */
    uint32_t point = code_point(text, len);
    return (point >= 0x80 && point < 0xa0) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

void utf8_safe(struct buf *buf, struct str text)
{
    while (text.len) {
        size_t len = utf8_length(text);
        if (is_control(text, len)) {
            buf_putc(buf, '?');
            len = 1;
            while (len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
                len++;
        } else {
            buf_add(buf, str_first(text, len));
        }
        text = str_from(text, len);
    }
}

void utf8_cell(struct buf *buf, struct str text, size_t columns)
{
    AUTO_BUF safe = {0};
    utf8_safe(&safe, text);
    size_t used = utf8_columns(buf_str(&safe));
    if (used <= columns) {
        buf_add(buf, buf_str(&safe));
    } else if (columns) {
        struct str head = utf8_fit(buf_str(&safe), columns - 1);
        buf_add(buf, head);
        buf_puts(buf, "…");
        used = utf8_columns(head) + 1;
    }
    for (; used < columns; used++)
        buf_putc(buf, ' ');
}
