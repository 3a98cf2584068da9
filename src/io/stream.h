/* Bytes that come in order, and only once: a transfer over the network, a pipe. */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

struct stream {
    /* The next bytes, valid until the next call; len 0 at the end. */
    int (*read)(struct stream *stream, struct str *ret_bytes, struct pl_err *err);
    /* The SHA-256 of all bytes, once they were read to their end: computed on the thread that
     * receives them. */
    void (*digest)(struct stream *stream, char ret_text[DIGEST_TEXT]);
    void (*close)(struct stream *stream); /* frees the stream, too */
};
