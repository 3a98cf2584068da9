/* Makes compressed bytes, and hands them out in chunks that vanish with the next one. */
#pragma once

#include <bzlib.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <zstd.h>

#include "base/buf.h"
#include "io/decoder.h"
#include "test.h"

static inline void pack_gzip(struct buf *out, struct str plain)
{
    struct isal_zstream stream;
    AUTO_FREE unsigned char *level = mem_alloc(ISAL_DEF_LVL1_DEFAULT);
    isal_deflate_init(&stream);
    stream.gzip_flag = IGZIP_GZIP;
    stream.level = 1;
    stream.level_buf = level;
    stream.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream.next_in = (uint8_t *)(uintptr_t)plain.data;
    stream.avail_in = (uint32_t)plain.len;
    stream.end_of_stream = 1;
    size_t room = plain.len + plain.len / 8 + 1000;
    stream.next_out = (uint8_t *)buf_reserve(out, room);
    stream.avail_out = (uint32_t)room;
    CHECK_INT(isal_deflate(&stream), COMP_OK);
    CHECK_INT(stream.internal_state.state, ZSTATE_END);
    out->len += stream.total_out;
}

/* With a checksum, as the zstd program writes it. */
static inline void pack_zstd(struct buf *out, struct str plain)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t room = ZSTD_compressBound(plain.len);
    size_t len = ZSTD_compress2(context, buf_reserve(out, room), room, plain.data, plain.len);
    CHECK(!ZSTD_isError(len));
    out->len += len;
    ZSTD_freeCCtx(context);
}

static inline void pack_xz(struct buf *out, struct str plain)
{
    size_t room = lzma_stream_buffer_bound(plain.len), at = 0;
    CHECK_INT(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)plain.data,
                                      plain.len, (uint8_t *)buf_reserve(out, room), &at, room),
              LZMA_OK);
    out->len += at;
}

static inline void pack_bzip2(struct buf *out, struct str plain)
{
    unsigned room = (unsigned)(plain.len + plain.len / 50 + 1000), len = room;
    CHECK_INT(BZ2_bzBuffToBuffCompress(buf_reserve(out, room), &len,
                                       plain.len ? (char *)(uintptr_t)plain.data : (char *)"",
                                       (unsigned)plain.len, 1, 0, 0),
              BZ_OK);
    out->len += len;
}

struct chunks {
    struct str rest;
    size_t size;
    char *window;
};

static inline int chunks_read(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct chunks *chunks = context;
    (void)err;
    struct str part = str_first(chunks->rest, chunks->size);
    chunks->rest = str_from(chunks->rest, part.len);
    free(chunks->window);
    chunks->window = mem_alloc(part.len + 1);
    if (part.len)
        memcpy(chunks->window, part.data, part.len);
    *ret_bytes = str_make(chunks->window, part.len);
    return 0;
}

/* Text that is neither empty for a compressor nor without structure. */
static inline void some_text(struct buf *out, size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        buf_printf(out, "line %zu of %zu: %zu\n", i, lines, i * i * 2654435761U % 1000003);
}
