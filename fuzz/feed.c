/* Advisory feeds of every kind: the bytes are a file that is imported, its kind told by its
 * content. */
#include <stdio.h>

#include "feed/feed.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void told(void *context, struct str where, const struct pl_err *problem)
{
    (void)context;
    if (where.len == 0 || !problem->message[0])
        abort(); /* a problem has a place and a text */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct pl_err err;
    int fd = memory_file(data, size);
    struct feed_import import = {.builder = builder_new(), .problem = told};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    (void)feed_import_path(&import, path, &err);
    VEC_FREE(&import.whole_units);
    builder_free(import.builder);
    close(fd);
    return 0;
}
