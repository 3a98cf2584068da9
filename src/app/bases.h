/* The image that another one was built on, told by the chain IDs of images that are known: never a
 * guess. Source: OCI image-spec v1.1, config.md, "Layer ChainID". */
#pragma once

#include "base/err.h"
#include "model/report.h"

struct bases;

struct bases *bases_new(void);
void bases_free(struct bases *bases);

/* A list of images: a line each, the chain ID of its layers, white space, its name; '#' begins a
 * comment. `known_by` is told in reports and lives for ever. PL_E_FORMAT names the line. */
int bases_read(struct bases *bases, const char *path, const char *known_by, struct pl_err *err);
/* The engines on this machine are asked for their images, once, when no list knows the base. */
void bases_use_engines(struct bases *bases, bool docker, bool podman);

/* Fills target.base and the layers' base. The base is the known image with the most layers that are
 * our lowest ones, and fewer than all of ours. An engine that does not answer is a diagnostic. */
void bases_apply(struct bases *bases, struct report *report);

struct target_options;
/* The line of a list for the target. PL_E_FORMAT when its layers have no diff IDs. `name`: empty:
 * the target's own. */
int bases_line(struct str target, struct str name, const struct target_options *options,
               struct arena *arena, struct str *ret_line, struct pl_err *err);
