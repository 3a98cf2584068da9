/* The small parts of TOML: blanks, keys, strings, numbers and dates. Private to io/toml.c. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

struct toml_cursor {
    struct str text;
    size_t at;
};

/* PL_E_FORMAT with line and column; `what` is a text for people. */
int toml_wrong(const struct toml_cursor *cursor, struct pl_err *err, const char *what);
size_t toml_line(const struct toml_cursor *cursor);

static inline bool toml_at_end(const struct toml_cursor *cursor)
{
    return cursor->at >= cursor->text.len;
}
/* The byte in hand; '\0' at the end, which is no byte of TOML. */
static inline char toml_peek(const struct toml_cursor *cursor)
{
    return toml_at_end(cursor) ? '\0' : cursor->text.data[cursor->at];
}
bool toml_accept(struct toml_cursor *cursor, char c);
void toml_skip_blanks(struct toml_cursor *cursor); /* spaces and tabs */
/* Blanks, comments and ends of lines. */
int toml_skip_lines(struct toml_cursor *cursor, struct pl_err *err);
/* Blanks, a comment, and the end of the line or of the text. */
int toml_end_line(struct toml_cursor *cursor, struct pl_err *err);
/* A bare or a quoted key; added to `out`. */
int toml_key(struct toml_cursor *cursor, struct buf *out, struct pl_err *err);
/* Anything but an array or an inline table. */
int toml_scalar(struct toml_cursor *cursor, json_t **ret_value, struct pl_err *err);
