/* Container engines, asked over their sockets: Docker Engine API v1.24 and later
 * (https://docs.docker.com/reference/api/engine/), which Podman answers, too. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum engine_kind { ENGINE_DOCKER, ENGINE_PODMAN, ENGINE_COUNT };
const char *engine_name(enum engine_kind kind);

/* The path of the engine's socket: of $DOCKER_HOST or $CONTAINER_HOST when it is "unix://...", else
 * where the engine puts it for this user. False when there is none that can be used. */
bool engine_socket(enum engine_kind kind, struct arena *arena, struct str *ret_path);

struct engine_image {
    struct str id;           /* digest of the config */
    const struct str *names; /* with tags */
    size_t name_count;
    const struct str *diff_ids; /* lowest layer first */
    size_t layer_count;
};
/* Calls back for every image that has a name; views are valid until it returns. PL_E_IO when the
 * engine does not answer, PL_E_FORMAT, PL_E_LIMIT (LIMIT_ENGINE_REPLY, LIMIT_ENGINE_IMAGES). */
int engine_each_image(struct str socket,
                      void (*take)(void *context, const struct engine_image *image), void *context,
                      struct pl_err *err);
