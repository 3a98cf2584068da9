/* What inspectors found in layers, as findings of the report. */
#pragma once

#include "app/layers.h"
#include "app/owners.h"

/* Texts stay where they are, in the layers' arenas. */
void found_take(struct layer_set *set, const struct tree *tree, struct report *report);
/* Checksums of the files in which something was found. */
void found_tell_sums(const struct layer_set *set, struct owners *owners);
/* Findings in texts of the image's config; `order` of each is the layer, LAYER_NONE of none. */
void found_add_texts(const struct inspect_sink *sink, const struct inspector *inspector,
                     struct report *report);
