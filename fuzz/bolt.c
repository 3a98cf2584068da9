/* Databases of bbolt: whatever the bytes, reading stays inside of them and ends. What is found by
 * going through all keys is found by its key, too, in a database whose keys are in order. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory_file.h"
#include "runtime/bolt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct looking {
    struct bolt *bolt;
    const struct bolt_bucket *in;
    unsigned depth, left;
};

static int visit(void *context, struct str key, struct str value, const struct bolt_bucket *bucket)
{
    struct looking *looking = context;
    struct pl_err ignored;
    struct str found;
    volatile char sum = 0; /* every byte that is handed out can be read */
    for (size_t i = 0; i < key.len; i++)
        sum = (char)(sum + key.data[i]);
    for (size_t i = 0; i < value.len; i++)
        sum = (char)(sum + value.data[i]);
    if (looking->left == 0)
        return -1;
    looking->left--;
    if (!bucket) {
        bolt_find_value(looking->bolt, looking->in, key, &found, &ignored);
        return 0;
    }
    struct looking below = {looking->bolt, bucket, looking->depth + 1, looking->left};
    if (looking->depth < 8)
        bolt_each(looking->bolt, bucket, visit, &below, &ignored);
    looking->left = below.left;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct bolt *bolt;
    struct pl_err err;
    int fd = memory_file(data, size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (bolt_open(path, &bolt, &err) == 0) {
        struct bolt_bucket root = bolt_root(bolt);
        struct looking looking = {bolt, &root, 0, 2000};
        bolt_each(bolt, &root, visit, &looking, &err);
        if (bolt_changed(bolt))
            abort();
        bolt_close(bolt);
    }
    close(fd);
    return 0;
}
