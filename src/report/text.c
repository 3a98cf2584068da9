#include "report/text.h"

#include "base/utf8.h"

/* U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069; U+2028 and U+2029 break lines;
 * U+FFFE and U+FFFF are no characters of XML. */
static bool is_misleading(const unsigned char *s, size_t len)
{
    if (len == 2)
        return (s[0] == 0xd8 && s[1] == 0x9c) || (s[0] == 0xc2 && s[1] < 0xa0);
    if (len != 3)
        return false;
    if (s[0] == 0xe2 && s[1] == 0x80)
        return s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae);
    if (s[0] == 0xe2 && s[1] == 0x81)
        return s[2] >= 0xa6 && s[2] <= 0xa9;
    return s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe;
}

void text_clean(struct buf *buf, struct str text)
{
    size_t plain = 0;
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x20 && c < 0x7f) {
            i++;
            continue;
        }
        size_t len = c < 0x80 ? 1 : utf8_length(str_from(text, i));
        bool control = c < 0x80;
        bool bad = len == 0 || is_misleading((const unsigned char *)text.data + i, len);
        if (control || bad) {
            buf_add(buf, str_make(text.data + plain, i - plain));
            buf_puts(buf, control ? " " : "\xef\xbf\xbd");
            plain = i + (len ? len : 1);
        }
        i += len ? len : 1;
    }
    if (text.len > plain)
        buf_add(buf, str_make(text.data + plain, text.len - plain));
}

struct str text_fit(struct str text, size_t bytes)
{
    if (text.len <= bytes)
        return text;
    size_t len = bytes;
    while (len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
        len--;
    return str_first(text, len);
}

static const char *reference_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void text_markup(struct out *out, struct str text)
{
    AUTO_BUF clean = {0};
    text_clean(&clean, text);
    size_t plain = 0;
    for (size_t i = 0; i < clean.len; i++) {
        const char *reference = reference_of(clean.data[i]);
        if (!reference)
            continue;
        out_add(out, str_make(clean.data + plain, i - plain));
        out_puts(out, reference);
        plain = i + 1;
    }
    if (clean.len > plain)
        out_add(out, str_make(clean.data + plain, clean.len - plain));
}

size_t text_units(struct str text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        units += (size_t)((c & 0xc0) != 0x80) + (size_t)(c >= 0xf0);
    }
    return units;
}

/* What stands for this byte so that neither Markdown (CommonMark 0.31, 6) nor GitHub's and GitLab's
 * references see anything in it. U+200B parts what only the rendered text shows: "@name", "#1".
 */
static void add_safe(struct buf *buf, char c, char before, char after, bool code)
{
    bool word = (after >= 'a' && after <= 'z') || (after >= 'A' && after <= 'Z') ||
                (after >= '0' && after <= '9') || after == '_' || after == '"';
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
        c == ',' || c == ';' || c == '%' || (unsigned char)c >= 0x80) {
        buf_putc(buf, c);
        return;
    }
    /* "www." and "://" become links in the text as it is shown. */
    bool link = (c == '.' && (before == 'w' || before == 'W')) || (c == ':' && after == '/');
    bool mention = c == '@' && word && (!code || before);
    bool reference = word && strchr("#!$~^", c);
    if (c == '-' || c == '.' || c == '/' || c == '+')
        buf_putc(buf, c);
    else
        buf_printf(buf, "&#%d;", c);
    if (link || mention || (reference && !code))
        buf_puts(buf, "\xe2\x80\x8b");
}

void text_markdown(struct buf *buf, struct str text, bool code)
{
    AUTO_BUF clean = {0};
    text_clean(&clean, text);
    for (size_t i = 0; i < clean.len; i++)
        add_safe(buf, clean.data[i], i ? clean.data[i - 1] : '\0',
                 i + 1 < clean.len ? clean.data[i + 1] : '\0', code);
}
