/* Numbers and texts as bytes, and back. The reader holds everything against the bytes that are
 * there: it never reads past their end, and a count is never larger than what is left could hold.
 */
#pragma once

#include "base/buf.h"

/* Seven bits a byte, the lowest first; the highest bit of a byte says that more follow. */
void pack_number(struct buf *buf, uint64_t number);
/* Eight bytes, the lowest first: for hashes, which no number of fewer bits stands for. */
void pack_hash(struct buf *buf, uint64_t hash);
/* Its length as a number, then its bytes. */
void pack_text(struct buf *buf, struct str text);

/* Once something did not fit, `wrong` is set, and all that is read from then on is nothing. */
struct unpack {
    const unsigned char *at, *end;
    bool wrong;
};
struct unpack unpack_begin(struct str bytes);
uint64_t unpack_number(struct unpack *unpack);
/* A number that must be smaller than `bound`; 0 when it is not. */
uint64_t unpack_below(struct unpack *unpack, uint64_t bound);
/* How many things follow of which each takes at least `least` bytes (not 0). */
size_t unpack_count(struct unpack *unpack, size_t least);
uint64_t unpack_hash(struct unpack *unpack);
/* A view of the bytes; STR_NONE for an empty one. */
struct str unpack_text(struct unpack *unpack);
/* Everything was read, and nothing was wrong. */
bool unpack_ended(const struct unpack *unpack);
