/* What checks of images look at: the image's config (OCI image-spec, config.md) with two members of
 * ours, "name" (the reference that it goes by) and "files" (those that the image shows and that
 * some check names). */
#pragma once

#include <jansson.h>

#include "check/check.h"
#include "image/inspector.h"

struct image_facts {
    const json_t *root;
    const json_t *config;  /* its member; NULL: none */
    const json_t *history; /* a list; NULL: none */
    struct str name;
};

/* The value of a variable of the image's environment; false: it is not set. */
bool image_variable(const struct image_facts *image, const char *name, struct str *ret_value);
void image_tell(struct check_sink *sink, const struct check *check, struct str evidence);

/* Files that should not be in an image: its config is a struct check_choice. At most
 * IMAGE_FILES_TOLD of each check and layer are told. */
enum { IMAGE_FILES_TOLD = 5 };
extern const struct inspector_class image_files_inspector;
