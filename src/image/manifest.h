/* The documents of an image: docker save's manifest.json, OCI indexes, manifests and configs. */
#pragma once

#include "image/image.h"

/* docker save: `select` is a tag or "@N" of the images in the archive; empty: the only one. */
int manifest_read_docker(struct image *image, struct str select,
                         const struct image_options *options, struct pl_err *err);
/* OCI layout: `select` is a tag (org.opencontainers.image.ref.name) or empty. */
int manifest_read_oci(struct image *image, struct str select, const struct image_options *options,
                      struct pl_err *err);
/* The index or manifest with this digest in image->archive, down to one image. */
int manifest_read_digest(struct image *image, struct str digest,
                         const struct image_options *options, struct pl_err *err);
