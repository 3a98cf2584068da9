/* Container engines, asked over their API: Docker Engine API v1.24 and later
 * (https://docs.docker.com/reference/api/engine/), which Podman answers, too. */
#pragma once

#include "base/progress.h"
#include "io/json_doc.h"
#include "runtime/address.h"

struct engine;

/* Agrees on a version with the engine at the address. PL_E_IO when it does not answer. */
int engine_open(const struct engine_address *address, const struct engine_options *options,
                struct engine **ret_engine, struct pl_err *err);
void engine_close(struct engine *engine);
static inline void engine_closep(struct engine **engine)
{
    if (*engine)
        engine_close(*engine);
}
const struct engine_address *engine_address(const struct engine *engine);

/* The answer to GET of the path ("/images/json"), to which the version is put. PL_E_NOT_FOUND: the
 * engine has no such thing; PL_E_IO, PL_E_FORMAT, PL_E_LIMIT (LIMIT_ENGINE_REPLY). */
int engine_ask(struct engine *engine, const char *path, json_t **ret_answer, struct pl_err *err);
/* The answer's bytes in a file that has no name. PL_E_LIMIT: LIMIT_ENGINE_EXPORT. */
int engine_download(struct engine *engine, const char *path, const struct progress *progress,
                    int *ret_fd, uint64_t *ret_size, struct pl_err *err);
/* Whether the name or id of an image or container may stand in a path. */
bool engine_name_is_valid(struct str name);

struct engine_image {
    struct str id;           /* digest of the config */
    const struct str *names; /* with tags */
    size_t name_count;
    const struct str *diff_ids; /* lowest layer first */
    size_t layer_count;
};
/* Calls back for every image that has a name; views are valid until it returns. PL_E_LIMIT
 * (LIMIT_ENGINE_IMAGES), or as engine_ask(). */
int engine_each_image(struct engine *engine,
                      void (*take)(void *context, const struct engine_image *image), void *context,
                      struct pl_err *err);
