/* The same work for many items, on several threads. */
#pragma once

#include <stddef.h>

/* Calls `work` for each index below `count`, in their order, on at most `jobs` threads (at least
 * 1), and returns when all are done. */
void parallel_each(size_t count, unsigned jobs, void (*work)(void *context, size_t index),
                   void *context);
