#include "io/json_doc.h"

#include "base/limits.h"

static int check_depth(struct str text, struct pl_err *err)
{
    uint64_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > LIMIT_JSON_DEPTH)
                return err_limit(err, LIMIT_NAME(LIMIT_JSON_DEPTH),
                                 "the JSON is nested deeper than LIMIT_JSON_DEPTH (%d) at byte %zu",
                                 LIMIT_JSON_DEPTH, i);
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return 0;
}

int json_document(struct str text, json_t **ret_root, struct pl_err *err)
{
    json_error_t problem;
    int r = check_depth(text, err);
    if (r < 0)
        return r;
    json_t *root = json_loadb(text.data ? text.data : "", text.len, 0, &problem);
    if (!root)
        return err_set(err, PL_E_FORMAT, "this is no JSON: line %d, column %d: %s", problem.line,
                       problem.column, problem.text);
    *ret_root = root;
    return 0;
}

struct str json_value_text(const json_t *value)
{
    return json_is_string(value) ? str_make(json_string_value(value), json_string_length(value))
                                 : STR_NONE;
}

struct str json_text(const json_t *object, const char *key)
{
    return json_value_text(json_object_get(object, key));
}

json_t *json_list(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_array(value) ? value : NULL;
}

json_t *json_member(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_object(value) ? value : NULL;
}

uint64_t json_count(const json_t *object, const char *key, uint64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) && json_integer_value(value) >= 0
               ? (uint64_t)json_integer_value(value)
               : otherwise;
}
