/* Images and containers that an engine of this machine holds: read in the folders that it keeps
 * them in where that can be done, else exported by it; without a running engine out of its folder.
 * docs/engines.md. */
#pragma once

#include "app/target.h"

/* With target_options.bare, an engine that is not there, or does not answer, is PL_E_NOT_FOUND. */
int target_open_docker(struct str name, const struct target_options *options,
                       struct image **ret_image, struct pl_err *err);
int target_open_podman(struct str name, const struct target_options *options,
                       struct image **ret_image, struct pl_err *err);
/* Out of containerd's content store. */
int target_open_containerd(struct str name, const struct target_options *options,
                           struct image **ret_image, struct pl_err *err);
/* Its name, its id or the beginning of it: image and own changes. */
int target_open_container(struct str name, const struct target_options *options,
                          struct image **ret_image, struct pl_err *err);
