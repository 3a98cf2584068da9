/* Bytes that come in order, and only once: a transfer over the network, a pipe. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct stream {
    /* The next bytes, valid until the next call; len 0 at the end. */
    int (*read)(struct stream *stream, struct str *ret_bytes, struct pl_err *err);
    void (*close)(struct stream *stream); /* frees the stream, too */
};
