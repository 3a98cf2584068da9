/* Layer records as bytes, for the cache, and back. What readers made of the files is not part of
 * it. */
#pragma once

#include "base/pack.h"
#include "image/record.h"

/* The record is sealed, and nothing waits to be merged into it. */
void record_pack(const struct layer_record *record, struct buf *buf);
/* Fills an empty record, all of it copied; files have no content. `unpack->wrong` when the bytes
 * are none that record_pack() wrote; what was filled until then can be freed. */
void record_unpack(struct unpack *unpack, struct layer_record *record);
