/* A stream socket to a service of this machine or another one: bytes out, answers in. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* `address`: "/path/of/socket", "unix:/path", "tcp://HOST:PORT" or "HOST:PORT". Every wait ends
 * after `seconds`. The descriptor, or a negative code: PL_E_USAGE (it is no address), PL_E_IO. */
int socket_connect(const char *address, unsigned seconds, struct pl_err *err);
int socket_send(int fd, struct str bytes, struct pl_err *err);
/* Reads up to `end` (which is left out), or to the end of the stream; PL_E_FORMAT when more than
 * `most` bytes came. */
int socket_receive(int fd, char end, size_t most, struct buf *ret_answer, struct pl_err *err);
