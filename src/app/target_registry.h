/* Images of registries. */
#pragma once

#include "app/target.h"

/* PL_E_NOT_FOUND, PL_E_DENIED, PL_E_IO, PL_E_FORMAT, PL_E_DIGEST; PL_E_USAGE when the name is none
 * or the network is not to be used. */
int target_open_registry(struct str reference, const struct target_options *options,
                         struct image **ret_image, struct pl_err *err);

/* Where such an image is; NULL when it is of another kind. */
struct repository *target_repository(const struct image *image);
/* The bytes of the index or manifest that its name stands for. */
struct str target_top_document(const struct image *image);
