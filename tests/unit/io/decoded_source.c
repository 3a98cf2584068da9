/* Decoded bytes as a source for the tar walker, with the digest of all of them. */
#include "io/decoded_source.h"
#include "base/limits.h"
#include "packed.h"

struct rig {
    struct buf plain, packed;
    struct chunks chunks;
    struct decoded_source decoded;
    struct inflate_budget budget;
    struct source *source;
};

static void rig_start(struct rig *rig, size_t lines, bool with_digest)
{
    struct decoder *decoder = NULL;
    struct pl_err err;
    *rig = (struct rig){0};
    some_text(&rig->plain, lines);
    while (rig->plain.len % TAR_BLOCK)
        buf_putc(&rig->plain, '.');
    pack_zstd(&rig->packed, buf_str(&rig->plain));
    rig->chunks = (struct chunks){buf_str(&rig->packed), 5000, NULL};
    CHECK_INT(decoder_new(COMPRESSION_ZSTD, (struct decoder_input){&rig->chunks, chunks_read},
                          &decoder, &err),
              0);
    CHECK_INT(decoded_source_init(&rig->decoded, decoder, &rig->budget, with_digest, &err), 0);
    rig->source = &rig->decoded.source;
}

static void rig_end(struct rig *rig)
{
    decoded_source_free(&rig->decoded);
    buf_free(&rig->plain);
    buf_free(&rig->packed);
    free(rig->chunks.window);
}

static void check_digest(struct rig *rig)
{
    unsigned char got[SHA256_BYTES], want[SHA256_BYTES];
    struct sha256 sha;
    struct pl_err err;
    sha256_init(&sha);
    sha256_add(&sha, rig->plain.data, rig->plain.len);
    sha256_end(&sha, want);
    CHECK_INT(decoded_source_finish(&rig->decoded, got, &err), 0);
    CHECK(memcmp(got, want, sizeof(got)) == 0);
    CHECK_INT(rig->decoded.total, rig->plain.len);
}

/* Blocks, chunks and skips in turn see the same bytes that were packed. */
static void reads_in_order(void)
{
    for (int with_digest = 0; with_digest < 2; with_digest++) {
        struct rig rig;
        struct pl_err err;
        rig_start(&rig, 200000, with_digest);
        size_t at = 0;
        for (unsigned turn = 0; at + 3 * 4096 < rig.plain.len; turn++) {
            const unsigned char *block = NULL;
            struct str chunk = STR_NONE;
            CHECK_INT(rig.source->position, at);
            CHECK_INT(rig.source->block(rig.source, &block, &err), 1);
            CHECK(memcmp(block, rig.plain.data + at, TAR_BLOCK) == 0);
            at += TAR_BLOCK;
            for (size_t want = 1024 + turn % 3 * TAR_BLOCK; want; want -= chunk.len) {
                CHECK_INT(rig.source->chunk(rig.source, want, &chunk, &err), 0);
                CHECK(chunk.len > 0 && chunk.len <= want);
                CHECK(memcmp(chunk.data, rig.plain.data + at, chunk.len) == 0);
                at += chunk.len;
            }
            CHECK_INT(rig.source->skip(rig.source, TAR_BLOCK * (turn % 5), &err), 0);
            at += TAR_BLOCK * (turn % 5);
        }
        if (with_digest)
            check_digest(&rig);
        CHECK_INT(rig.budget.out, with_digest ? rig.plain.len : rig.decoded.total);
        CHECK(rig.budget.in > 0 && rig.budget.in <= rig.packed.len);
        rig_end(&rig);
    }
}

static void digest_without_reading(void)
{
    struct rig rig;
    rig_start(&rig, 300000, true);
    check_digest(&rig);
    rig_end(&rig);
    rig_start(&rig, 0, true);
    check_digest(&rig);
    rig_end(&rig);
}

/* Freed with work under way: the thread ends. */
static void ends_early(void)
{
    struct rig rig;
    struct pl_err err;
    rig_start(&rig, 200000, true);
    CHECK_INT(rig.source->skip(rig.source, 3 << 20, &err), 0);
    rig_end(&rig);
}

static void past_the_end(void)
{
    struct rig rig;
    struct pl_err err;
    const unsigned char *block = NULL;
    struct str chunk;
    rig_start(&rig, 100, true);
    CHECK_INT(rig.source->skip(rig.source, rig.plain.len, &err), 0);
    CHECK_INT(rig.source->block(rig.source, &block, &err), 0);
    CHECK_INT(rig.source->chunk(rig.source, 10, &chunk, &err), 0);
    CHECK_INT(chunk.len, 0);
    CHECK_INT(rig.source->skip(rig.source, 1, &err), -PL_E_FORMAT);
    check_digest(&rig);
    rig_end(&rig);

    rig_start(&rig, 100, false);
    CHECK_INT(rig.source->skip(rig.source, rig.plain.len - 100, &err), 0);
    CHECK_INT(rig.source->block(rig.source, &block, &err), -PL_E_FORMAT);
    rig_end(&rig);

    rig_start(&rig, 100, false);
    CHECK_INT(rig.source->skip(rig.source, UINT64_MAX, &err), -PL_E_FORMAT);
    rig_end(&rig);
}

static void damage_is_an_error(void)
{
    struct rig rig;
    struct pl_err err;
    unsigned char digest[SHA256_BYTES];
    rig_start(&rig, 50000, true);
    rig.packed.data[rig.packed.len / 2] ^= 0x55;
    CHECK_INT(decoded_source_finish(&rig.decoded, digest, &err), -PL_E_FORMAT);
    rig_end(&rig);
    rig_start(&rig, 50000, true);
    rig.chunks.rest.len -= 1;
    CHECK_INT(decoded_source_finish(&rig.decoded, digest, &err), -PL_E_FORMAT);
    rig_end(&rig);
}

/* What other layers of the target inflated counts as well. */
static void bombs(void)
{
    static const struct {
        uint64_t in, out;
        int result;
    } cases[] = {
        {0, 0, 0},
        {0, LIMIT_INFLATE_FREE - (64 << 20), 0},
        {100 << 20, LIMIT_INFLATE_FREE + (64 << 20) * LIMIT_INFLATE_RATIO, 0},
        {100, LIMIT_INFLATE_FREE + (64 << 20) * LIMIT_INFLATE_RATIO, -PL_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig rig;
        struct pl_err err = {0};
        unsigned char digest[SHA256_BYTES];
        rig_start(&rig, 10000, true);
        rig.budget.in = cases[i].in;
        rig.budget.out = cases[i].out;
        CHECK_INT(decoded_source_finish(&rig.decoded, digest, &err), cases[i].result);
        if (cases[i].result < 0)
            CHECK_STR(str_of(err.limit), "LIMIT_INFLATE_RATIO");
        rig_end(&rig);
    }
}

int main(void)
{
    RUN(reads_in_order);
    RUN(digest_without_reading);
    RUN(ends_early);
    RUN(past_the_end);
    RUN(damage_is_an_error);
    RUN(bombs);
    return test_end();
}
