/* What the documents of all kinds of images have in common. */
#pragma once

#include "image/image.h"
#include "io/json_doc.h"

/* Something that keeps the image from being seen whole. */
void manifest_problem(struct image *image, const struct pl_err *problem);
/* Go's name of this machine, as platforms are written: "amd64". */
struct str manifest_machine(void);
/* "os/architecture[/variant]" of an object that has these members; empty when it has not. */
struct str manifest_platform(struct arena *arena, const json_t *object);
/* "linux/arm64" asks for "linux/arm64/v8" as well, not the other way round. */
bool platform_matches(struct str want, struct str have);
/* Diff IDs, history and platform of the config, put to the layers in their order. */
int manifest_apply_config(struct image *image, struct str bytes, const char *where,
                          struct pl_err *err);
/* Sizes of the layers, where their blobs are in a file. */
void manifest_measure(struct image *image);
int manifest_too_many_layers(size_t count, struct pl_err *err);
