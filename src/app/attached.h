/* What is attached to an image in its registry: signatures, attestations, bills of materials. */
#pragma once

#include "decide/attachment.h"
#include "image/image.h"

struct attached {
    struct arena arena;
    VEC(struct attachment) items;
    VEC(struct pl_err) problems; /* what is there and could not be read */
};
void attached_free(struct attached *attached);
#define AUTO_ATTACHED CLEANUP(attached_free) struct attached

struct attached_wanted {
    bool signatures, documents;
};
/* Looks at the referrers of the manifest and of the index that it is in, at cosign's tags, and at
 * what BuildKit puts into the index. Nothing for an image that is not of a registry. */
void attached_read(const struct image *image, struct attached_wanted wanted,
                   struct attached *ret_attached);
struct attachment_subject attached_subject(const struct image *image);
