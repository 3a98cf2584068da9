/* What inspectors are told of the image whose files they look at: its search path. */
#pragma once

#include "app/inspection.h"
#include "image/image.h"
#include "permission/inspector.h"

struct image_context {
    struct inspectors inspectors; /* those of the run, told of this image */
    struct permission_config permission;
};
/* Texts live in the image's arena; the context must not move. */
void image_context_make(struct image_context *context, const struct inspectors *inspectors,
                        struct image *image);
