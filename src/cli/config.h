/* The configuration file: a YAML mapping whose keys are option names. A list gives an option
 * several values; `mirrors` maps addresses of publishers to others. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct config_entry {
    struct str key, value; /* mirrors: "FROM\tTO" */
};

struct config {
    struct arena arena;
    VEC(struct config_entry) entries;
};

/* `path`: the file; NULL: $XDG_CONFIG_HOME/plimsoll/config.yaml (or ~/.config/…), then
 * /etc/plimsoll/config.yaml, and none when neither is there. */
int config_read(const char *path, struct config *ret_config, struct pl_err *err);
void config_free(struct config *config);
