/* kustomization.yaml of kubectl (kustomize.config.k8s.io): which files beside it are patches, parts
 * of objects that others have as a whole. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Calls for each path of a patch, relative to the kustomization. False: the text is none. */
bool kustomization_patches(struct str text, void (*take)(void *context, struct str path),
                           void *context);
