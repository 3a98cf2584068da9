#include "feed/head.h"

static bool name_matches(struct str name, const char *wanted)
{
    struct str pattern = str_of(wanted);
    if (str_ends(pattern, STR("*")))
        return str_starts(name, str_first(pattern, pattern.len - 1));
    return str_equal(name, pattern);
}

static size_t string_end(struct str head, size_t at)
{
    while (at < head.len && head.data[at] != '"')
        at += head.data[at] == '\\' ? 2 : 1;
    return at;
}

static size_t skip_space(struct str head, size_t at)
{
    while (at < head.len &&
           (head.data[at] == ' ' || (head.data[at] >= '\t' && head.data[at] <= '\r')))
        at++;
    return at;
}

bool head_has_member(struct str head, int depth, const char *name)
{
    int level = 0;
    size_t at = skip_space(head, 0);
    if (at >= head.len || head.data[at] != '{')
        return false;
    for (; at < head.len; at++) {
        char c = head.data[at];
        if (c == '{' || c == '[') {
            level++;
        } else if (c == '}' || c == ']') {
            level--;
        } else if (c == '"') {
            size_t start = at + 1, end = string_end(head, start);
            if (end >= head.len)
                return false;
            size_t colon = skip_space(head, end + 1);
            if (level == depth && colon < head.len && head.data[colon] == ':' &&
                name_matches(str_make(head.data + start, end - start), name))
                return true;
            at = end;
        }
    }
    return false;
}

bool head_is_markup(struct str head)
{
    size_t at = skip_space(head, 0);
    return at < head.len && head.data[at] == '<';
}
