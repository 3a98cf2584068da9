/* A source over decompressed bytes, with their SHA-256 computed on another thread while the walker
 * reads: a ring of buffers is filled by the walker's thread and hashed behind it (io/hasher.h). */
#pragma once

#include <stdatomic.h>

#include "base/hash.h"
#include "base/progress.h"
#include "io/decoder.h"
#include "io/hasher.h"
#include "io/source.h"

/* How much was inflated out of how much, for all layers of one target: what tells a bomb. */
struct inflate_budget {
    _Atomic uint64_t in, out;
    /* Bytes as stored that are done with, told as they go by; NULL: to nobody. */
    const struct progress *progress;
    _Atomic uint64_t done;
    uint64_t total;
};

enum { DECODED_RING = 8, DECODED_BUFFER = 256 * 1024 };

struct decoded_source {
    struct source source; /* first */
    struct decoder *decoder;
    struct inflate_budget *budget;
    uint64_t counted; /* compressed bytes told to the budget */
    unsigned char *buffers;
    const unsigned char *next; /* in the current buffer */
    size_t left;
    bool ended;
    uint64_t total; /* decoded bytes */

    bool hashing;
    struct hasher hasher;
    uint64_t filled; /* buffers so far */
};

/* `more` stored bytes are done with. */
void inflate_budget_tell(struct inflate_budget *budget, uint64_t more);

/* `made` bytes were inflated out of `more`; PL_E_LIMIT when all together look like a bomb. */
int inflate_budget_take(struct inflate_budget *budget, uint64_t more, uint64_t made,
                        struct pl_err *err);

/* Takes the decoder over. `with_digest` starts the thread. */
int decoded_source_init(struct decoded_source *source, struct decoder *decoder,
                        struct inflate_budget *budget, bool with_digest, struct pl_err *err);
/* Reads what is left to its end and gives the digest of everything. */
int decoded_source_finish(struct decoded_source *source, unsigned char ret_digest[SHA256_BYTES],
                          struct pl_err *err);
void decoded_source_free(struct decoded_source *source);
