#include "catalog/json_members.h"

#include "base/limits.h"
#include "io/json_doc.h"

struct scan {
    struct str text;
    size_t at;
};

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->text.len) {
        char c = scan->text.data[scan->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return;
        scan->at++;
    }
}

static char here(const struct scan *scan)
{
    return scan->at < scan->text.len ? scan->text.data[scan->at] : '\0';
}

static int bad(const struct scan *scan, struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT, "this is not JSON, at byte %zu", scan->at + 1);
}

/* Over a string, which begins here. */
static bool skip_string(struct scan *scan)
{
    const char *data = scan->text.data;
    size_t at = scan->at + 1, len = scan->text.len;
    while (at < len && data[at] != '"')
        at += data[at] == '\\' ? 2 : 1;
    scan->at = at < len ? at + 1 : len;
    return at < len;
}

/* Over a value of any kind. */
static int skip_value(struct scan *scan, struct pl_err *err)
{
    size_t depth = 0, start = scan->at;
    do {
        skip_space(scan);
        char c = here(scan);
        if (c == '"') {
            if (!skip_string(scan))
                return bad(scan, err);
        } else if (c == '{' || c == '[') {
            if (++depth > LIMIT_JSON_DEPTH)
                return err_limit(err, LIMIT_NAME(LIMIT_JSON_DEPTH),
                                 "nested deeper than LIMIT_JSON_DEPTH (%d) allows, at byte %zu",
                                 LIMIT_JSON_DEPTH, scan->at + 1);
            scan->at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                break;
            depth--;
            scan->at++;
        } else if (c == ',' || c == ':') {
            if (depth == 0)
                break;
            scan->at++;
        } else if (c == '\0') {
            return bad(scan, err);
        } else {
            while (scan->at < scan->text.len && !strchr(",:]}[{\" \n\t\r", here(scan)))
                scan->at++;
        }
    } while (depth);
    return scan->at == start ? bad(scan, err) : 0;
}

struct member {
    struct str name;
    struct json_member_value value;
};

static int scan_member(struct scan *scan, struct member *ret_member, struct pl_err *err)
{
    size_t start = scan->at;
    if (here(scan) != '"' || !skip_string(scan))
        return bad(scan, err);
    ret_member->name = str_make(scan->text.data + start + 1, scan->at - start - 2);
    skip_space(scan);
    if (here(scan) != ':')
        return bad(scan, err);
    scan->at++;
    skip_space(scan);
    start = scan->at;
    int r = skip_value(scan, err);
    ret_member->value =
        (struct json_member_value){str_make(scan->text.data + start, scan->at - start), start};
    return r;
}

typedef void take_member(void *context, const struct member *member);

static int each_member(struct str text, take_member *take, void *context, struct pl_err *err)
{
    struct scan scan = {.text = text};
    struct member member;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        scan.at = 3;
    skip_space(&scan);
    if (here(&scan) != '{')
        return bad(&scan, err);
    scan.at++;
    for (bool first = true;; first = false) {
        skip_space(&scan);
        if (first && here(&scan) == '}')
            break;
        int r = scan_member(&scan, &member, err);
        if (r < 0)
            return r;
        take(context, &member);
        skip_space(&scan);
        if (here(&scan) == '}')
            break;
        if (here(&scan) != ',')
            return bad(&scan, err);
        scan.at++;
    }
    scan.at++;
    skip_space(&scan);
    return scan.at == text.len ? 0 : bad(&scan, err);
}

struct wanted {
    const char *const *names;
    struct json_member_value *values;
    size_t count;
};

static void take_wanted(void *context, const struct member *member)
{
    const struct wanted *wanted = context;
    for (size_t i = 0; i < wanted->count; i++)
        if (str_is(member->name, wanted->names[i]))
            wanted->values[i] = member->value;
}

int json_members(struct str text, const char *const *names, struct json_member_value *values,
                 size_t count, struct pl_err *err)
{
    struct wanted wanted = {names, values, count};
    memset(values, 0, count * sizeof(*values));
    return each_member(text, take_wanted, &wanted, err);
}

struct names {
    void (*take)(void *context, struct str name);
    void *context;
};

static void take_name(void *context, const struct member *member)
{
    const struct names *names = context;
    names->take(names->context, member->name);
}

bool json_member_names(struct str object, void (*take)(void *context, struct str name),
                       void *context)
{
    struct names names = {take, context};
    struct pl_err ignored;
    return each_member(object, take_name, &names, &ignored) == 0;
}

struct str json_member_text(struct arena *arena, const struct json_member_value *value)
{
    struct str raw = value->raw;
    if (raw.len < 2 || raw.data[0] != '"')
        return STR_NONE;
    struct str inside = str_make(raw.data + 1, raw.len - 2);
    if (str_index(inside, '\\') == SIZE_MAX)
        return inside;
    AUTO_JSON *string = json_loadb(raw.data, raw.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    return arena_str(arena, str_make(json_string_value(string), json_string_length(string)));
}
