/* Tables of contents of layers. The first byte says what the rest is: JSON, a packed table of
 * either kind, a footer, or a place. What is read lies inside of the layer. */
#include <stdint.h>
#include <stdlib.h>

#include "image/toc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LAYER = 1 << 20 };

static void parse(struct str json)
{
    struct toc *toc = NULL;
    struct pl_err err;
    if (toc_parse(json, LAYER, &toc, &err) < 0)
        return;
    for (size_t i = 0; i < toc->entries.count; i++) {
        const struct toc_entry *entry = &toc->entries.items[i];
        if (entry->first_chunk + (uint64_t)entry->chunk_count > toc->chunks.count)
            abort();
    }
    for (size_t i = 0; i < toc->chunks.count; i++)
        if (toc->chunks.items[i].end > LAYER ||
            toc->chunks.items[i].offset > toc->chunks.items[i].end)
            abort();
    toc_free(toc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl_err err;
    uint64_t offset;
    if (size == 0)
        return 0;
    struct str rest = str_make((const char *)data + 1, size - 1);
    struct toc_place place = {
        .kind = data[0] & 1 ? TOC_ESTARGZ : TOC_ZSTD_CHUNKED, .stored = rest.len, .plain = 1 << 20};
    AUTO_BUF json = {0};
    switch (data[0] >> 1 & 3) {
    case 0:
        parse(rest);
        break;
    case 1:
        if (toc_unpack(&place, rest, &json, &err) == 0)
            parse(buf_str(&json));
        break;
    case 2:
        toc_footer_parse(rest, &offset);
        break;
    default:
        toc_place_parse(rest, &place);
    }
    return 0;
}
