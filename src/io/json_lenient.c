#include "io/json_lenient.h"

/* Bytes of the string that begins at `at`, with its quotes. */
static size_t string_length(struct str text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && text.data[end] != '"')
        end += text.data[end] == '\\' ? 2 : 1;
    return (end < text.len ? end + 1 : text.len) - at;
}

/* Bytes of the comment that begins at `at`; 0: none does. */
static size_t comment_length(struct str text, size_t at)
{
    struct str rest = str_from(text, at);
    bool is_block = str_starts(rest, STR("/*"));
    if (!is_block && !str_starts(rest, STR("//")))
        return 0;
    size_t end = is_block ? str_find(str_from(rest, 2), STR("*/")) : str_index(rest, '\n');
    if (end == SIZE_MAX)
        return rest.len;
    return is_block ? end + 4 : end;
}

void json_strict(struct str text, struct buf *out)
{
    size_t start = out->len, comma = SIZE_MAX; /* the last comma, while only blanks follow */
    for (size_t at = 0; at < text.len;) {
        char c = text.data[at];
        size_t len = c == '"' ? string_length(text, at) : c == '/' ? comment_length(text, at) : 1;
        bool is_comment = c == '/' && len > 0;
        if (is_comment) {
            for (size_t i = 0; i < len; i++)
                buf_putc(out, text.data[at + i] == '\n' ? '\n' : ' ');
            at += len;
            continue;
        }
        if (len == 0)
            len = 1;
        if ((c == '}' || c == ']') && comma != SIZE_MAX)
            out->data[start + comma] = ' ';
        if (c == ',')
            comma = at;
        else if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            comma = SIZE_MAX;
        buf_add(out, str_first(str_from(text, at), len));
        at += len;
    }
}
