#include "image/toc_fetch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"

/* Bytes of one request: so that little is in memory, and the first ones come early. */
static const uint64_t PIECE = 2 * MIB;
/* What lies between two ranges is fetched, too, where it costs less than another request. */
static const uint64_t GAP = 64 * 1024, GAP_MOST = 1 * MIB;
enum {
    REQUESTS = 64, /* more than so many, and larger gaps are fetched */
    AHEAD = 8,     /* pieces that wait to be read */
    THREADS = 4,
};

enum piece_state { PIECE_WAITING, PIECE_READY, PIECE_FAILED };

struct piece {
    uint64_t offset, end;
    enum piece_state state;
    struct buf bytes;
    struct pl_err *problem; /* of a failed one */
};

struct toc_fetch {
    const struct archive *archive;
    struct str digest;
    VEC(struct piece) pieces; /* sorted, none overlaps another */
    size_t next;              /* to be fetched */
    size_t current;           /* being read; those before it are gone */
    bool stopped;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t threads[THREADS];
    size_t started;
    struct buf single; /* bytes that nobody had thought of */
    uint64_t *fetched, most;
};

static int by_offset(const void *a, const void *b)
{
    uint64_t x = ((const struct toc_range *)a)->offset, y = ((const struct toc_range *)b)->offset;
    return (x > y) - (x < y);
}

static size_t merge(struct toc_range *ranges, size_t count, uint64_t gap)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct toc_range *last = kept ? &ranges[kept - 1] : NULL;
        if (last && ranges[i].offset <= last->end + gap) {
            if (ranges[i].end > last->end)
                last->end = ranges[i].end;
        } else {
            ranges[kept++] = ranges[i];
        }
    }
    return kept;
}

uint64_t toc_ranges_merge(struct toc_range *ranges, size_t *count)
{
    uint64_t total = 0;
    if (*count)
        qsort(ranges, *count, sizeof(*ranges), by_offset);
    *count = merge(ranges, *count, GAP);
    for (uint64_t gap = 2 * GAP; gap <= GAP_MOST && *count > REQUESTS; gap *= 2)
        *count = merge(ranges, *count, gap);
    for (size_t i = 0; i < *count; i++)
        total += ranges[i].end - ranges[i].offset;
    return total;
}

static int fetch_bytes(struct toc_fetch *fetch, uint64_t offset, uint64_t end,
                       struct buf *ret_bytes, struct pl_err *err)
{
    uint64_t all = __atomic_add_fetch(fetch->fetched, end - offset, __ATOMIC_RELAXED);
    if (all > fetch->most)
        return err_limit(err, LIMIT_NAME(LIMIT_TOC_FETCHED),
                         "parts of the layer were fetched more often than LIMIT_TOC_FETCHED (%llu "
                         "times the layer) allows",
                         LIMIT_TOC_FETCHED);
    int r = archive_range(fetch->archive, fetch->digest, offset, end - offset, ret_bytes, err);
    if (r == 0 && ret_bytes->len != end - offset)
        r = err_set(err, PL_E_FORMAT, "the registry sends %llu of %llu bytes",
                    (unsigned long long)ret_bytes->len, (unsigned long long)(end - offset));
    return r;
}

static void drop_piece(struct piece *piece)
{
    buf_free(&piece->bytes);
    free(piece->problem);
    piece->problem = NULL;
}

static void *work(void *context)
{
    struct toc_fetch *fetch = context;
    pthread_mutex_lock(&fetch->lock);
    for (;;) {
        while (!fetch->stopped && fetch->next < fetch->pieces.count &&
               fetch->next >= fetch->current + AHEAD)
            pthread_cond_wait(&fetch->changed, &fetch->lock);
        if (fetch->stopped || fetch->next >= fetch->pieces.count)
            break;
        struct piece *piece = &fetch->pieces.items[fetch->next++];
        struct buf bytes = {0};
        struct pl_err problem;
        pthread_mutex_unlock(&fetch->lock);
        int r = fetch_bytes(fetch, piece->offset, piece->end, &bytes, &problem);
        pthread_mutex_lock(&fetch->lock);
        piece->state = r < 0 ? PIECE_FAILED : PIECE_READY;
        piece->bytes = bytes;
        if (r < 0) {
            piece->problem = mem_alloc(sizeof(problem));
            *piece->problem = problem;
        }
        if (piece < &fetch->pieces.items[fetch->current])
            drop_piece(piece);
        pthread_cond_broadcast(&fetch->changed);
    }
    pthread_mutex_unlock(&fetch->lock);
    return NULL;
}

struct toc_fetch *toc_fetch_new(const struct archive *archive, struct str digest,
                                const struct toc_range *ranges, size_t count, uint64_t *fetched,
                                uint64_t most)
{
    struct toc_fetch *fetch = mem_zalloc(1, sizeof(*fetch));
    fetch->archive = archive;
    fetch->digest = digest;
    fetch->fetched = fetched;
    fetch->most = most;
    pthread_mutex_init(&fetch->lock, NULL);
    pthread_cond_init(&fetch->changed, NULL);
    for (size_t i = 0; i < count; i++)
        for (uint64_t at = ranges[i].offset; at < ranges[i].end; at += PIECE)
            *VEC_ADD(&fetch->pieces) = (struct piece){
                .offset = at,
                .end = ranges[i].end - at < PIECE ? ranges[i].end : at + PIECE,
            };
    while (fetch->started < THREADS && fetch->started < fetch->pieces.count &&
           pthread_create(&fetch->threads[fetch->started], NULL, work, fetch) == 0)
        fetch->started++;
    return fetch;
}

void toc_fetch_free(struct toc_fetch *fetch)
{
    if (!fetch)
        return;
    pthread_mutex_lock(&fetch->lock);
    fetch->stopped = true;
    pthread_cond_broadcast(&fetch->changed);
    pthread_mutex_unlock(&fetch->lock);
    while (fetch->started)
        pthread_join(fetch->threads[--fetch->started], NULL);
    for (size_t i = 0; i < fetch->pieces.count; i++)
        drop_piece(&fetch->pieces.items[i]);
    VEC_FREE(&fetch->pieces);
    buf_free(&fetch->single);
    pthread_cond_destroy(&fetch->changed);
    pthread_mutex_destroy(&fetch->lock);
    free(fetch);
}

/* The piece that has this byte; SIZE_MAX when there is none, or it is gone. */
static size_t find_piece(const struct toc_fetch *fetch, uint64_t offset)
{
    size_t low = fetch->current, high = fetch->pieces.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fetch->pieces.items[middle].end > offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low < fetch->pieces.count && fetch->pieces.items[low].offset <= offset ? low : SIZE_MAX;
}

/* Waits for a piece, and lets go of those before it: who reads goes forward, as a rule. */
static struct piece *await_piece(struct toc_fetch *fetch, size_t index)
{
    struct piece *piece = &fetch->pieces.items[index];
    pthread_mutex_lock(&fetch->lock);
    size_t first = fetch->current;
    fetch->current = index;
    if (fetch->next < index)
        fetch->next = index; /* nobody will ask for those between */
    pthread_cond_broadcast(&fetch->changed);
    while (piece->state == PIECE_WAITING)
        pthread_cond_wait(&fetch->changed, &fetch->lock);
    for (size_t i = first; i < index; i++)
        if (fetch->pieces.items[i].state != PIECE_WAITING)
            drop_piece(&fetch->pieces.items[i]);
    pthread_mutex_unlock(&fetch->lock);
    return piece;
}

int toc_fetch_read(struct toc_fetch *fetch, uint64_t offset, uint64_t end, struct str *ret_bytes,
                   struct pl_err *err)
{
    size_t index = fetch->started ? find_piece(fetch, offset) : SIZE_MAX;
    if (index == SIZE_MAX) {
        uint64_t until = end - offset < PIECE ? end : offset + PIECE;
        fetch->single.len = 0;
        int r = fetch_bytes(fetch, offset, until, &fetch->single, err);
        *ret_bytes = buf_str(&fetch->single);
        return r;
    }
    struct piece *piece = await_piece(fetch, index);
    if (piece->state == PIECE_FAILED) {
        *err = *piece->problem;
        return -(int)err->code;
    }
    struct str bytes = str_from(buf_str(&piece->bytes), (size_t)(offset - piece->offset));
    *ret_bytes = str_first(bytes, (size_t)(end - offset));
    return 0;
}
