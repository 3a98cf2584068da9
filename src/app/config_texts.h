/* What stands in an image's config and in its history, where secrets are left as often as in files.
 */
#pragma once

#include "app/inspect_setup.h"
#include "image/image.h"

/* Adds findings of secrets. Their paths: "config:Env/NAME", "config:Labels/KEY", "config:Cmd",
 * "config:history" with the layer that the step made. */
void config_texts_inspect(const struct inspect_setup *setup, const struct image *image,
                          struct report *report);
