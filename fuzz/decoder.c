/* Decompression: the first byte says in which pieces the rest is handed out. Pieces of other sizes
 * must give the same bytes, or an error as well. */
#include <stdint.h>
#include <stdlib.h>

#include "io/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUFFER = 4096, ALL = 4 << 20 };

struct pieces {
    struct str rest;
    size_t size;
};

static int read_piece(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct pieces *pieces = context;
    (void)err;
    *ret_bytes = str_first(pieces->rest, pieces->size);
    pieces->rest = str_from(pieces->rest, ret_bytes->len);
    return 0;
}

struct outcome {
    int result;
    uint64_t total, hash; /* of what was decoded, ALL at the most */
};

static struct outcome decode(struct str packed, size_t piece, size_t want)
{
    struct pieces pieces = {packed, piece};
    struct outcome outcome = {0};
    struct decoder *decoder;
    struct pl_err err;
    char bytes[BUFFER];
    size_t len = 0;
    outcome.result = decoder_new(compression_detect(packed),
                                 (struct decoder_input){&pieces, read_piece}, &decoder, &err);
    if (outcome.result < 0)
        return outcome;
    do {
        outcome.result = decoder_read(decoder, bytes, want, &len, &err);
        if (outcome.result < 0)
            break;
        for (size_t i = 0; i < len; i++)
            outcome.hash = (outcome.hash ^ (uint8_t)bytes[i]) * 0x100000001b3U;
        outcome.total += len;
    } while (len == want && outcome.total < ALL);
    if (decoder_consumed(decoder) > packed.len)
        abort();
    decoder_free(decoder);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct str packed = str_make((const char *)data + 1, size - 1);
    struct outcome whole = decode(packed, packed.len, BUFFER);
    struct outcome parts = decode(packed, 1 + data[0], BUFFER);
    if ((whole.result < 0) != (parts.result < 0))
        abort();
    if (whole.result == 0 && (whole.total != parts.total || whole.hash != parts.hash))
        abort();
    return 0;
}
