#include "io/decoded_source.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"

void inflate_budget_tell(struct inflate_budget *budget, uint64_t more)
{
    uint64_t done = atomic_fetch_add(&budget->done, more) + more;
    progress_tell(budget->progress, N_("reading layers"), done, budget->total, "B");
}

int inflate_budget_take(struct inflate_budget *budget, uint64_t more, uint64_t made,
                        struct pl_err *err)
{
    uint64_t in = atomic_fetch_add(&budget->in, more) + more;
    uint64_t out = atomic_fetch_add(&budget->out, made) + made;
    if (out > LIMIT_INFLATE_FREE && (out - LIMIT_INFLATE_FREE) / LIMIT_INFLATE_RATIO > in)
        return err_limit(err, LIMIT_NAME(LIMIT_INFLATE_RATIO),
                         "%llu bytes inflated out of %llu: more than LIMIT_INFLATE_FREE (%llu) and "
                         "LIMIT_INFLATE_RATIO (%llu to 1) allow; this looks like a bomb",
                         (unsigned long long)out, (unsigned long long)in, LIMIT_INFLATE_FREE,
                         LIMIT_INFLATE_RATIO);
    return 0;
}

static int check_budget(struct decoded_source *self, size_t made, struct pl_err *err)
{
    if (!self->budget)
        return 0;
    uint64_t consumed = decoder_consumed(self->decoder);
    uint64_t more = consumed - self->counted;
    self->counted = consumed;
    inflate_budget_tell(self->budget, more);
    return inflate_budget_take(self->budget, more, made, err);
}

/* Decodes the next buffer; left is 0 afterwards only at the end. */
static int refill(struct decoded_source *self, struct pl_err *err)
{
    if (self->ended)
        return 0;
    if (self->hashing)
        hasher_wait(&self->hasher, (size_t)(DECODED_RING - 1) * DECODED_BUFFER);
    size_t slot = self->filled % DECODED_RING, len = 0;
    unsigned char *buffer = self->buffers + slot * DECODED_BUFFER;
    int r = decoder_read(self->decoder, buffer, DECODED_BUFFER, &len, err);
    if (r == 0)
        r = check_budget(self, len, err);
    if (r < 0) {
        self->ended = true;
        return r;
    }
    self->ended = len < DECODED_BUFFER;
    self->next = buffer;
    self->left = len;
    self->total += len;
    self->filled++;
    if (self->hashing)
        hasher_submit(&self->hasher, len);
    return 0;
}

static int ends_early(const struct decoded_source *self, struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT, "the archive ends in the middle of something, at byte %llu",
                   (unsigned long long)self->total);
}

static int decoded_block(struct source *source, const unsigned char **ret_block, struct pl_err *err)
{
    struct decoded_source *self = (struct decoded_source *)source;
    if (self->left == 0) {
        int r = refill(self, err);
        if (r < 0)
            return r;
        if (self->left == 0)
            return 0;
    }
    if (self->left < TAR_BLOCK)
        return ends_early(self, err);
    *ret_block = self->next;
    self->next += TAR_BLOCK;
    self->left -= TAR_BLOCK;
    source->position += TAR_BLOCK;
    return 1;
}

static int decoded_chunk(struct source *source, uint64_t max, struct str *ret_chunk,
                         struct pl_err *err)
{
    struct decoded_source *self = (struct decoded_source *)source;
    if (self->left == 0) {
        int r = refill(self, err);
        if (r < 0)
            return r;
    }
    size_t len = self->left < max ? self->left : (size_t)max;
    *ret_chunk = str_make((const char *)self->next, len);
    self->next += len;
    self->left -= len;
    source->position += len;
    return 0;
}

static int decoded_peek(struct source *source, struct str *ret_bytes, struct pl_err *err)
{
    struct decoded_source *self = (struct decoded_source *)source;
    int r = self->left == 0 ? refill(self, err) : 0;
    if (r == 0)
        *ret_bytes = str_make((const char *)self->next, self->left);
    return r;
}

static int decoded_skip(struct source *source, uint64_t count, struct pl_err *err)
{
    struct decoded_source *self = (struct decoded_source *)source;
    while (count) {
        struct str chunk;
        int r = decoded_chunk(source, count, &chunk, err);
        if (r < 0)
            return r;
        if (chunk.len == 0)
            return ends_early(self, err);
        count -= chunk.len;
    }
    return 0;
}

int decoded_source_init(struct decoded_source *source, struct decoder *decoder,
                        struct inflate_budget *budget, bool with_digest, struct pl_err *err)
{
    *source = (struct decoded_source){
        .source = {.block = decoded_block,
                   .chunk = decoded_chunk,
                   .skip = decoded_skip,
                   .peek = decoded_peek,
                   .fd = -1},
        .decoder = decoder,
        .budget = budget,
        .buffers = mem_alloc((size_t)DECODED_RING * DECODED_BUFFER),
    };
    if (with_digest) {
        int r = hasher_init(&source->hasher, source->buffers, (size_t)DECODED_RING * DECODED_BUFFER,
                            err);
        if (r < 0) {
            decoded_source_free(source);
            return r;
        }
        source->hashing = true;
    }
    return 0;
}

int decoded_source_finish(struct decoded_source *source, unsigned char ret_digest[SHA256_BYTES],
                          struct pl_err *err)
{
    while (!source->ended) {
        int r = refill(source, err);
        if (r < 0)
            return r;
    }
    if (source->hashing)
        hasher_end(&source->hasher, ret_digest);
    return 0;
}

void decoded_source_free(struct decoded_source *source)
{
    hasher_free(&source->hasher);
    decoder_free(source->decoder);
    free(source->buffers);
    source->decoder = NULL;
    source->buffers = NULL;
}
