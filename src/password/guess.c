#include "password/guess.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "password/words.h"

struct guessing {
    struct guesses *guesses;
    const struct guess_effort *effort;
    struct guess_outcome *outcome;
    uint64_t started, told; /* by the clock */
    uint64_t kept;          /* of what is left: for the kinds that come later */
    bool ended;
};

void guesses_free(struct guesses *guesses)
{
    VEC_FREE(&guesses->items);
    arena_free(&guesses->arena);
}

/* ---- what was tried in vain ---- */

struct guess_memo {
    pthread_mutex_t lock;
    struct hash_set vain;
};

struct guess_memo *guess_memo_new(void)
{
    struct guess_memo *memo = mem_zalloc(1, sizeof(*memo));
    pthread_mutex_init(&memo->lock, NULL);
    return memo;
}

void guess_memo_free(struct guess_memo *memo)
{
    if (!memo)
        return;
    pthread_mutex_destroy(&memo->lock);
    hash_set_free(&memo->vain);
    free(memo);
}

static uint64_t memo_key(const struct guess *guess, struct str word)
{
    AUTO_BUF text = {0};
    buf_add(&text, guess->hash.text);
    buf_putc(&text, '\0');
    buf_add(&text, word);
    return hash_with(hash_str(buf_str(&text)), guess->hash.form);
}

static bool try_with_memo(struct guess_memo *memo, const struct guess *guess, struct str word)
{
    enum { DEAR = 1000 }; /* microseconds from which a look is cheaper */
    if (!memo || guess->hash.cost < DEAR || guess->hash.prefix.len)
        return password_hash_try(&guess->hash, guess->user, word);
    uint64_t key = memo_key(guess, word);
    pthread_mutex_lock(&memo->lock);
    bool vain = hash_set_has(&memo->vain, key);
    pthread_mutex_unlock(&memo->lock);
    if (vain)
        return false;
    bool opened = password_hash_try(&guess->hash, guess->user, word);
    pthread_mutex_lock(&memo->lock);
    if (!opened && memo->vain.count < LIMIT_PASSWORD_MEMO)
        hash_set_add(&memo->vain, key);
    pthread_mutex_unlock(&memo->lock);
    return opened;
}

/* ---- the effort ---- */

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
    if (*effort->left < cost + guessing->kept) {
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
    guess->opened = try_with_memo(guessing->effort->memo, guess, word);
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

/* What comes of names: the nth word of each, then the next, so that none takes the time of the
 * others. From `n` on, before `end`. */
static void hold_own_words(struct guessing *guessing, struct guess *from, size_t count, unsigned n,
                           unsigned end)
{
    AUTO_BUF word = {0};
    for (bool any = true; any && n < end && !guessing->ended; n++) {
        any = false;
        for (size_t i = 0; i < count && !guessing->ended; i++)
            if (!from[i].opened && words_of_user(from[i].user, n, &word)) {
                any = true;
                hold(guessing, &from[i], buf_str(&word));
            }
    }
}

/* Adds to *tried the words of ours that all were held against. */
static void hold_common(struct guessing *guessing, struct guess *from, size_t count, size_t end,
                        uint64_t *tried)
{
    while (*tried < end && !guessing->ended && !all_opened(from, count) &&
           hold_all(guessing, from, count, str_of(common_words[*tried])))
        (*tried)++;
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
    enum { FIRST_OWN = 2, FIRST_COMMON = 30 }; /* what opens most, where little can be tried */
    size_t all = words_common_count();
    uint64_t tried = 0;
    int r = 0;
    hold_own_words(guessing, from, count, 0, FIRST_OWN);
    hold_common(guessing, from, count, all < FIRST_COMMON ? all : FIRST_COMMON, &tried);
    hold_own_words(guessing, from, count, FIRST_OWN, UINT32_MAX);
    hold_common(guessing, from, count, all, &tried);
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

/* The end of the hashes of one cost that begin with `start`. */
static size_t end_of_kind(const struct guesses *guesses, size_t start)
{
    const struct guess *items = guesses->items.items;
    size_t end = start + 1;
    while (end < guesses->items.count && !items[end].dear &&
           items[end].hash.cost == items[start].hash.cost)
        end++;
    return end;
}

static bool is_kind(const struct guesses *guesses, size_t start)
{
    return start < guesses->items.count && !guesses->items.items[start].dear;
}

static uint64_t count_kinds(const struct guesses *guesses, size_t start)
{
    uint64_t count = 0;
    for (; is_kind(guesses, start); start = end_of_kind(guesses, start))
        count++;
    return count;
}

int guesses_run(struct guesses *guesses, const struct guess_effort *effort,
                struct guess_outcome *ret_outcome, struct pl_err *err)
{
    struct guessing guessing = {guesses, effort, ret_outcome, now(), 0, 0, false};
    int r = 0;
    *ret_outcome = (struct guess_outcome){.complete = true};
    sort_out(guesses, ret_outcome);
    uint64_t kinds = count_kinds(guesses, 0);
    for (size_t i = 0, end; is_kind(guesses, i) && r == 0; i = end, kinds--) {
        end = end_of_kind(guesses, i);
        /* What one leaves, the next has. */
        guessing.kept = kinds > 1 ? *effort->left - *effort->left / kinds : 0;
        guessing.ended = ret_outcome->by_clock;
        r = run_kind(&guessing, guesses->items.items + i, end - i, err);
    }
    return r;
}
