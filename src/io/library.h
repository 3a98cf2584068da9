/* Libraries that are loaded when they are first needed, by one table of symbols each: a machine
 * without them scans all the same. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct library_symbol {
    const char *name;
    size_t offset; /* of the function's pointer in the table */
};

/* Opens the first of `names` (ended by NULL) that is installed and fills `table`. False when there
 * is none, or one of the symbols is not in it. The library stays open for ever. */
bool library_load(const char *const *names, const struct library_symbol *symbols, size_t count,
                  void *table);
