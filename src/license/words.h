/* The words of a name of a licence, without regard to case, punctuation and what names are written
 * with or without: "the", "license", "version". "GNU GPLv2.0+" is "gpl", "2", "+". */
#pragma once

#include "base/str.h"

enum license_word_kind {
    WORD_NAME,
    WORD_NOISE, /* counts for nothing inside a name */
    WORD_AND,
    WORD_OR,
    WORD_WITH,
    WORD_OPEN,
    WORD_CLOSE,
    WORD_COMMA, /* or semicolon */
    WORD_SLASH
};

struct license_words_word {
    enum license_word_kind kind;
    uint64_t hash;
    size_t start, end; /* bytes of the text */
};

enum { LICENSE_WORDS_MAX = 256 };

/* How many there are; more than LICENSE_WORDS_MAX: the text is no name. */
size_t license_words(struct str text, struct license_words_word words[LICENSE_WORDS_MAX]);
/* Of a name as a whole, from its words but noise and punctuation; 0: it has none. */
uint64_t license_words_key(const struct license_words_word *words, size_t count);
