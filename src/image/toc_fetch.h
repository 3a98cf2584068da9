/* Parts of a layer, fetched ahead of who reads them: what is near each other comes in one request,
 * and several requests are under way at once. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "image/archive.h"

struct toc_range {
    uint64_t offset, end;
};

struct toc_fetch;
/* Brings `ranges` (in any order, they may overlap) into the order and size in which they are asked
 * for; the bytes that this makes. */
uint64_t toc_ranges_merge(struct toc_range *ranges, size_t *count);

/* `ranges` are merged ones. `fetched` counts bytes, of which there may be `most`. */
struct toc_fetch *toc_fetch_new(const struct archive *archive, struct str digest,
                                const struct toc_range *ranges, size_t count, uint64_t *fetched,
                                uint64_t most);
void toc_fetch_free(struct toc_fetch *fetch);
/* Some of the bytes from `offset` on, none from `end` on; at least one. Valid until the next call.
 * What was not among the ranges is fetched now. */
int toc_fetch_read(struct toc_fetch *fetch, uint64_t offset, uint64_t end, struct str *ret_bytes,
                   struct pl_err *err);
