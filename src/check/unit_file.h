/* Unit files of systemd, by systemd.syntax(7). */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "io/yaml_tree.h"

struct unit_entry {
    struct str section, key, value; /* continued lines are joined by a space */
    uint32_t line, end_line;
    bool elsewhere; /* of another file than the one that is looked at */
};

struct unit_file {
    VEC(struct unit_entry) entries;
};

/* Adds the entries of the text to the unit. */
void unit_file_read(struct str text, bool elsewhere, struct arena *arena, struct unit_file *unit);
void unit_file_free(struct unit_file *unit);
/* All values of a key as scalars, in order: an empty one takes those before it back. A sequence,
 * or NULL: none. */
const struct yaml_node *unit_file_values(const struct unit_file *unit, const char *section,
                                         const char *key, struct arena *arena);
