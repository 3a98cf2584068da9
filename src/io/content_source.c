#include "io/content_source.h"

#include <stdlib.h>

#include "base/mem.h"

enum { CHUNK = 64 * 1024 };

static int take(struct content_source *self, uint64_t len, struct str *ret_bytes,
                struct pl_err *err)
{
    const unsigned char *bytes;
    int r =
        content_read(self->content, self->source.position, (size_t)len, self->buffer, &bytes, err);
    if (r == 0)
        *ret_bytes = str_make((const char *)bytes, (size_t)len);
    return r;
}

static uint64_t left_of(const struct content_source *self)
{
    return self->content->size - self->source.position;
}

static int next_block(struct source *source, const unsigned char **ret_block, struct pl_err *err)
{
    struct content_source *self = (struct content_source *)source;
    struct str bytes = STR_NONE;
    if (left_of(self) == 0)
        return 0;
    if (left_of(self) < TAR_BLOCK)
        return err_set(err, PL_E_FORMAT, "the archive ends inside a header");
    int r = take(self, TAR_BLOCK, &bytes, err);
    if (r < 0)
        return r;
    *ret_block = (const unsigned char *)bytes.data;
    source->position += TAR_BLOCK;
    return 1;
}

static int peek(struct source *source, struct str *ret_bytes, struct pl_err *err)
{
    struct content_source *self = (struct content_source *)source;
    uint64_t left = left_of(self);
    *ret_bytes = STR_NONE;
    return left ? take(self, left < TAR_BLOCK ? left : TAR_BLOCK, ret_bytes, err) : 0;
}

static int next_chunk(struct source *source, uint64_t max, struct str *ret_chunk,
                      struct pl_err *err)
{
    struct content_source *self = (struct content_source *)source;
    uint64_t len = left_of(self);
    *ret_chunk = STR_NONE;
    len = len < max ? len : max;
    len = len < CHUNK ? len : CHUNK;
    int r = len ? take(self, len, ret_chunk, err) : 0;
    source->position += r == 0 ? ret_chunk->len : 0;
    return r;
}

static int skip(struct source *source, uint64_t count, struct pl_err *err)
{
    if (count > left_of((struct content_source *)source))
        return err_set(err, PL_E_FORMAT, "the archive ends inside a file");
    source->position += count;
    return 0;
}

void content_source_init(struct content_source *source, const struct content *content)
{
    *source = (struct content_source){
        .source = {.block = next_block, .chunk = next_chunk, .skip = skip, .peek = peek, .fd = -1},
        .content = content,
        .buffer = mem_alloc(CHUNK),
    };
}

void content_source_free(struct content_source *source)
{
    free(source->buffer);
}
