#include "io/decoder.h"

#include <bzlib.h>
#include <errno.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/limits.h"
#include "base/mem.h"

enum { INPUT_SIZE = 256 * 1024, LARGE_WINDOW = 16 << 20, WINDOW_LOG_MAX = 27 };

/* Memory of large windows is taken by one decoder at a time, so that many layers at once cannot add
 * up to more than one of them. */
static pthread_mutex_t large_window = PTHREAD_MUTEX_INITIALIZER;

/* A member's header (RFC 1952, 2.3) is read here, byte by byte: ISA-L loses its place in one whose
 * optional fields go past the bytes at hand. */
enum gzip_step {
    GZIP_FIXED,
    GZIP_EXTRA_LENGTH,
    GZIP_EXTRA,
    GZIP_NAME,
    GZIP_COMMENT,
    GZIP_CHECKSUM,
    GZIP_BODY
};

struct gzip_header {
    enum gzip_step step;
    unsigned at; /* bytes of this step so far */
    unsigned flags;
    unsigned extra_length;
    unsigned checksum; /* as the header has it */
    uint32_t crc;
};

struct decoder {
    enum compression compression;
    struct decoder_input input;
    struct str pending; /* compressed bytes not yet used */
    bool input_ended;
    bool ended;     /* the data is complete; more may follow in another member or frame */
    bool in_member; /* inside a member or frame */
    bool started;
    bool holds_large_window;
    uint64_t consumed;
    struct gzip_header header;
    union {
        struct inflate_state *gzip;
        ZSTD_DStream *zstd;
        lzma_stream xz;
        bz_stream bzip2;
    };
};

enum compression compression_detect(struct str head)
{
    if (str_starts(head, STR("\x1f\x8b\x08")))
        return COMPRESSION_GZIP;
    if (head.len >= 4 && str_starts(str_from(head, 1), STR("\xb5\x2f\xfd")) &&
        (unsigned char)head.data[0] == 0x28)
        return COMPRESSION_ZSTD;
    /* A zstd stream can begin with a skippable frame (zstd:chunked ends with one). */
    if (head.len >= 4 && str_starts(str_from(head, 1), STR("\x2a\x4d\x18")) &&
        ((unsigned char)head.data[0] & 0xf0) == 0x50)
        return COMPRESSION_ZSTD;
    if (str_starts(head, STR("\xfd\x37\x7a\x58\x5a\x00")))
        return COMPRESSION_XZ;
    if (str_starts(head, STR("BZh")) && head.len > 3 && head.data[3] >= '1' && head.data[3] <= '9')
        return COMPRESSION_BZIP2;
    return COMPRESSION_NONE;
}

const char *compression_name(enum compression compression)
{
    static const char *const names[] = {"plain", "gzip", "zstd", "xz", "bzip2"};
    return names[compression];
}

int decoder_new(enum compression compression, struct decoder_input input,
                struct decoder **ret_decoder, struct pl_err *err)
{
    struct decoder *decoder = mem_zalloc(1, sizeof(*decoder));
    decoder->compression = compression;
    decoder->input = input;
    if (compression == COMPRESSION_GZIP) {
        decoder->gzip = mem_zalloc(1, sizeof(*decoder->gzip));
        isal_inflate_init(decoder->gzip);
        decoder->gzip->crc_flag = ISAL_GZIP_NO_HDR_VER;
    } else if (compression == COMPRESSION_ZSTD) {
        decoder->zstd = ZSTD_createDStream();
        if (decoder->zstd)
            ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    } else if (compression == COMPRESSION_XZ) {
        decoder->xz = (lzma_stream)LZMA_STREAM_INIT;
        if (lzma_stream_decoder(&decoder->xz, 128 * MIB, LZMA_CONCATENATED) != LZMA_OK) {
            free(decoder);
            return err_set(err, PL_E_FAULT, "the xz decoder cannot be started");
        }
    } else if (compression == COMPRESSION_BZIP2) {
        if (BZ2_bzDecompressInit(&decoder->bzip2, 0, 0) != BZ_OK) {
            free(decoder);
            return err_set(err, PL_E_FAULT, "the bzip2 decoder cannot be started");
        }
        decoder->in_member = true;
    }
    *ret_decoder = decoder;
    return 0;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    if (decoder->compression == COMPRESSION_GZIP)
        free(decoder->gzip);
    else if (decoder->compression == COMPRESSION_ZSTD)
        ZSTD_freeDStream(decoder->zstd);
    else if (decoder->compression == COMPRESSION_XZ)
        lzma_end(&decoder->xz);
    else if (decoder->compression == COMPRESSION_BZIP2)
        BZ2_bzDecompressEnd(&decoder->bzip2);
    if (decoder->holds_large_window)
        pthread_mutex_unlock(&large_window);
    free(decoder);
}

uint64_t decoder_consumed(const struct decoder *decoder)
{
    return decoder->consumed - decoder->pending.len;
}

static int more_input(struct decoder *decoder, struct pl_err *err)
{
    if (decoder->pending.len || decoder->input_ended)
        return 0;
    int r = decoder->input.read(decoder->input.context, &decoder->pending, err);
    if (r < 0)
        return r;
    decoder->consumed += decoder->pending.len;
    decoder->input_ended = decoder->pending.len == 0;
    return 0;
}

static int cut_short(const struct decoder *decoder, struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT, "the %s data ends too early, after %llu bytes",
                   compression_name(decoder->compression),
                   (unsigned long long)decoder_consumed(decoder));
}

static int damaged(const struct decoder *decoder, const char *what, struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT, "the %s data is damaged at byte %llu: %s",
                   compression_name(decoder->compression),
                   (unsigned long long)decoder_consumed(decoder), what);
}

/* Behind a member: another one, or zeros up to the end (tapes' padding), or nothing. */
static int gzip_next_member(struct decoder *decoder, struct pl_err *err)
{
    for (;;) {
        int r = more_input(decoder, err);
        if (r < 0)
            return r;
        if (decoder->pending.len == 0)
            return 0;
        if (decoder->pending.data[0] != '\0')
            break;
        decoder->pending = str_from(decoder->pending, 1);
    }
    if ((unsigned char)decoder->pending.data[0] != 0x1f)
        return damaged(decoder, "unknown bytes follow the end", err);
    isal_inflate_reset(decoder->gzip);
    decoder->gzip->crc_flag = ISAL_GZIP_NO_HDR_VER;
    decoder->header = (struct gzip_header){0};
    decoder->in_member = true;
    return 0;
}

/* The next step that the header's flags call for. */
static void gzip_step_on(struct gzip_header *header)
{
    static const unsigned char flags[] = {
        [GZIP_EXTRA_LENGTH] = 0x04, [GZIP_EXTRA] = 0x04,    [GZIP_NAME] = 0x08,
        [GZIP_COMMENT] = 0x10,      [GZIP_CHECKSUM] = 0x02,
    };
    header->at = 0;
    do
        header->step++;
    while (header->step < GZIP_BODY && !(header->flags & flags[header->step]));
    if (header->step == GZIP_EXTRA && header->extra_length == 0)
        gzip_step_on(header);
}

/* NULL, or what is wrong with the header at this byte. */
static const char *gzip_header_byte(struct gzip_header *header, unsigned char byte)
{
    static const unsigned char magic[] = {0x1f, 0x8b, 0x08};
    unsigned at = header->at++;
    if (header->step != GZIP_CHECKSUM)
        header->crc = crc32_gzip_refl(header->crc, &byte, 1);
    switch (header->step) {
    case GZIP_FIXED:
        if (at < sizeof(magic) && byte != magic[at])
            return at == 2 ? "unknown method" : "malformed header";
        if (at == 3)
            header->flags = byte;
        if (at == 3 && (byte & 0xe0))
            return "malformed header";
        if (at == 9)
            gzip_step_on(header);
        break;
    case GZIP_EXTRA_LENGTH:
        header->extra_length |= (unsigned)byte << (8 * at);
        if (at == 1)
            gzip_step_on(header);
        break;
    case GZIP_EXTRA:
        if (at + 1 == header->extra_length)
            gzip_step_on(header);
        break;
    case GZIP_NAME:
    case GZIP_COMMENT:
        if (byte == '\0')
            gzip_step_on(header);
        break;
    case GZIP_CHECKSUM:
        header->checksum |= (unsigned)byte << (8 * at);
        if (at == 1 && header->checksum != (header->crc & 0xffff))
            return "wrong checksum";
        if (at == 1)
            gzip_step_on(header);
        break;
    case GZIP_BODY:
        break;
    }
    return NULL;
}

static int read_gzip_header(struct decoder *decoder, struct pl_err *err)
{
    while (decoder->header.step != GZIP_BODY) {
        int r = more_input(decoder, err);
        if (r < 0)
            return r;
        if (decoder->pending.len == 0)
            return cut_short(decoder, err);
        const char *wrong =
            gzip_header_byte(&decoder->header, (unsigned char)decoder->pending.data[0]);
        if (wrong)
            return damaged(decoder, wrong, err);
        decoder->pending = str_from(decoder->pending, 1);
    }
    return more_input(decoder, err);
}

static const char *gzip_reason(int code)
{
    switch (code) {
    case ISAL_INCORRECT_CHECKSUM:
        return "wrong checksum";
    case ISAL_UNSUPPORTED_METHOD:
        return "unknown method";
    case ISAL_INVALID_WRAPPER:
        return "malformed header";
    case ISAL_INVALID_LOOKBACK:
        return "a reference before the beginning";
    default:
        return "malformed block";
    }
}

static int read_gzip(struct decoder *decoder, char *bytes, size_t size, size_t *ret_len,
                     struct pl_err *err)
{
    struct inflate_state *state = decoder->gzip;
    size_t len = 0;
    if (!decoder->started)
        decoder->started = decoder->in_member = true;
    while (len < size) {
        int r = decoder->in_member ? 0 : gzip_next_member(decoder, err);
        if (r < 0)
            return r;
        if (!decoder->in_member)
            break;
        r = read_gzip_header(decoder, err);
        if (r < 0)
            return r;
        size_t room = size - len < UINT32_MAX ? size - len : UINT32_MAX;
        size_t have = decoder->pending.len < UINT32_MAX ? decoder->pending.len : UINT32_MAX;
        state->next_in = (uint8_t *)(uintptr_t)decoder->pending.data;
        state->avail_in = (uint32_t)have;
        state->next_out = (uint8_t *)bytes + len;
        state->avail_out = (uint32_t)room;
        int code = isal_inflate(state);
        decoder->pending = str_from(decoder->pending, have - state->avail_in);
        size_t made = room - state->avail_out;
        len += made;
        if (code < 0)
            return damaged(decoder, gzip_reason(code), err);
        if (state->block_state == ISAL_BLOCK_FINISH)
            decoder->in_member = false;
        else if (made == 0 && have == state->avail_in && decoder->input_ended)
            return cut_short(decoder, err);
    }
    *ret_len = len;
    return 0;
}

/* Takes the lock for large windows when the frame that begins here asks for one. */
static void reserve_window(struct decoder *decoder)
{
    unsigned char byte = decoder->pending.len > 5 ? (unsigned char)decoder->pending.data[5] : 0xff;
    unsigned char flags = decoder->pending.len > 4 ? (unsigned char)decoder->pending.data[4] : 0;
    bool single = flags & 0x20;
    /* RFC 8878, 3.1.1.1.2: exponent above 10. A frame of a single segment needs its own size, which
     * is not worth telling apart here. */
    bool large = single || (1ULL << (10 + (byte >> 3))) > LARGE_WINDOW;
    if (large && !decoder->holds_large_window) {
        pthread_mutex_lock(&large_window);
        decoder->holds_large_window = true;
    }
}

static int read_zstd(struct decoder *decoder, char *bytes, size_t size, size_t *ret_len,
                     struct pl_err *err)
{
    ZSTD_outBuffer out = {bytes, size, 0};
    if (!decoder->zstd)
        return err_set(err, PL_E_FAULT, "the zstd decoder cannot be started");
    while (out.pos < out.size) {
        int r = more_input(decoder, err);
        if (r < 0)
            return r;
        if (decoder->pending.len == 0 && !decoder->in_member)
            break;
        if (!decoder->in_member)
            reserve_window(decoder);
        decoder->started = true;
        ZSTD_inBuffer in = {decoder->pending.data, decoder->pending.len, 0};
        size_t before = out.pos;
        size_t code = ZSTD_decompressStream(decoder->zstd, &out, &in);
        decoder->pending = str_from(decoder->pending, in.pos);
        if (ZSTD_isError(code)) {
            if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge)
                return err_limit(err, "LIMIT_ZSTD_WINDOW",
                                 "the zstd data needs a window larger than LIMIT_ZSTD_WINDOW "
                                 "(%u MiB)",
                                 (1U << WINDOW_LOG_MAX) >> 20);
            return damaged(decoder, ZSTD_getErrorName(code), err);
        }
        decoder->in_member = code != 0;
        if (in.pos == 0 && out.pos == before && decoder->input_ended)
            return cut_short(decoder, err);
    }
    if (!decoder->started && size)
        return cut_short(decoder, err);
    *ret_len = out.pos;
    return 0;
}

static int read_xz(struct decoder *decoder, char *bytes, size_t size, size_t *ret_len,
                   struct pl_err *err)
{
    lzma_stream *xz = &decoder->xz;
    xz->next_out = (uint8_t *)bytes;
    xz->avail_out = size;
    while (xz->avail_out && !decoder->ended) {
        int r = more_input(decoder, err);
        if (r < 0)
            return r;
        xz->next_in = (const uint8_t *)decoder->pending.data;
        xz->avail_in = decoder->pending.len;
        lzma_ret code = lzma_code(xz, decoder->input_ended ? LZMA_FINISH : LZMA_RUN);
        decoder->pending = str_from(decoder->pending, decoder->pending.len - xz->avail_in);
        if (code == LZMA_STREAM_END)
            decoder->ended = true;
        else if (code == LZMA_BUF_ERROR)
            return cut_short(decoder, err);
        else if (code == LZMA_MEMLIMIT_ERROR)
            return err_limit(err, "LIMIT_XZ_MEMORY",
                             "the xz data needs more memory than LIMIT_XZ_MEMORY (128 MiB)");
        else if (code != LZMA_OK)
            return damaged(decoder, "malformed block", err);
    }
    *ret_len = size - xz->avail_out;
    return 0;
}

/* Streams may follow one another, as parallel compressors write them. */
static int bzip2_next_stream(struct decoder *decoder, struct pl_err *err)
{
    int r = more_input(decoder, err);
    if (r < 0 || decoder->pending.len == 0)
        return r;
    if (decoder->pending.data[0] != 'B')
        return damaged(decoder, "unknown bytes follow the end", err);
    BZ2_bzDecompressEnd(&decoder->bzip2);
    decoder->bzip2 = (bz_stream){0};
    if (BZ2_bzDecompressInit(&decoder->bzip2, 0, 0) != BZ_OK)
        return err_set(err, PL_E_FAULT, "the bzip2 decoder cannot be started");
    decoder->in_member = true;
    return 0;
}

static int read_bzip2(struct decoder *decoder, char *bytes, size_t size, size_t *ret_len,
                      struct pl_err *err)
{
    bz_stream *bzip2 = &decoder->bzip2;
    size_t len = 0;
    while (len < size) {
        int r = decoder->in_member ? more_input(decoder, err) : bzip2_next_stream(decoder, err);
        if (r < 0)
            return r;
        if (!decoder->in_member)
            break;
        size_t room = size - len < UINT32_MAX ? size - len : UINT32_MAX;
        size_t have = decoder->pending.len < UINT32_MAX ? decoder->pending.len : UINT32_MAX;
        bzip2->next_in = (char *)(uintptr_t)decoder->pending.data;
        bzip2->avail_in = (unsigned)have;
        bzip2->next_out = bytes + len;
        bzip2->avail_out = (unsigned)room;
        int code = BZ2_bzDecompress(bzip2);
        size_t used = have - bzip2->avail_in, made = room - bzip2->avail_out;
        decoder->pending = str_from(decoder->pending, used);
        len += made;
        if (code == BZ_STREAM_END)
            decoder->in_member = false;
        else if (code != BZ_OK)
            return damaged(decoder,
                           code == BZ_DATA_ERROR ? "wrong checksum or malformed block"
                                                 : "malformed header",
                           err);
        else if (!made && !used && decoder->input_ended)
            return cut_short(decoder, err);
    }
    *ret_len = len;
    return 0;
}

static int read_plain(struct decoder *decoder, char *bytes, size_t size, size_t *ret_len,
                      struct pl_err *err)
{
    size_t len = 0;
    while (len < size) {
        int r = more_input(decoder, err);
        if (r < 0)
            return r;
        if (decoder->pending.len == 0)
            break;
        size_t part = decoder->pending.len < size - len ? decoder->pending.len : size - len;
        memcpy(bytes + len, decoder->pending.data, part);
        decoder->pending = str_from(decoder->pending, part);
        len += part;
    }
    *ret_len = len;
    return 0;
}

int decoder_read(struct decoder *decoder, void *bytes, size_t size, size_t *ret_len,
                 struct pl_err *err)
{
    switch (decoder->compression) {
    case COMPRESSION_GZIP:
        return read_gzip(decoder, bytes, size, ret_len, err);
    case COMPRESSION_ZSTD:
        return read_zstd(decoder, bytes, size, ret_len, err);
    case COMPRESSION_XZ:
        return read_xz(decoder, bytes, size, ret_len, err);
    case COMPRESSION_BZIP2:
        return read_bzip2(decoder, bytes, size, ret_len, err);
    case COMPRESSION_NONE:
        break;
    }
    return read_plain(decoder, bytes, size, ret_len, err);
}

static int read_file_input(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct file_input *input = context;
    size_t want = input->left < INPUT_SIZE ? (size_t)input->left : INPUT_SIZE;
    ssize_t got;
    do
        got = want ? pread(input->fd, input->buffer, want, (off_t)input->offset) : 0;
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_errno(err, errno, "cannot read");
    input->offset += (uint64_t)got;
    input->left -= (uint64_t)got;
    *ret_bytes = str_make(input->buffer, (size_t)got);
    return 0;
}

void file_input_init(struct file_input *input, int fd, uint64_t offset, uint64_t length)
{
    *input = (struct file_input){fd, offset, length, mem_alloc(INPUT_SIZE)};
}

void file_input_free(struct file_input *input)
{
    free(input->buffer);
    input->buffer = NULL;
}

struct decoder_input file_input_decoder(struct file_input *input)
{
    return (struct decoder_input){input, read_file_input};
}
