#include "catalog/fields.h"

#include "base/limits.h"

void fields_clear(struct fields *fields)
{
    struct buf text = fields->text;
    text.len = 0;
    *fields = (struct fields){.text = text};
}

void fields_free(struct fields *fields)
{
    buf_free(&fields->text);
}

void fields_keep(struct fields *fields, struct catalog_sink *sink, uint64_t line, unsigned field,
                 struct str value)
{
    struct pl_err problem;
    value = str_trim(value);
    if (value.len > LIMIT_FIELD) {
        if (catalog_wants_problem(sink)) {
            err_limit(&problem, LIMIT_NAME(LIMIT_FIELD),
                      "line %llu: the field has %zu bytes, more than LIMIT_FIELD allows (%llu)",
                      (unsigned long long)line, value.len, LIMIT_FIELD);
            catalog_add_problem(sink, &problem);
        }
        return;
    }
    /* A field that is repeated for ever must not let the text grow for ever. */
    if (fields->text.len > FIELDS_MAX * LIMIT_FIELD)
        return;
    fields->values[field].offset = fields->text.len;
    fields->values[field].len = value.len;
    fields->values[field].set = true;
    buf_add(&fields->text, value);
}

struct str fields_get(const struct fields *fields, unsigned field)
{
    if (!fields->values[field].set)
        return STR_NONE;
    if (fields->values[field].len == 0)
        return STR(""); /* there may be no text at all yet */
    return str_make(fields->text.data + fields->values[field].offset, fields->values[field].len);
}

void fields_tell_cut(struct catalog_sink *sink, uint64_t line)
{
    struct pl_err problem;
    if (!catalog_wants_problem(sink))
        return;
    err_limit(&problem, LIMIT_NAME(LIMIT_LINE),
              "line %llu is longer than LIMIT_LINE allows (%llu bytes); its rest is passed over",
              (unsigned long long)line, LIMIT_LINE);
    catalog_add_problem(sink, &problem);
}
