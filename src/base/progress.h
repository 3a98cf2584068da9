/* Progress of long work, told to whoever shows it. Calls may come from any thread. */
#pragma once

#include <stdint.h>

struct progress {
    void *context;
    /* `what` is a translatable text ("reading layers"); `unit` "B" for bytes, else a plural noun or
     * NULL; total 0: not known. done == total ends the line. */
    void (*tell)(void *context, const char *what, uint64_t done, uint64_t total, const char *unit);
};

static inline void progress_tell(const struct progress *progress, const char *what, uint64_t done,
                                 uint64_t total, const char *unit)
{
    if (progress && progress->tell)
        progress->tell(progress->context, what, done, total, unit);
}
