/* Decompression: members and frames one behind the other, and data that is cut or damaged. */
#include "packed.h"

typedef void pack_fn(struct buf *out, struct str plain);
static const struct {
    enum compression compression;
    pack_fn *pack;
    const char *name;
} kinds[] = {{COMPRESSION_GZIP, pack_gzip, "gzip"},
             {COMPRESSION_ZSTD, pack_zstd, "zstd"},
             {COMPRESSION_XZ, pack_xz, "xz"},
             {COMPRESSION_BZIP2, pack_bzip2, "bzip2"}};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Everything, read `size` bytes at a time out of chunks of `chunk`. */
static int decode(enum compression compression, struct str packed, size_t chunk, size_t size,
                  struct buf *out, struct pl_err *err)
{
    struct chunks chunks = {packed, chunk, NULL};
    struct decoder *decoder = NULL;
    size_t len;
    int r = decoder_new(compression, (struct decoder_input){&chunks, chunks_read}, &decoder, err);
    if (r < 0)
        return r;
    out->len = 0;
    do {
        len = SIZE_MAX;
        r = decoder_read(decoder, buf_reserve(out, size), size, &len, err);
        if (r < 0)
            break;
        CHECK(len <= size);
        out->len += len;
    } while (len == size);
    if (r == 0) {
        /* The end stays the end. */
        char more[8];
        CHECK_INT(decoder_read(decoder, more, sizeof(more), &len, err), 0);
        CHECK_INT(len, 0);
        CHECK_INT(decoder_consumed(decoder), packed.len);
    }
    decoder_free(decoder);
    free(chunks.window);
    return r;
}

static void check_decodes(enum compression compression, struct str packed, struct str plain)
{
    static const size_t sizes[][2] = {{1, 1}, {1, 4096}, {7, 100}, {1 << 20, 1 << 16}, {100, 3}};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        AUTO_BUF out = {0};
        struct pl_err err;
        if (decode(compression, packed, sizes[i][0], sizes[i][1], &out, &err) < 0)
            FAIL("%s: %s", compression_name(compression), err.message);
        else if (!str_equal(buf_str(&out), plain))
            FAIL("%s: %zu bytes, not %zu", compression_name(compression), out.len, plain.len);
    }
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static void tells_kinds(void)
{
    static const struct {
        const char *head;
        size_t len;
        enum compression want;
    } cases[] = {
        {BYTES("\x1f\x8b\x08\x00\x00\x00"), COMPRESSION_GZIP},
        {BYTES("\x1f\x8b\x07\x00\x00\x00"), COMPRESSION_NONE},
        {BYTES("\x1f\x8b"), COMPRESSION_NONE},
        {BYTES("\x28\xb5\x2f\xfd"), COMPRESSION_ZSTD},
        {BYTES("\x28\xb5\x2f"), COMPRESSION_NONE},
        {BYTES("\x50\x2a\x4d\x18\x00\x00"), COMPRESSION_ZSTD},
        {BYTES("\x5f\x2a\x4d\x18\x00\x00"), COMPRESSION_ZSTD},
        {BYTES("\x60\x2a\x4d\x18\x00\x00"), COMPRESSION_NONE},
        {BYTES("\xfd"
               "7zXZ\x00"),
         COMPRESSION_XZ},
        {BYTES("\xfd"
               "7zXZ"),
         COMPRESSION_NONE},
        {BYTES("BZh91A"), COMPRESSION_BZIP2},
        {BYTES("BZh01A"), COMPRESSION_NONE},
        {BYTES("BZh"), COMPRESSION_NONE},
        {BYTES("manifest"), COMPRESSION_NONE},
        {NULL, 0, COMPRESSION_NONE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum compression got = compression_detect(str_make(cases[i].head, cases[i].len));
        if (got != cases[i].want)
            FAIL("case %zu: %s", i, compression_name(got));
    }
}

static void whole_data(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        AUTO_BUF plain = {0}, packed = {0}, nothing = {0};
        some_text(&plain, 500);
        kinds[i].pack(&packed, buf_str(&plain));
        CHECK_STR(str_of(compression_name(compression_detect(buf_str(&packed)))), kinds[i].name);
        check_decodes(kinds[i].compression, buf_str(&packed), buf_str(&plain));
        kinds[i].pack(&nothing, STR(""));
        check_decodes(kinds[i].compression, buf_str(&nothing), STR(""));
    }
    check_decodes(COMPRESSION_NONE, STR("plain bytes"), STR("plain bytes"));
    check_decodes(COMPRESSION_NONE, STR(""), STR(""));
}

static void several_in_a_row(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        AUTO_BUF packed = {0};
        kinds[i].pack(&packed, STR("one, "));
        kinds[i].pack(&packed, STR(""));
        kinds[i].pack(&packed, STR("two"));
        check_decodes(kinds[i].compression, buf_str(&packed), STR("one, two"));
        buf_puts(&packed, "rubbish");
        AUTO_BUF out = {0};
        struct pl_err err;
        CHECK_INT(decode(kinds[i].compression, buf_str(&packed), 5, 100, &out, &err), -PL_E_FORMAT);
    }
}

static void gzip_headers(void)
{
    AUTO_BUF packed = {0}, named = {0}, padded = {0};
    pack_gzip(&packed, STR("body"));
    /* RFC 1952: FEXTRA, FNAME, FCOMMENT. */
    buf_add(&named, STR("\x1f\x8b\x08\x1c\1\2\3\4\2\xff\x04\0xyzw"));
    buf_add(&named, STR("name\0a comment\0"));
    buf_add(&named, str_from(buf_str(&packed), 10));
    check_decodes(COMPRESSION_GZIP, buf_str(&named), STR("body"));
    buf_add(&named, STR("\x1f\x8b\x08\x04\0\0\0\0\0\xff\0\0")); /* no extra bytes */
    buf_add(&named, str_from(buf_str(&packed), 10));
    buf_add(&named, STR("\x1f\x8b\x08\x02\0\0\0\0\0\xff")); /* FHCRC */
    uint32_t crc = crc32_gzip_refl(0, (unsigned char *)named.data + named.len - 10, 10);
    buf_putc(&named, (char)crc);
    buf_putc(&named, (char)(crc >> 8));
    buf_add(&named, str_from(buf_str(&packed), 10));
    check_decodes(COMPRESSION_GZIP, buf_str(&named), STR("bodybodybody"));
    /* Tapes pad with zeros. */
    buf_add(&padded, buf_str(&packed));
    for (int i = 0; i < 1000; i++)
        buf_putc(&padded, '\0');
    check_decodes(COMPRESSION_GZIP, buf_str(&padded), STR("body"));
}

static void zstd_skippable_frames(void)
{
    AUTO_BUF packed = {0};
    buf_add(&packed, STR("\x50\x2a\x4d\x18\x05\0\0\0abcde"));
    pack_zstd(&packed, STR("left and "));
    buf_add(&packed, STR("\x5f\x2a\x4d\x18\0\0\0\0"));
    pack_zstd(&packed, STR("right"));
    buf_add(&packed, STR("\x53\x2a\x4d\x18\x03\0\0\0end"));
    check_decodes(COMPRESSION_ZSTD, buf_str(&packed), STR("left and right"));
    AUTO_BUF out = {0};
    struct pl_err err;
    packed.len--;
    CHECK_INT(decode(COMPRESSION_ZSTD, buf_str(&packed), 9, 100, &out, &err), -PL_E_FORMAT);
}

/* RFC 8878, 3.1.1.1.2: 2^28 bytes of window, and one empty raw block. */
static void zstd_window_too_large(void)
{
    AUTO_BUF out = {0};
    struct pl_err err;
    struct str frame = STR("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00");
    CHECK_INT(decode(COMPRESSION_ZSTD, frame, 100, 100, &out, &err), -PL_E_LIMIT);
    CHECK_STR(str_of(err.limit), "LIMIT_ZSTD_WINDOW");
    frame = STR("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00"); /* 2^27 */
    CHECK_INT(decode(COMPRESSION_ZSTD, frame, 100, 100, &out, &err), 0);
    CHECK_INT(out.len, 0);
}

static void damaged_bzip2(void)
{
    AUTO_BUF plain = {0}, packed = {0}, out = {0};
    struct pl_err err;
    some_text(&plain, 30);
    pack_bzip2(&packed, buf_str(&plain));
    packed.data[12] ^= 1; /* of the first block's checksum */
    CHECK_INT(decode(COMPRESSION_BZIP2, buf_str(&packed), 100, 100, &out, &err), -PL_E_FORMAT);
    CHECK(str_find(str_of(err.message), STR("the bzip2 data is damaged")) != SIZE_MAX);
    packed.data[12] ^= 1;
    buf_puts(&packed, "and more");
    CHECK_INT(decode(COMPRESSION_BZIP2, buf_str(&packed), 100, 100, &out, &err), -PL_E_FORMAT);
    CHECK(str_find(str_of(err.message), STR("unknown bytes follow the end")) != SIZE_MAX);
}

/* A beginning is never taken for the whole. */
static void cut_anywhere(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        AUTO_BUF plain = {0}, packed = {0}, out = {0};
        some_text(&plain, 30);
        kinds[i].pack(&packed, buf_str(&plain));
        for (size_t len = 0; len < packed.len; len++) {
            struct pl_err err = {0};
            int r = decode(kinds[i].compression, str_make(packed.data, len), 64, 50, &out, &err);
            if (r != -PL_E_FORMAT)
                FAIL("%s cut to %zu of %zu: %d", kinds[i].name, len, packed.len, r);
            CHECK(err.message[0] != '\0');
        }
    }
}

/* Each bit of each byte turned round: an error, or a bit that the bytes do not hang on. */
static void damaged_anywhere(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        AUTO_BUF plain = {0}, packed = {0}, out = {0};
        some_text(&plain, 12);
        kinds[i].pack(&packed, buf_str(&plain));
        size_t errors = 0;
        for (size_t at = 0; at < packed.len * 9; at++) {
            struct pl_err err = {0};
            char mask = (char)(at % 9 == 8 ? 0xff : 1 << at % 9);
            packed.data[at / 9] = (char)(packed.data[at / 9] ^ mask);
            int r = decode(kinds[i].compression, buf_str(&packed), 1000, 1000, &out, &err);
            packed.data[at / 9] = (char)(packed.data[at / 9] ^ mask);
            errors += r < 0;
            if (r == 0 && !str_equal(buf_str(&out), buf_str(&plain)))
                FAIL("%s, byte %zu of %zu ^ %02x: other bytes and no error", kinds[i].name, at / 9,
                     packed.len, (unsigned char)mask);
            if (r < 0 && !err.message[0])
                FAIL("%s: an error without a message", kinds[i].name);
        }
        CHECK(errors > packed.len * 8);
    }
}

static int failing_read(void *context, struct str *ret_bytes, struct pl_err *err)
{
    (void)context;
    (void)ret_bytes;
    return err_set(err, PL_E_IO, "the disk is gone");
}

static void errors_of_the_input_pass_through(void)
{
    static const enum compression all[] = {COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
                                           COMPRESSION_XZ};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct decoder *decoder = NULL;
        struct pl_err err;
        char bytes[10];
        size_t len = 0;
        CHECK_INT(decoder_new(all[i], (struct decoder_input){NULL, failing_read}, &decoder, &err),
                  0);
        CHECK_INT(decoder_read(decoder, bytes, sizeof(bytes), &len, &err), -PL_E_IO);
        CHECK_STR(str_of(err.message), "the disk is gone");
        decoder_free(decoder);
    }
}

static void ranges_of_a_file(void)
{
    FILE *file = tmpfile();
    fputs("..0123456789..", file);
    fflush(file);
    struct file_input input;
    struct decoder *decoder = NULL;
    struct pl_err err;
    char bytes[64];
    size_t len = 0;
    file_input_init(&input, fileno(file), 2, 10);
    CHECK_INT(decoder_new(COMPRESSION_NONE, file_input_decoder(&input), &decoder, &err), 0);
    CHECK_INT(decoder_read(decoder, bytes, sizeof(bytes), &len, &err), 0);
    CHECK_STR(str_make(bytes, len), "0123456789");
    decoder_free(decoder);
    file_input_free(&input);
    fclose(file);
}

int main(void)
{
    RUN(tells_kinds);
    RUN(whole_data);
    RUN(several_in_a_row);
    RUN(gzip_headers);
    RUN(zstd_skippable_frames);
    RUN(zstd_window_too_large);
    RUN(damaged_bzip2);
    RUN(cut_anywhere);
    RUN(damaged_anywhere);
    RUN(errors_of_the_input_pass_through);
    RUN(ranges_of_a_file);
    return test_end();
}
