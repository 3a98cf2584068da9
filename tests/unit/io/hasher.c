#include "io/hasher.h"

#include "base/mem.h"
#include "unit/test.h"

enum { RING = 64 * 1024, STREAMS = 7 };

struct stream {
    unsigned seed;
    size_t length, most; /* bytes at once */
    bool right;
};

static unsigned char byte_at(unsigned seed, size_t at)
{
    return (unsigned char)((at * 2654435761u + seed * 40503u) >> 9);
}

/* What goes through a ring in pieces has the digest that it has as a whole. */
static void *feed(void *context)
{
    struct stream *stream = context;
    unsigned char *ring = mem_alloc(RING), want[SHA256_BYTES], got[SHA256_BYTES];
    struct hasher hasher;
    struct sha256 sha;
    struct pl_err err;
    sha256_init(&sha);
    if (hasher_init(&hasher, ring, RING, &err) < 0)
        return NULL;
    for (size_t at = 0; at < stream->length;) {
        size_t len = 1 + byte_at(stream->seed, at) * stream->most / 255;
        size_t place = at % RING;
        len = len < stream->length - at ? len : stream->length - at;
        len = len < RING - place ? len : RING - place;
        hasher_wait(&hasher, RING - stream->most - 1);
        for (size_t i = 0; i < len; i++)
            ring[place + i] = byte_at(stream->seed, at + i);
        sha256_add(&sha, ring + place, len);
        hasher_submit(&hasher, len);
        at += len;
    }
    hasher_end(&hasher, got);
    sha256_end(&sha, want);
    stream->right = memcmp(want, got, sizeof(want)) == 0;
    hasher_free(&hasher);
    free(ring);
    return NULL;
}

static void many_streams(void)
{
    for (unsigned count = 1; count <= STREAMS; count++) {
        struct stream streams[STREAMS];
        pthread_t threads[STREAMS];
        for (unsigned i = 0; i < count; i++) {
            streams[i] =
                (struct stream){i + count, i == 3 ? 0 : 300000 + i * 77777, 1 + i * 2000, false};
            CHECK_INT(pthread_create(&threads[i], NULL, feed, &streams[i]), 0);
        }
        for (unsigned i = 0; i < count; i++) {
            pthread_join(threads[i], NULL);
            CHECK(streams[i].right);
        }
    }
}

/* One that is given up in the middle leaves the others alone. */
static void given_up(void)
{
    static unsigned char ring[RING];
    struct stream other = {9, 200000, 5000, false};
    struct hasher hasher;
    struct pl_err err;
    pthread_t thread;
    CHECK_INT(hasher_init(&hasher, ring, RING, &err), 0);
    hasher_submit(&hasher, RING / 2);
    CHECK_INT(pthread_create(&thread, NULL, feed, &other), 0);
    hasher_free(&hasher);
    hasher_free(&hasher);
    pthread_join(thread, NULL);
    CHECK(other.right);
}

int main(void)
{
    RUN(many_streams);
    RUN(given_up);
    return test_end();
}
