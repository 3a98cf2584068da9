/* The words of a text, as hashes: lower case, without punctuation, mark-up, marks of lists and
 * comments, and lines that tell of copyright. */
#pragma once

#include "base/str.h"

struct text_words {
    const unsigned char *at, *end;
    bool line_start;
};

void text_words_init(struct text_words *words, struct str text);
/* False at the end. */
bool text_words_next(struct text_words *words, uint64_t *ret_hash);
/* The hash of one word in lower case. */
uint64_t text_word_hash(struct str word);
