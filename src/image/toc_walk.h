/* Walking a layer by its table of contents: the same record as out of the whole layer, with only
 * those files fetched that are wanted. */
#pragma once

#include <jansson.h>

#include "image/image.h"

/* Notes what a layer's descriptor tells of a table; `annotations` may be NULL. */
void toc_note(struct image *image, struct image_layer *layer, const json_t *annotations);
/* 1: walked. 0: the layer has no table that can be used (layer->toc_problem says why), or most of
 * the layer is wanted: it has to be read as a whole. Negative: as walk_tar(). */
int toc_walk(struct image *image, struct image_layer *layer, const struct walk_options *options,
             const struct walk_visitor *visitor, struct layer_record *record, struct pl_err *err);
