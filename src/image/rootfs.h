/* A root folder as one layer whose bytes are a file system. Paths are resolved by the kernel below
 * the root (openat2(2), RESOLVE_IN_ROOT), so that no link leads out of it. */
#pragma once

#include "image/record.h"
#include "image/walk.h"

/* Reads the wanted files into record->files, under the paths that were asked for; a file that is
 * reached by two names is read once for each reader. What cannot be read is a problem. */
void rootfs_read(int root_fd, const struct wants *wants, const struct walk_visitor *visitor,
                 struct layer_record *record);
