/* Which images an index holds: image-spec v1.1, image-index.md; Docker's manifest list. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct index_image {
    struct str digest, platform; /* platform empty: not told */
    bool is_index;               /* another index, to be looked into */
};
/* The images of these platforms ("os/arch[/variant]"; NULL: of all). False when the document is no
 * index: it is an image itself. */
bool index_images(struct str document, const struct str *platform, struct arena *arena,
                  struct index_image **ret_images, size_t *ret_count);
/* "linux/" and this machine's architecture. */
struct str index_own_platform(struct arena *arena);
