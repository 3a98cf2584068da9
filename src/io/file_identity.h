/* Which bytes of which file on this machine: as long as a file's identity stays, its bytes do,
 * since the kernel sets the time of change of a file that is written to, and nobody else can. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct file_identity {
    uint64_t device, inode, size;
    int64_t modified, changed; /* nanoseconds since 1970 */
    uint64_t offset, length;   /* the part of it that is meant */
    bool settled; /* it was not changed in the moments before: a change yet to come shows */
};

/* False: there is none to rely on (a file without a name, something else than a file, a file system
 * whose times are not the kernel's). */
bool file_identity_get(int fd, uint64_t offset, uint64_t length, struct file_identity *ret);
/* The same bytes, `settled` or not. */
bool file_identity_equal(const struct file_identity *a, const struct file_identity *b);
