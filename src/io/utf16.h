/* Texts in UTF-16, as editors and shells of Windows write them (Unicode, chapter 3.10, D98). */
#pragma once

#include "base/buf.h"

/* Whether the text begins with UTF-16's byte order mark. */
bool utf16_is(struct str text);
/* Adds what utf16_is() as UTF-8, without the mark. Half a pair, and half a unit at the end, become
 * U+FFFD. */
void utf16_decode(struct str text, struct buf *out);
