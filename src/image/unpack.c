#include "image/unpack.h"

#include <unistd.h>

#include "base/mem.h"
#include "io/tempfile.h"

enum compression unpack_detect(int fd, uint64_t size)
{
    char head[COMPRESSION_HEAD];
    struct pl_err ignored;
    if (size < sizeof(head) || file_read_at(fd, head, sizeof(head), 0, &ignored) < 0)
        return COMPRESSION_NONE;
    return compression_detect(str_make(head, sizeof(head)));
}

static int copy(struct decoded_source *source, int to, uint64_t *ret_size, struct pl_err *err)
{
    for (*ret_size = 0;;) {
        struct str chunk;
        int r = source->source.chunk(&source->source, UINT64_MAX, &chunk, err);
        if (r < 0 || chunk.len == 0)
            return r;
        r = tempfile_write(to, chunk, err);
        if (r < 0)
            return r;
        *ret_size += chunk.len;
    }
}

int unpack_whole(int fd, uint64_t size, enum compression compression, struct inflate_budget *budget,
                 int *ret_fd, uint64_t *ret_size, struct pl_err *err)
{
    struct file_input input;
    struct decoder *decoder;
    struct decoded_source source;
    int to = tempfile_nameless(err);
    if (to < 0)
        return to;
    budget->total = size;
    file_input_init(&input, fd, 0, size);
    int r = decoder_new(compression, file_input_decoder(&input), &decoder, err);
    if (r == 0) {
        r = decoded_source_init(&source, decoder, budget, false, err);
        if (r == 0) {
            r = copy(&source, to, ret_size, err);
            decoded_source_free(&source);
        }
    }
    file_input_free(&input);
    budget->done = budget->total = 0;
    if (r < 0) {
        close(to);
        return r;
    }
    *ret_fd = to;
    return 0;
}
