/* Typed growing arrays: VEC(struct finding) findings = {0}; *VEC_ADD(&findings) = f; */
#pragma once

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/* Grows by one; the address of the new, uninitialized item. */
#define VEC_ADD(vec)                                                                               \
    ((vec)->count == (vec)->capacity                                                               \
         ? ((vec)->capacity = (vec)->capacity ? (vec)->capacity * 2 : 8,                           \
            (vec)->items = mem_realloc((vec)->items, sizeof((vec)->items[0]) * (vec)->capacity),   \
            &(vec)->items[(vec)->count++])                                                         \
         : &(vec)->items[(vec)->count++])

#define VEC_FREE(vec)                                                                              \
    do {                                                                                           \
        free((vec)->items);                                                                        \
        (vec)->items = NULL;                                                                       \
        (vec)->count = (vec)->capacity = 0;                                                        \
    } while (0)
