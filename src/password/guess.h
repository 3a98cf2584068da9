/* Guessing: the hashes of one file are held against words, the cheap kinds first, word by word over
 * all hashes of a kind. What it may take is counted in microseconds of a processor of ours (each
 * kind has its cost, password/hash.c), so that the same bytes give the same findings everywhere. A
 * slow machine stops at GUESS_SLOWEST times as much by the clock, and says so. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "password/hash.h"

enum { GUESS_SLOWEST = 4 };

struct guess {
    struct password_hash hash;
    const char *id; /* of the finding when it is opened */
    uint32_t line;
    struct str user;
    bool opened;
    bool dear; /* one try alone is too much */
    struct str word;
};
struct guesses {
    VEC(struct guess) items;
    struct arena arena; /* of what is in them */
};
void guesses_free(struct guesses *guesses);

/* What was tried in vain, of the kinds that cost much: the same hash stands in many layers and
 * files of an image. It saves the time alone: what is counted is counted all the same, so that the
 * findings do not depend on the order of layers. For several threads. */
struct guess_memo;
struct guess_memo *guess_memo_new(void);
void guess_memo_free(struct guess_memo *memo);

struct guess_effort {
    struct guess_memo *memo; /* NULL: none */
    const char *wordlist;    /* NULL: none */
    uint64_t *left;          /* microseconds that are counted */
    uint64_t *spent; /* by the clock, of the whole image; shared by threads; NULL: not counted */
    uint64_t most_spent;
};
struct guess_outcome {
    uint64_t tried; /* words that all hashes were held against */
    bool complete;  /* all words */
    bool by_clock;  /* the clock ended it */
    size_t dear;    /* hashes of which one try is too much */
    size_t missing; /* hashes that libcrypt would be needed for */
};
/* Negative: the file of words cannot be read. */
int guesses_run(struct guesses *guesses, const struct guess_effort *effort,
                struct guess_outcome *ret_outcome, struct pl_err *err);
