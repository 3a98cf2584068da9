/* Templates (docs/templates.md): Mustache's syntax, without partials, lambdas and inheritance, with
 * filters. A template is a list of parts; a section knows where its end is. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum template_kind {
    TEMPLATE_TEXT,
    TEMPLATE_VALUE,
    TEMPLATE_SECTION,
    TEMPLATE_INVERTED,
    TEMPLATE_END
};

enum template_filter {
    FILTER_NONE, /* as HTML in {{x}}, as it is in {{{x}}} */
    FILTER_CSV,
    FILTER_JSON,
    FILTER_LENGTH,
    FILTER_LOWER,
    FILTER_MARKDOWN,
    FILTER_UPPER,
    FILTER_URL,
    FILTER_COUNT
};
const char *template_filter_name(enum template_filter filter);

struct template_part {
    enum template_kind kind;
    enum template_filter filter;
    bool raw;
    struct str text; /* or the name */
    size_t end;      /* of a section: index of its end */
};

struct template
{
    VEC(struct template_part) parts;
};

/* Parts refer to `text`. Errors name line and column. */
int template_parse(struct template *template, struct str text, struct pl_err *err);
void template_free(struct template *template);
