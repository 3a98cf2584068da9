/* Which licence a text is: docs/licenses.md, "Texts". */
#pragma once

#include "base/arena.h"

/* The expression of the licences that the text holds or names in a notice, in their order, joined
 * by AND (by OR where it says that one may choose); empty: none was recognised. The time is linear
 * in the text's length. */
struct str license_recognize(struct arena *arena, struct str text);

/* Hashes of the text's runs of words, in their order, not distinct, without those that hold names
 * of people and bodies: what sketches are made of. free() the array. */
uint32_t *license_text_hashes(struct str text, size_t *ret_count);
