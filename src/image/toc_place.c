/* Finding a table of contents, without the network. */
#include "base/buf.h"
#include "base/limits.h"
#include "image/toc.h"

bool toc_place_parse(struct str position, struct toc_place *ret_place)
{
    uint64_t numbers[4];
    struct str part;
    size_t count = 0;
    for (; str_cut(&position, ':', &part); count++)
        if (count == ARRAY_LEN(numbers) || !str_to_u64(part, &numbers[count]))
            return false;
    if (count != ARRAY_LEN(numbers) || numbers[3] != 1)
        return false;
    ret_place->offset = numbers[0];
    ret_place->stored = numbers[1];
    ret_place->plain = numbers[2];
    return true;
}

bool toc_footer_parse(struct str footer, uint64_t *ret_offset)
{
    /* An empty member of gzip whose extra field "SG" has 16 hex digits and "STARGZ". */
    static const unsigned char head[] = {0x1f, 0x8b, 8, 4, 0, 0};
    static const unsigned char field[] = {26, 0, 'S', 'G', 22, 0};
    enum { FIELD = 10, DIGITS = 16 };
    if (footer.len != TOC_FOOTER || memcmp(footer.data, head, 4) != 0 ||
        memcmp(footer.data + FIELD, field, sizeof(field)) != 0 ||
        memcmp(footer.data + FIELD + sizeof(field) + DIGITS, "STARGZ", 6) != 0)
        return false;
    uint64_t offset = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        char c = footer.data[FIELD + sizeof(field) + i];
        unsigned value = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : 16;
        if (value > 15)
            return false;
        offset = offset << 4 | value;
    }
    *ret_offset = offset;
    return true;
}

struct packed_input {
    struct str bytes;
    bool given;
};

static int next_packed(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct packed_input *input = context;
    (void)err;
    *ret_bytes = input->given ? STR_NONE : input->bytes;
    input->given = true;
    return 0;
}

/* At most `most` bytes. */
static int unpack(enum compression compression, struct str packed, uint64_t most,
                  struct buf *ret_plain, struct pl_err *err)
{
    enum { STEP = 256 * 1024 };
    struct packed_input input = {.bytes = packed};
    struct decoder *decoder;
    size_t len = STEP;
    int r = decoder_new(compression, (struct decoder_input){&input, next_packed}, &decoder, err);
    if (r < 0)
        return r;
    while (r == 0 && len == STEP) {
        if (ret_plain->len > most)
            r = err_limit(err, LIMIT_NAME(LIMIT_TOC),
                          "the table of contents is larger than LIMIT_TOC (%llu bytes)", LIMIT_TOC);
        if (r == 0)
            r = decoder_read(decoder, buf_reserve(ret_plain, STEP), STEP, &len, err);
        if (r == 0)
            ret_plain->len += len;
    }
    decoder_free(decoder);
    return r;
}

/* The tar around eStargz's table has this one file. */
static int take_out_of_tar(struct buf *bytes, struct pl_err *err)
{
    enum { BLOCK = 512, SIZE_AT = 124, SIZE_DIGITS = 11 };
    static const char name[] = "stargz.index.json";
    uint64_t size = 0;
    bool right = bytes->len >= BLOCK && tar_is_header((const unsigned char *)bytes->data) &&
                 memcmp(bytes->data, name, sizeof(name)) == 0;
    for (size_t i = 0; right && i < SIZE_DIGITS; i++) {
        char c = bytes->data[SIZE_AT + i];
        right = c >= '0' && c <= '7';
        size = size * 8 + (uint64_t)(c - '0');
    }
    if (!right || size > bytes->len - BLOCK)
        return err_set(err, PL_E_FORMAT, "there is no table of contents where it should be");
    bytes->len = (size_t)size;
    memmove(bytes->data, bytes->data + BLOCK, bytes->len);
    return 0;
}

static int check_digest(const struct toc_place *place, struct str bytes, struct pl_err *err)
{
    char text[DIGEST_TEXT];
    sha256_of(bytes, text);
    if (str_is(place->digest, text))
        return 0;
    return err_set(err, PL_E_DIGEST,
                   "the table of contents has the digest %s, and the manifest tells another one",
                   text);
}

int toc_unpack(const struct toc_place *place, struct str packed, struct buf *ret_json,
               struct pl_err *err)
{
    bool chunked = place->kind == TOC_ZSTD_CHUNKED;
    int r = chunked ? check_digest(place, packed, err) : 0;
    if (r == 0)
        r = unpack(chunked ? COMPRESSION_ZSTD : COMPRESSION_GZIP, packed,
                   chunked ? place->plain : LIMIT_TOC, ret_json, err);
    if (r < 0 || chunked)
        return r;
    r = take_out_of_tar(ret_json, err);
    return r < 0 ? r : check_digest(place, buf_str(ret_json), err);
}
