/* Kubernetes manifests (kubernetes.io, API reference): objects, PodSpecs of every kind of workload,
 * containers. */
#pragma once

#include "check/document.h"

/* The value of "--NAME" among a container's command and arguments; NULL: it is not there, or
 * has no value. `*ret_there`: whether it is there at all. */
const struct yaml_node *kubernetes_flag(const struct check_scope *container, const char *name,
                                        struct str *ret_value);
