#include "io/whole_file.h"

#include "io/rewind_input.h"

static int read_all(struct rewind_input *input, struct buf *text, struct pl_err *err)
{
    struct str chunk;
    int r = rewind_start(input, err);
    while (r == 0) {
        r = rewind_read(input, &chunk, err);
        if (r < 0 || chunk.len == 0)
            break;
        buf_add(text, chunk);
    }
    return r;
}

int whole_file_read(const char *path, uint64_t most, const char *limit, struct buf *ret_text,
                    struct pl_err *err)
{
    struct rewind_input input;
    int r = rewind_open(path, most, limit, &input, err);
    if (r < 0)
        return r;
    r = read_all(&input, ret_text, err);
    rewind_close(&input);
    return r < 0 ? err_prefix(err, "%s", path) : 0;
}
