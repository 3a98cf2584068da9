#include "catalog/text.h"

struct str text_field(struct str text, const char *name)
{
    struct str line;
    size_t len = strlen(name);
    while (str_cut(&text, '\n', &line))
        if (line.len > len && line.data[len] == ':' && memcmp(line.data, name, len) == 0)
            return str_trim(str_from(line, len + 1));
    return STR_NONE;
}

struct str text_between(struct str text, const char *from, const char *to)
{
    size_t start = str_find(text, str_of(from));
    if (start == SIZE_MAX)
        return STR_NONE;
    struct str rest = str_from(text, start + strlen(from));
    size_t end = str_find(rest, str_of(to));
    return end == SIZE_MAX ? STR_NONE : str_first(rest, end);
}

struct str text_unquoted(struct str text, char quote)
{
    if (text.len >= 2 && text.data[0] == quote && text.data[text.len - 1] == quote)
        return str_make(text.data + 1, text.len - 2);
    return text;
}

bool text_is_version(struct str text)
{
    size_t at = text.len && (text.data[0] == 'v' || text.data[0] == 'V') ? 1 : 0;
    return at < text.len && text.data[at] >= '0' && text.data[at] <= '9';
}
