#include "password/guess.h"

#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "password/words.h"

struct guessing {
    struct guesses *guesses;
    const struct guess_effort *effort;
    struct guess_outcome *outcome;
    uint64_t started, told; /* by the clock */
    bool ended;
};

void guesses_free(struct guesses *guesses)
{
    VEC_FREE(&guesses->items);
    arena_free(&guesses->arena);
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Takes what a try costs; false when there is not enough left. */
static bool take(struct guessing *guessing, uint64_t cost)
{
    const struct guess_effort *effort = guessing->effort;
    enum { LOOK = 1000 }; /* microseconds between looks at the clock */
    if (*effort->left < cost) {
        guessing->ended = true;
        return false;
    }
    *effort->left -= cost;
    guessing->told += cost;
    if (!effort->spent || guessing->told < LOOK)
        return true;
    uint64_t time = now();
    uint64_t spent = __atomic_add_fetch(effort->spent, time - guessing->started, __ATOMIC_RELAXED);
    guessing->started = time;
    guessing->told = 0;
    if (spent <= effort->most_spent)
        return true;
    guessing->ended = guessing->outcome->by_clock = true;
    return false;
}

/* False: guessing ends. */
static bool hold(struct guessing *guessing, struct guess *guess, struct str word)
{
    if (guess->opened)
        return true;
    if (!take(guessing, guess->hash.cost))
        return false;
    guess->opened = password_hash_try(&guess->hash, guess->user, word);
    if (guess->opened)
        guess->word = arena_str(&guessing->guesses->arena, word);
    return true;
}

static bool hold_all(struct guessing *guessing, struct guess *from, size_t count, struct str word)
{
    for (size_t i = 0; i < count && !guessing->ended; i++)
        hold(guessing, &from[i], word);
    return !guessing->ended;
}

static bool all_opened(const struct guess *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!from[i].opened)
            return false;
    return true;
}

/* What comes of names. */
static void hold_own_words(struct guessing *guessing, struct guess *from, size_t count)
{
    AUTO_BUF word = {0};
    for (size_t i = 0; i < count && !guessing->ended; i++)
        for (unsigned n = 0; !from[i].opened && words_of_user(from[i].user, n, &word); n++)
            if (!hold(guessing, &from[i], buf_str(&word)))
                break;
}

static uint64_t hold_common(struct guessing *guessing, struct guess *from, size_t count)
{
    uint64_t tried = 0;
    for (const char *const *word = common_words; *word && !all_opened(from, count); word++, tried++)
        if (!hold_all(guessing, from, count, str_of(*word)))
            return tried;
    return tried;
}

static int hold_listed(struct guessing *guessing, struct guess *from, size_t count, uint64_t *tried,
                       struct pl_err *err)
{
    struct word_file *file;
    struct str word;
    int r = word_file_open(guessing->effort->wordlist, &file, err);
    if (r < 0)
        return r;
    while (!all_opened(from, count) && (r = word_file_next(file, &word, err)) > 0) {
        if (!hold_all(guessing, from, count, word))
            break;
        (*tried)++;
    }
    word_file_close(file);
    return r < 0 ? r : 0;
}

/* Hashes of one cost: word by word, so that each gets its share where the budget does not last. */
static int run_kind(struct guessing *guessing, struct guess *from, size_t count, struct pl_err *err)
{
    uint64_t tried = 0;
    int r = 0;
    if (!guessing->ended)
        hold_own_words(guessing, from, count);
    if (!guessing->ended)
        tried = hold_common(guessing, from, count);
    if (!guessing->ended && guessing->effort->wordlist && !all_opened(from, count))
        r = hold_listed(guessing, from, count, &tried, err);
    if (guessing->ended && !all_opened(from, count)) {
        if (guessing->outcome->complete || tried < guessing->outcome->tried)
            guessing->outcome->tried = tried;
        guessing->outcome->complete = false;
    }
    return r;
}

static int by_cost(const void *a, const void *b)
{
    const struct guess *x = a, *y = b;
    if (x->dear != y->dear)
        return x->dear ? 1 : -1;
    if (x->hash.cost != y->hash.cost)
        return x->hash.cost < y->hash.cost ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void sort_out(struct guesses *guesses, struct guess_outcome *outcome)
{
    for (size_t i = 0; i < guesses->items.count; i++) {
        struct guess *guess = &guesses->items.items[i];
        bool missing = password_hash_is_missing(&guess->hash);
        bool dear =
            guess->hash.cost > LIMIT_PASSWORD_TRY || guess->hash.memory > LIMIT_PASSWORD_MEMORY;
        guess->dear = missing || dear;
        outcome->missing += missing;
        outcome->dear += !missing && dear;
    }
    if (guesses->items.count)
        qsort(guesses->items.items, guesses->items.count, sizeof(struct guess), by_cost);
}

int guesses_run(struct guesses *guesses, const struct guess_effort *effort,
                struct guess_outcome *ret_outcome, struct pl_err *err)
{
    struct guessing guessing = {guesses, effort, ret_outcome, now(), 0, false};
    struct guess *items = guesses->items.items;
    int r = 0;
    *ret_outcome = (struct guess_outcome){.complete = true};
    sort_out(guesses, ret_outcome);
    for (size_t i = 0, end; i < guesses->items.count && !items[i].dear && r == 0; i = end) {
        for (end = i + 1; end < guesses->items.count && !items[end].dear &&
                          items[end].hash.cost == items[i].hash.cost;)
            end++;
        r = run_kind(&guessing, items + i, end - i, err);
    }
    return r;
}
