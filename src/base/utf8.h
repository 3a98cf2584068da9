/* UTF-8 (RFC 3629) and the columns that a terminal gives to characters (Unicode UAX #11: wide and
 * full-width ones take two, combining ones none). */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* Bytes of the well-formed sequence at the beginning of `text`, 1 to 4; 0 when there is none. */
size_t utf8_length(struct str text);
/* Adds one character (up to U+10FFFF). */
void utf8_put(struct buf *buf, uint32_t character);
/* Columns of the whole text; a malformed byte and a control character count one. */
size_t utf8_columns(struct str text);
/* The longest beginning of `text` that fits into `columns`. */
struct str utf8_fit(struct str text, size_t columns);
/* Adds `text` to `buf` in exactly `columns`: padded with spaces, or cut with "…" as its last.
 * Control characters, escape sequences among them, become "?": a terminal never sees them. */
void utf8_cell(struct buf *buf, struct str text, size_t columns);
/* Adds `text` with control characters as "?". */
void utf8_safe(struct buf *buf, struct str text);
