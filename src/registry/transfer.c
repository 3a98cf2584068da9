/* Blobs as streams: one thread receives while another reads, with a ring between them. */
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "io/hasher.h"
#include "registry/internal.h"

enum {
    RING = 4 * 1024 * 1024,
    CHUNK = 512 * 1024, /* at the most, of what libcurl hands over at once */
    TRIES = 5,          /* without a byte more */
    TRIES_IN_ALL = 200,
    RETRY_WAIT = 300, /* milliseconds */
};

struct transfer {
    struct stream stream; /* first */
    struct repository *repository;
    struct arena arena;
    struct str digest, url;
    uint64_t size; /* UINT64_MAX: not known */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *ring;
    uint64_t put, taken; /* bytes so far */
    size_t lent;         /* handed out, not yet given back */
    bool ended, closed;
    int result; /* of the thread */
    struct hasher hasher;
    struct pl_err err;
    uint64_t passed; /* bytes of this answer that were there before, when no range came */
    bool begun;      /* this answer's first bytes were seen */
};

/* ---- the receiving thread ---- */

static int put_bytes(struct transfer *transfer, struct str bytes, struct pl_err *err)
{
    while (bytes.len) {
        pthread_mutex_lock(&transfer->lock);
        while (transfer->put - transfer->taken == RING && !transfer->closed)
            pthread_cond_wait(&transfer->changed, &transfer->lock);
        bool closed = transfer->closed;
        size_t room = RING - (size_t)(transfer->put - transfer->taken);
        pthread_mutex_unlock(&transfer->lock);
        if (closed)
            return err_set(err, PL_E_IO, "it is not read any more");
        size_t at = (size_t)(transfer->put % RING), len = bytes.len < room ? bytes.len : room;
        if (len > RING - at)
            len = RING - at;
        if (len > CHUNK)
            len = CHUNK;
        hasher_wait(&transfer->hasher, RING - CHUNK);
        memcpy(transfer->ring + at, bytes.data, len);
        hasher_submit(&transfer->hasher, len);
        bytes = str_from(bytes, len);
        pthread_mutex_lock(&transfer->lock);
        transfer->put += len;
        pthread_cond_broadcast(&transfer->changed);
        pthread_mutex_unlock(&transfer->lock);
    }
    return 0;
}

static int take_bytes(void *context, struct exchange *exchange, struct str bytes,
                      struct pl_err *err)
{
    struct transfer *transfer = context;
    if (!transfer->begun) {
        transfer->begun = true;
        transfer->passed = exchange->status == 200 ? transfer->put : 0;
        if (exchange->status == 206 && exchange->range_start != transfer->put)
            return err_set(err, PL_E_FORMAT, "the registry sends another part than was asked for");
    }
    if (transfer->passed) { /* a server without ranges begins anew */
        size_t pass = bytes.len < transfer->passed ? bytes.len : (size_t)transfer->passed;
        transfer->passed -= pass;
        bytes = str_from(bytes, pass);
    }
    if (bytes.len > transfer->size - transfer->put)
        return err_set(err, PL_E_FORMAT, "the registry sends more than the %llu bytes of the blob",
                       (unsigned long long)transfer->size);
    return put_bytes(transfer, bytes, err);
}

static int receive_once(struct transfer *transfer, struct exchange *answer, struct pl_err *err)
{
    struct arena arena = {0};
    struct str range =
        arena_printf(&arena, "Range: bytes=%llu-", (unsigned long long)transfer->put);
    struct registry_call call = {
        .method = "GET",
        .path = arena_printf(&arena, "blobs/%.*s", STR_ARG(transfer->digest)),
        .headers = &range,
        .header_count = transfer->put > 0,
        .take = take_bytes,
        .context = transfer,
        .mirrors = true,
    };
    transfer->begun = false;
    int r = repository_request(transfer->repository, &call, answer, err);
    if (r == 0 && answer->status == 404 && transfer->url.len && transfer->put == 0) {
        call.location = transfer->url;
        r = repository_request(transfer->repository, &call, answer, err);
    }
    arena_free(&arena);
    return r;
}

static bool is_whole(const struct transfer *transfer, const struct exchange *answer)
{
    return transfer->size == UINT64_MAX ? answer->status == 200 || answer->status == 206
                                        : transfer->put == transfer->size;
}

static int receive(struct transfer *transfer)
{
    struct pl_err *err = &transfer->err;
    for (int tries = 0, all = 0;; all++) {
        AUTO_EXCHANGE answer = {0};
        uint64_t before = transfer->put;
        int r = receive_once(transfer, &answer, err);
        if (transfer->closed || answer.stopped)
            return r;
        if (r == 0 && (answer.status == 200 || answer.status == 206) && is_whole(transfer, &answer))
            return 0;
        bool beyond = answer.status == 416 && transfer->put; /* there is no more than that */
        if (r == 0 && answer.status != 200 && answer.status != 206 && !beyond)
            return repository_refused(
                transfer->repository, &answer,
                arena_printf(&transfer->arena, "blob %.*s", STR_ARG(transfer->digest)), err);
        if (r == 0)
            r = err_set(err, PL_E_FORMAT,
                        "the registry sends %llu bytes of the blob %.*s and ends: it has %llu",
                        (unsigned long long)transfer->put, STR_ARG(transfer->digest),
                        (unsigned long long)transfer->size);
        if (r == -PL_E_DENIED || r == -PL_E_UNSUPPORTED || answer.untrusted)
            return r;
        tries = transfer->put > before ? 0 : tries + 1;
        if (tries >= TRIES || all >= TRIES_IN_ALL)
            return r;
        clock_wait(RETRY_WAIT);
    }
}

static void *run(void *context)
{
    struct transfer *transfer = context;
    int r = receive(transfer);
    pthread_mutex_lock(&transfer->lock);
    transfer->ended = true;
    transfer->result = r;
    pthread_cond_broadcast(&transfer->changed);
    pthread_mutex_unlock(&transfer->lock);
    return NULL;
}

/* ---- the reader ---- */

static int transfer_read(struct stream *stream, struct str *ret_bytes, struct pl_err *err)
{
    struct transfer *transfer = (struct transfer *)stream;
    pthread_mutex_lock(&transfer->lock);
    if (transfer->lent)
        pthread_cond_broadcast(&transfer->changed);
    transfer->taken += transfer->lent;
    transfer->lent = 0;
    while (transfer->put == transfer->taken && !transfer->ended)
        pthread_cond_wait(&transfer->changed, &transfer->lock);
    size_t have = (size_t)(transfer->put - transfer->taken);
    size_t at = (size_t)(transfer->taken % RING);
    int r = have ? 0 : transfer->result;
    pthread_mutex_unlock(&transfer->lock);
    if (r < 0) {
        *err = transfer->err;
        return r;
    }
    transfer->lent = have < RING - at ? have : RING - at;
    if (transfer->lent > RING / 8)
        transfer->lent = RING / 8; /* room for the other thread soon */
    *ret_bytes = str_make(transfer->ring + at, transfer->lent);
    return 0;
}

static void transfer_digest(struct stream *stream, char ret_text[DIGEST_TEXT])
{
    struct transfer *transfer = (struct transfer *)stream;
    unsigned char digest[SHA256_BYTES];
    hasher_end(&transfer->hasher, digest);
    sha256_text(digest, ret_text);
}

static void transfer_close(struct stream *stream)
{
    struct transfer *transfer = (struct transfer *)stream;
    pthread_mutex_lock(&transfer->lock);
    transfer->closed = true;
    pthread_cond_broadcast(&transfer->changed);
    pthread_mutex_unlock(&transfer->lock);
    pthread_join(transfer->thread, NULL);
    hasher_free(&transfer->hasher);
    pthread_mutex_destroy(&transfer->lock);
    pthread_cond_destroy(&transfer->changed);
    arena_free(&transfer->arena);
    free(transfer->ring);
    free(transfer);
}

int repository_stream(struct repository *repository, struct str digest, uint64_t size,
                      struct str url, struct stream **ret_stream, struct pl_err *err)
{
    struct transfer *transfer = mem_zalloc(1, sizeof(*transfer));
    transfer->stream =
        (struct stream){.read = transfer_read, .digest = transfer_digest, .close = transfer_close};
    transfer->repository = repository;
    transfer->digest = arena_str(&transfer->arena, digest);
    transfer->url = str_starts(url, STR("https://")) ? arena_str(&transfer->arena, url) : STR_NONE;
    transfer->size = size;
    transfer->ring = mem_alloc(RING);
    pthread_mutex_init(&transfer->lock, NULL);
    pthread_cond_init(&transfer->changed, NULL);
    int r = hasher_init(&transfer->hasher, transfer->ring, RING, err);
    int code = r == 0 ? pthread_create(&transfer->thread, NULL, run, transfer) : 0;
    if (code != 0)
        r = err_errno(err, code, "cannot start a thread");
    if (r < 0) {
        hasher_free(&transfer->hasher);
        arena_free(&transfer->arena);
        free(transfer->ring);
        free(transfer);
        return r;
    }
    *ret_stream = &transfer->stream;
    return 0;
}

/* ---- parts ---- */

struct part {
    struct buf *bytes;
    uint64_t offset, len, got;
};

static int take_part(void *context, struct exchange *exchange, struct str bytes, struct pl_err *err)
{
    struct part *part = context;
    if (exchange->status != 206)
        return err_set(err, PL_E_UNSUPPORTED, "the registry gives no parts of blobs");
    if (exchange->range_start != part->offset || bytes.len > part->len - part->got)
        return err_set(err, PL_E_FORMAT, "the registry sends another part than was asked for");
    part->got += bytes.len;
    buf_add(part->bytes, bytes);
    return 0;
}

int repository_range(struct repository *repository, struct str digest, uint64_t offset,
                     uint64_t len, struct buf *ret_bytes, struct pl_err *err)
{
    AUTO_EXCHANGE answer = {0};
    struct arena arena = {0};
    struct part part = {.bytes = ret_bytes, .offset = offset, .len = len};
    struct str range = arena_printf(&arena, "Range: bytes=%llu-%llu", (unsigned long long)offset,
                                    (unsigned long long)(offset + len - 1));
    struct registry_call call = {
        .method = "GET",
        .path = arena_printf(&arena, "blobs/%.*s", STR_ARG(digest)),
        .headers = &range,
        .header_count = 1,
        .take = take_part,
        .context = &part,
        .mirrors = true,
    };
    int r = repository_request(repository, &call, &answer, err);
    if (r == 0 && answer.status != 206)
        r = repository_refused(repository, &answer,
                               arena_printf(&arena, "blob %.*s", STR_ARG(digest)), err);
    else if (r == 0 && part.got != len)
        r = err_set(err, PL_E_FORMAT, "the registry sends %llu of %llu bytes",
                    (unsigned long long)part.got, (unsigned long long)len);
    arena_free(&arena);
    return r;
}
