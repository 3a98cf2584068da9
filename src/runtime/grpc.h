/* As much of gRPC as asking needs (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md):
 * one question over HTTP/2 on a unix socket, and the answer's messages. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct grpc;
/* PL_E_UNSUPPORTED without libcurl or without HTTP/2 in it. `socket` is a path. */
int grpc_open(struct str socket, unsigned seconds, struct grpc **ret_grpc, struct pl_err *err);
void grpc_close(struct grpc *grpc);
static inline void grpc_closep(struct grpc **grpc)
{
    if (*grpc)
        grpc_close(*grpc);
}

struct grpc_call {
    const char *method;    /* "/package.Service/Method" */
    struct str message;    /* of the question */
    struct str name_space; /* header containerd-namespace; empty: none */
    uint64_t most;         /* bytes of the answer */
    const char *limit;     /* name of that limit */
};
/* Every message of the answer goes to `take`. PL_E_NOT_FOUND, PL_E_DENIED, PL_E_IO as the answer's
 * status says; PL_E_LIMIT. */
int grpc_ask(struct grpc *grpc, const struct grpc_call *call,
             int (*take)(void *context, struct str message, struct pl_err *err), void *context,
             struct pl_err *err);

/* Protocol buffers (https://protobuf.dev/programming-guides/encoding/). */
void proto_add_text(struct buf *buf, unsigned field, struct str text);
void proto_add_number(struct buf *buf, unsigned field, uint64_t number);
struct proto_field {
    unsigned field;
    bool is_bytes;
    struct str bytes;
    uint64_t number;
};
/* 1: the next field, 0: the end; PL_E_FORMAT. */
int proto_next(struct str *rest, struct proto_field *ret_field, struct pl_err *err);
/* The first field of bytes with this number; empty when there is none. */
struct str proto_bytes(struct str message, unsigned field);
