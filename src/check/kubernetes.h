/* Kubernetes manifests (kubernetes.io, API reference): objects, PodSpecs of every kind of workload,
 * containers. */
#pragma once

#include "check/document.h"

/* Where "--NAME" stands among the command and arguments of a container, the last one; NULL:
 * nowhere. A flag without a value is "true". */
const struct yaml_node *kubernetes_flag(const struct check_scope *container, const char *name,
                                        struct str *ret_value);
