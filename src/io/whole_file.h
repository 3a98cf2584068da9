/* A file that is needed in memory as a whole: documents that people and other programs hand over.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Adds all bytes of the file to `ret_text`, decompressed when it is packed by gzip, zstd, xz or
 * bzip2; pipes, too, and "-" is standard input. A byte order mark of UTF-8 at the start is left
 * out. PL_E_LIMIT with the limit's name where there are more than `most` bytes. Errors name the
 * file. */
int whole_file_read(const char *path, uint64_t most, const char *limit, struct buf *ret_text,
                    struct pl_err *err);
