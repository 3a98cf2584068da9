/* Configuration checks of an image: its config, and its history, which is read as the Dockerfile
 * that it is left of. Files are looked at while layers are walked (check/image_files.c). */
#pragma once

#include "check/check.h"
#include "image/image.h"
#include "model/report.h"

/* Adds findings of kind config: paths "config" and "config:history", with the layer that a step
 * made. */
void image_checks_run(const struct check_choice *choice, const struct image *image,
                      struct report *report);
