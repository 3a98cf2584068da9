#include "io/source.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

enum { AHEAD_MIN = 1024, AHEAD_MAX = 8192, CHUNK_READ = 256 * 1024 };

static int truncated(struct pl_err *err, uint64_t position)
{
    return err_set(err, PL_E_FORMAT, "the archive ends in the middle of something, at byte %llu",
                   (unsigned long long)position);
}

/* Fills the buffer from the current position with up to `want` bytes of the range. */
static int refill(struct file_source *self, size_t want, struct pl_err *err)
{
    uint64_t position = self->source.position;
    uint64_t left = position < self->source.length ? self->source.length - position : 0;
    if (want > left)
        want = (size_t)left;
    self->buffer_at = position;
    self->buffer_len = 0;
    while (self->buffer_len < want) {
        ssize_t got =
            pread(self->source.fd, self->buffer + self->buffer_len, want - self->buffer_len,
                  (off_t)(self->source.start + position + self->buffer_len));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "cannot read");
        if (got == 0)
            break;
        self->buffer_len += (size_t)got;
    }
    return 0;
}

static size_t buffered(const struct file_source *self)
{
    uint64_t position = self->source.position;
    if (position < self->buffer_at || position >= self->buffer_at + self->buffer_len)
        return 0;
    return (size_t)(self->buffer_at + self->buffer_len - position);
}

static int file_block(struct source *source, const unsigned char **ret_block, struct pl_err *err)
{
    struct file_source *self = (struct file_source *)source;
    if (buffered(self) < TAR_BLOCK) {
        /* Bytes that are read and not used cost more than calls: they come from cold memory. */
        if (self->served <= 1 && self->ahead > AHEAD_MIN)
            self->ahead /= 2;
        else if (self->served > 1 && self->ahead < AHEAD_MAX)
            self->ahead *= 2;
        self->served = 0;
        int r = refill(self, self->ahead, err);
        if (r < 0)
            return r;
        if (self->buffer_len == 0)
            return source->position > self->source.length ? truncated(err, source->position) : 0;
        if (self->buffer_len < TAR_BLOCK)
            return truncated(err, source->position);
    }
    *ret_block = self->buffer + (source->position - self->buffer_at);
    source->position += TAR_BLOCK;
    self->served++;
    return 1;
}

static int file_chunk(struct source *source, uint64_t max, struct str *ret_chunk,
                      struct pl_err *err)
{
    struct file_source *self = (struct file_source *)source;
    size_t have = buffered(self);
    if (have == 0) {
        int r = refill(self, max < CHUNK_READ ? (size_t)max : CHUNK_READ, err);
        if (r < 0)
            return r;
        have = self->buffer_len;
    }
    size_t len = have < max ? have : (size_t)max;
    *ret_chunk = str_make((char *)self->buffer + (source->position - self->buffer_at), len);
    source->position += len;
    return 0;
}

static int file_skip(struct source *source, uint64_t count, struct pl_err *err)
{
    struct file_source *self = (struct file_source *)source;
    if (source->position > self->source.length || count > self->source.length - source->position)
        return truncated(err, self->source.length);
    source->position += count;
    return 0;
}

static int file_peek(struct source *source, struct str *ret_bytes, struct pl_err *err)
{
    struct file_source *self = (struct file_source *)source;
    if (buffered(self) == 0) {
        int r = refill(self, AHEAD_MIN, err);
        if (r < 0)
            return r;
    }
    *ret_bytes =
        str_make((char *)self->buffer + (source->position - self->buffer_at), buffered(self));
    return 0;
}

void file_source_init(struct file_source *source, int fd, uint64_t start, uint64_t length)
{
    *source = (struct file_source){
        .source = {.block = file_block,
                   .chunk = file_chunk,
                   .skip = file_skip,
                   .peek = file_peek,
                   .fd = fd,
                   .start = start,
                   .length = length},
        .buffer = mem_alloc(CHUNK_READ),
        .ahead = AHEAD_MAX,
        .served = 2,
    };
}

void file_source_free(struct file_source *source)
{
    free(source->buffer);
    source->buffer = NULL;
}

int file_read_at(int fd, void *bytes, size_t len, uint64_t offset, struct pl_err *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t got = pread(fd, (char *)bytes + done, len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, errno, "cannot read");
        if (got == 0)
            return truncated(err, offset + done);
        done += (size_t)got;
    }
    return 0;
}
