#include "io/hasher.h"

#include <sys/sysinfo.h>

#include "base/sha256_pair.h"

enum { BLOCK = 64, TURN = 128 * 1024 }; /* TURN: bytes of one stream before others have theirs */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static struct hasher *hashers; /* all that there are */
static unsigned hasher_count, worker_count;

/* ---- under the lock ---- */

/* Bytes that stand together and can be hashed now. */
static size_t ready(const struct hasher *hasher)
{
    if (hasher->busy)
        return 0;
    uint64_t left = hasher->submitted - hasher->hashed;
    size_t at = (size_t)(hasher->hashed % hasher->size);
    size_t len = left < hasher->size - at ? (size_t)left : hasher->size - at;
    if (len > TURN)
        len = TURN;
    /* Parts of a block wait for the rest, but for those at the end of the ring or of the stream. */
    return len >= BLOCK ? len - len % BLOCK : hasher->ended || at + len == hasher->size ? len : 0;
}

/* One that should not wait for company, or has none to wait for. */
static bool is_urgent(struct hasher *hasher)
{
    if (hasher->submitted - hasher->hashed >= hasher->size / 2)
        hasher->draining = true;
    return hasher->ended || hasher->waited_for || hasher->draining || hasher_count == 1;
}

/* The two that have most to do; one alone only when it is urgent. */
static bool choose(struct hasher **ret_first, struct hasher **ret_second)
{
    struct hasher *first = NULL, *second = NULL, *urgent = NULL;
    for (struct hasher *hasher = hashers; hasher; hasher = hasher->next) {
        uint64_t left = hasher->submitted - hasher->hashed;
        if (ready(hasher) == 0)
            continue;
        if (!urgent && is_urgent(hasher))
            urgent = hasher;
        if (!first || left > first->submitted - first->hashed) {
            second = first;
            first = hasher;
        } else if (!second || left > second->submitted - second->hashed) {
            second = hasher;
        }
    }
    *ret_first = second ? first : urgent;
    *ret_second = second;
    return *ret_first != NULL;
}

static void finish_turn(struct hasher *hasher, size_t len)
{
    hasher->hashed += len;
    hasher->busy = false;
    hasher->draining = hasher->draining && hasher->submitted - hasher->hashed >= BLOCK;
    pthread_cond_broadcast(&hasher->changed);
}

/* ---- the work ---- */

static const unsigned char *bytes_of(const struct hasher *hasher)
{
    return hasher->ring + hasher->hashed % hasher->size;
}

static void take_turn(struct hasher *first, struct hasher *second)
{
    size_t len = ready(first), other = second ? ready(second) : len;
    len = len < other ? len : other;
    first->busy = true;
    if (second)
        second->busy = true;
    pthread_mutex_unlock(&lock);
    if (second)
        sha256_add_pair(&first->sha, bytes_of(first), &second->sha, bytes_of(second), len);
    else
        sha256_add(&first->sha, bytes_of(first), len);
    pthread_mutex_lock(&lock);
    finish_turn(first, len);
    if (second)
        finish_turn(second, len);
}

static void *labour(void *context)
{
    (void)context;
    pthread_mutex_lock(&lock);
    while (hashers) {
        struct hasher *first, *second;
        if (choose(&first, &second))
            take_turn(first, second);
        else
            pthread_cond_wait(&work, &lock);
    }
    worker_count--;
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* One thread does for two streams; there are never more than half as many as cores. */
static int start_worker(struct pl_err *err)
{
    unsigned most = (unsigned)get_nprocs() / 2;
    pthread_t thread;
    pthread_attr_t detached;
    if (worker_count && (worker_count >= most || worker_count * 2 >= hasher_count))
        return 0;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    int code = pthread_create(&thread, &detached, labour, NULL);
    pthread_attr_destroy(&detached);
    if (code != 0 && worker_count == 0)
        return err_errno(err, code, "cannot start a thread");
    worker_count += code == 0;
    return 0;
}

int hasher_init(struct hasher *hasher, const void *ring, size_t size, struct pl_err *err)
{
    *hasher = (struct hasher){.ring = ring, .size = size};
    sha256_init(&hasher->sha);
    pthread_cond_init(&hasher->changed, NULL);
    pthread_mutex_lock(&lock);
    hasher->next = hashers;
    hashers = hasher;
    hasher_count++;
    int r = start_worker(err);
    pthread_mutex_unlock(&lock);
    if (r < 0)
        hasher_free(hasher);
    return r;
}

void hasher_submit(struct hasher *hasher, size_t len)
{
    struct hasher *first, *second;
    pthread_mutex_lock(&lock);
    hasher->submitted += len;
    if (choose(&first, &second)) /* nobody is woken for nothing */
        pthread_cond_signal(&work);
    pthread_mutex_unlock(&lock);
}

static void wait_for(struct hasher *hasher, size_t most)
{
    while (hasher->submitted - hasher->hashed > most || (hasher->ended && hasher->busy)) {
        hasher->waited_for = true;
        pthread_cond_broadcast(&work);
        pthread_cond_wait(&hasher->changed, &lock);
    }
    hasher->waited_for = false;
}

void hasher_wait(struct hasher *hasher, size_t most)
{
    pthread_mutex_lock(&lock);
    wait_for(hasher, most);
    pthread_mutex_unlock(&lock);
}

void hasher_end(struct hasher *hasher, unsigned char ret_digest[SHA256_BYTES])
{
    pthread_mutex_lock(&lock);
    hasher->ended = true;
    wait_for(hasher, 0);
    pthread_mutex_unlock(&lock);
    sha256_end(&hasher->sha, ret_digest);
}

void hasher_free(struct hasher *hasher)
{
    if (!hasher->ring)
        return;
    pthread_mutex_lock(&lock);
    while (hasher->busy)
        pthread_cond_wait(&hasher->changed, &lock);
    for (struct hasher **place = &hashers; *place; place = &(*place)->next)
        if (*place == hasher) {
            *place = hasher->next;
            hasher_count--;
            break;
        }
    pthread_cond_broadcast(&work); /* the last one sends the workers home */
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&hasher->changed);
    hasher->ring = NULL;
}
