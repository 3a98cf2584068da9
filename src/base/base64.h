/* Base64: RFC 4648, sections 4 and 5. */
#pragma once

#include "base/buf.h"

/* Adds the bytes that the text stands for; white space in it is passed over, padding may be
 * missing. False when it is no base64; what was added before stays. */
bool base64_decode(struct str text, struct buf *ret_bytes);
/* Adds the text of the bytes: section 4, with padding. */
void base64_encode(struct str bytes, struct buf *ret_text);
