#include <stdlib.h>
#include <string.h>

#include "catalog/rpm_header.h"

void rpm_blob_clear(struct rpm_blob *blob)
{
    blob->pieces.count = 0;
    blob->total = blob->from = blob->len = 0;
}

void rpm_blob_free(struct rpm_blob *blob)
{
    VEC_FREE(&blob->pieces);
    free(blob->joined);
    *blob = (struct rpm_blob){0};
}

void rpm_blob_add(struct rpm_blob *blob, struct str bytes)
{
    if (bytes.len == 0)
        return;
    *VEC_ADD(&blob->pieces) = (struct rpm_piece){blob->total, bytes};
    blob->total += bytes.len;
    blob->len = blob->total;
}

/* Index of the piece that holds byte `offset`. */
static size_t find_piece(const struct rpm_blob *blob, uint64_t offset)
{
    size_t low = 0, high = blob->pieces.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (blob->pieces.items[middle].start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

const unsigned char *rpm_blob_get(struct rpm_blob *blob, uint64_t offset, size_t len)
{
    if (len == 0)
        return (const unsigned char *)"";
    size_t index = find_piece(blob, offset);
    const struct rpm_piece *piece = &blob->pieces.items[index];
    size_t skip = (size_t)(offset - piece->start);
    if (len <= piece->bytes.len - skip)
        return (const unsigned char *)piece->bytes.data + skip;
    if (len > blob->joined_capacity) {
        blob->joined = mem_realloc(blob->joined, len);
        blob->joined_capacity = len;
    }
    for (size_t done = 0; done < len; piece++, skip = 0) {
        size_t part = piece->bytes.len - skip;
        if (part > len - done)
            part = len - done;
        memcpy(blob->joined + done, piece->bytes.data + skip, part);
        done += part;
    }
    return (const unsigned char *)blob->joined;
}
