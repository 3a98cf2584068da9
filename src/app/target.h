/* Which source a TARGET is, and opening it: files and folders, engines, registries. */
#pragma once

#include "image/image.h"

struct engine_options;
struct registry;
struct registry_options;

struct target_options {
    struct str platform;             /* "os/arch[/variant]"; empty: this machine's */
    const struct progress *progress; /* NULL: none */
    bool offline;                    /* no registry is asked */
    bool verify; /* the very bytes of layers are wanted: they are not read in an engine's folder */
    bool whole_layers; /* tables of contents are not used: every layer is read as a whole */
    bool bare;         /* the name has no prefix: a source that is not there is passed over */
    const struct engine_options *engines; /* NULL: as the environment says */
    const struct registry_options *registry;
    struct registry *client; /* of all targets; NULL: each opens its own */
    /* Which of several sources a bare reference was found in; NULL: nobody is told. */
    void (*chosen)(void *context, const char *source, struct str name);
    void *context;
};

/* `target`: a path (its kind found by content) or a path behind docker-archive:, oci:,
 * oci-archive:, dir:; a reference behind registry:, docker:, podman:, containerd:; container:ID; or
 * a bare reference, which is looked for in the local engines and then in its registry.
 * PL_E_NOT_FOUND, PL_E_IO, PL_E_FORMAT, PL_E_UNSUPPORTED, PL_E_USAGE as the case may be. */
int target_open(struct str target, const struct target_options *options, struct image **ret_image,
                struct pl_err *err);
