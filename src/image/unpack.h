/* Archives that are compressed as a whole (`docker save app | gzip`): their members cannot be
 * reached without reading everything before them, so they are unpacked once into a file that has no
 * name. */
#pragma once

#include "io/decoded_source.h"

/* The compression of the file's bytes; COMPRESSION_NONE for a short or plain file. */
enum compression unpack_detect(int fd, uint64_t size);
/* Unpacks `fd` into a nameless file in $TMPDIR (else /var/tmp, /tmp); held against the budget. */
int unpack_whole(int fd, uint64_t size, enum compression compression, struct inflate_budget *budget,
                 int *ret_fd, uint64_t *ret_size, struct pl_err *err);
