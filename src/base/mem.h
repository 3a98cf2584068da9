/* Allocation that does not fail: sizes that come from outside are held against base/limits.h before
 * they get here, so running out is the machine's state, not the input's. On exhaustion the process
 * says so on standard error and ends with exit code 70; there is nothing a scan could still do. */
#pragma once

#include <stddef.h>

void *mem_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_zalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *block, size_t size) __attribute__((alloc_size(2), returns_nonnull));

/* free() of the pointer that a cleanup attribute hands over: CLEANUP(mem_freep) char *x = ...; */
void mem_freep(void *pointer_to_pointer);

#define CLEANUP(function) __attribute__((cleanup(function)))
#define AUTO_FREE CLEANUP(mem_freep)
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
