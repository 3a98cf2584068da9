/* containerd's folder: which manifest a name stands for (metadata/buckets.go tells how
 * io.containerd.metadata.v1.bolt/meta.db is laid out). Its content store is a folder of blobs as
 * an OCI layout has them. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct containerd_image {
    struct str name, name_space;
    struct str digest; /* of a manifest or an index */
};

/* The folder that containerd uses: its config's `root`, else /var/lib/containerd. Empty: none. */
struct str containerd_root(struct arena *arena);
/* The folder of blobs. */
struct str containerd_content(struct str root, struct arena *arena);
/* `name_space`: empty for all. PL_E_NOT_FOUND; PL_E_USAGE: several namespaces have different images
 * of that name. */
int containerd_find(struct str root, struct str name, struct str name_space, struct arena *arena,
                    struct containerd_image *ret_image, struct pl_err *err);
