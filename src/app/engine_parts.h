/* What opening images and opening containers of an engine have in common. */
#pragma once

#include "app/target.h"
#include "runtime/engine.h"
#include "runtime/storage.h"

const struct storage *storage_of(enum engine_kind kind);
enum target_kind target_kind_of(enum engine_kind kind);
/* The engine of this kind; PL_E_NOT_FOUND and so on when there is none that answers. */
int engine_connect(enum engine_kind kind, const struct target_options *options, struct arena *arena,
                   struct engine **ret_engine, struct pl_err *err);
/* The folder of an engine on this machine; empty when it is elsewhere, or does not tell. */
struct str engine_root(struct engine *engine, struct arena *arena);
/* An image out of folders that an engine keeps. PL_E_DENIED when this process may not see all of
 * it. */
int image_of_stored(enum target_kind kind, struct str name, const struct stored_image *stored,
                    const struct target_options *options, struct image **ret_image,
                    struct pl_err *err);
struct image_options image_options_of(const struct target_options *options);
/* A path of the API: what stands before and behind a checked name. */
int engine_path(const char *before, struct str name, const char *behind, struct buf *ret_path,
                struct pl_err *err);
