#include "base/path.h"

struct str path_dir(struct str path)
{
    size_t slash = str_last_index(path, '/');
    return slash == SIZE_MAX ? str_make(path.data, 0) : str_first(path, slash);
}

struct str path_base(struct str path)
{
    size_t slash = str_last_index(path, '/');
    return slash == SIZE_MAX ? path : str_from(path, slash + 1);
}

static struct str clean_slowly(struct str raw, struct buf *scratch, bool *ret_escapes)
{
    struct str part;
    scratch->len = 0;
    while (str_cut(&raw, '/', &part)) {
        if (part.len == 0 || str_equal(part, STR(".")))
            continue;
        if (str_equal(part, STR(".."))) {
            if (scratch->len == 0)
                *ret_escapes = true;
            scratch->len = path_dir(buf_str(scratch)).len;
            continue;
        }
        if (scratch->len)
            buf_putc(scratch, '/');
        buf_add(scratch, part);
    }
    return str_make(scratch->data ? scratch->data : "", scratch->len);
}

struct str path_clean(struct str raw, struct buf *scratch, bool *ret_escapes)
{
    *ret_escapes = false;
    while (raw.len >= 2 && raw.data[0] == '.' && raw.data[1] == '/')
        raw = str_from(raw, 2);
    while (raw.len && raw.data[0] == '/')
        raw = str_from(raw, 1);
    while (raw.len && raw.data[raw.len - 1] == '/')
        raw.len--;
    if (raw.len == 0)
        return raw;
    if (raw.data[0] != '.' && str_find(raw, STR("//")) == SIZE_MAX &&
        str_find(raw, STR("/.")) == SIZE_MAX)
        return raw;
    return clean_slowly(raw, scratch, ret_escapes);
}
