/* Digests of streams, computed on threads of their own while the bytes go through a ring: two
 * streams at once where there are two (base/sha256_pair.h). */
#pragma once

#include <pthread.h>

#include "base/err.h"
#include "base/hash.h"

struct hasher {
    struct sha256 sha;
    const unsigned char *ring;
    size_t size;                /* of the ring */
    uint64_t submitted, hashed; /* bytes so far */
    bool ended;                 /* no more will come: what is less than a block is hashed, too */
    bool busy;                  /* some thread is at it */
    bool waited_for;
    bool draining; /* it has no company: once half of the ring is full, all that is there is hashed
                    */
    pthread_cond_t changed;
    struct hasher *next;
};

/* The bytes of position p stand at ring[p % size]. The struct must not move until hasher_free(). */
int hasher_init(struct hasher *hasher, const void *ring, size_t size, struct pl_err *err);
/* `len` bytes more are in the ring. They stay there until hasher_wait() says that there is room. */
void hasher_submit(struct hasher *hasher, size_t len);
/* Waits until no more than `most` bytes, at least 64, are not yet hashed. */
void hasher_wait(struct hasher *hasher, size_t most);
/* Waits for all of them. */
void hasher_end(struct hasher *hasher, unsigned char ret_digest[SHA256_BYTES]);
/* Also before its end; harmless on a zeroed struct. */
void hasher_free(struct hasher *hasher);
