/* SHA-256 (FIPS 180-4) of two streams at once. The processor's instructions for it have to wait for
 * their own results; the waiting of one stream is the other one's time: both together take little
 * more than one. */
#pragma once

#include "base/hash.h"

/* Adds the first `len` bytes of each to its digest. Without such instructions it is twice
 * sha256_add(). */
void sha256_add_pair(struct sha256 *a, const void *data_a, struct sha256 *b, const void *data_b,
                     size_t len);
/* Whether the processor has them. */
bool sha256_pair_is_fast(void);
