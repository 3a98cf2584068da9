/* Downloads held against the checksums that their publishers put beside them. */
#pragma once

#include "io/download.h"

/* `checksums[i]` is the address of the document for `downloads[i]`, or NULL. One that is done and
 * does not have its checksum becomes a failed one, and its file is removed. When a checksum itself
 * cannot be fetched, the download fails, too. */
int checksums_verify(struct download *downloads, const char *const *checksums, size_t count,
                     const struct download_options *options, struct pl_err *err);
