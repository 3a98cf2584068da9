/* The form in which a database travels: its entries one after the other, without the pages, the
 * free places and the version of liblmdb that wrote them. The same contents are the same bytes, so
 * the form's SHA-256 names a database, and bytes that stay the same stay together, which makes
 * packing and deltas small.
 *
 *     "PLIMSOLL-ENTRIES" 1, then of each entry in the order of the keys:
 *     length of the key (varint), key, length of the value (varint), value
 *
 * EPSS stands in columns: a byte e, ids of six bytes, then the four bytes of the scores divided by
 * 10^e, all first bytes, all second bytes ..., then the percentiles in the same way. */
#pragma once

#include "base/hash.h"
#include "vulndb/vulndb.h"

/* Hands out the form in pieces; `take` may be NULL. The digest is of all of them. */
struct transport_sink {
    int (*take)(void *context, struct str bytes, struct pl_err *err);
    void *context;
};
int transport_write(const struct vulndb *db, struct transport_sink sink, uint64_t *ret_size,
                    char ret_digest[DIGEST_TEXT], struct pl_err *err);
/* Writes the file of a database, which need not be a good one: what the entries say is held against
 * nothing here. PL_E_FORMAT when the form is damaged. */
int transport_read(struct str form, const char *path, struct pl_err *err);
