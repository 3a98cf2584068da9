#include "catalog/npm_names.h"

static const struct str MODULES = {"node_modules/", 13};

bool npm_name_is_valid(struct str name)
{
    struct str base = name;
    if (name.len == 0 || name.len > 214)
        return false;
    if (name.data[0] == '@') {
        size_t slash = str_index(name, '/');
        if (slash == SIZE_MAX || slash < 2)
            return false;
        base = str_from(name, slash + 1);
    }
    if (base.len == 0 || base.data[0] == '.' || base.data[0] == '_')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"\\<>^`{|}#?%&", c))
            return false;
    }
    return str_index(base, '/') == SIZE_MAX;
}

struct str npm_name_of_path(struct str path)
{
    struct str found = STR_NONE;
    for (;;) {
        size_t at = str_find(path, MODULES);
        if (at == SIZE_MAX)
            return found;
        bool whole = at == 0 || path.data[at - 1] == '/';
        path = str_from(path, at + MODULES.len);
        if (whole)
            found = path;
    }
}

bool npm_path_is_package(struct str path)
{
    struct str inside = npm_name_of_path(path);
    size_t slashes = 0;
    if (!inside.len)
        return true;
    for (size_t i = 0; i < inside.len; i++)
        slashes += inside.data[i] == '/';
    return slashes == (inside.data[0] == '@' ? 2U : 1U);
}
