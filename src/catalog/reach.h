/* What can be reached in a graph of packages: which ones a lock file wants for more than
 * development. Nodes are hashes of their names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct reach_edge {
    uint64_t from, to;
    bool followed;
};

/* A zeroed struct is an empty graph. */
struct reach {
    VEC(struct reach_edge) edges;
    VEC(uint64_t) roots;
    VEC(uint64_t) reached; /* sorted */
    bool known;            /* reach_walk() has been there */
};

void reach_add_root(struct reach *reach, uint64_t node);
void reach_add_edge(struct reach *reach, uint64_t from, uint64_t to);
/* Once, when all is added. */
void reach_walk(struct reach *reach);
bool reach_has(const struct reach *reach, uint64_t node);
void reach_free(struct reach *reach);
