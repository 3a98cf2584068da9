/* containerd over its socket: images, and the bytes of its content store
 * (github.com/containerd/containerd/api/services: images, content, namespaces, version 1). */
#pragma once

#include "io/stream.h"
#include "runtime/containerd.h"

struct containerd_client {
    struct str socket, name_space;
    unsigned seconds;
};

/* CONTAINERD_ADDRESS, else /run/containerd/containerd.sock; empty: there is none. */
struct str containerd_socket(struct arena *arena, const char *told);
/* As containerd_find(); sets client->name_space. */
int containerd_ask(struct containerd_client *client, struct str name, struct arena *arena,
                   struct containerd_image *ret_image, struct pl_err *err);
/* The bytes of a blob: at most `most` of them in the arena, or as a stream. */
int containerd_read(const struct containerd_client *client, struct str digest, uint64_t most,
                    const char *limit, struct arena *arena, struct str *ret_bytes,
                    struct pl_err *err);
int containerd_stream(const struct containerd_client *client, struct str digest,
                      struct stream **ret_stream, struct pl_err *err);
