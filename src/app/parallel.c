#include "app/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"

enum { THREADS_MAX = 64 };

struct crew {
    size_t count;
    _Atomic size_t next;
    void (*work)(void *context, size_t index);
    void *context;
};

static void *labour(void *context)
{
    struct crew *crew = context;
    for (;;) {
        size_t index = atomic_fetch_add(&crew->next, 1);
        if (index >= crew->count)
            return NULL;
        crew->work(crew->context, index);
    }
}

void parallel_each(size_t count, unsigned jobs, void (*work)(void *context, size_t index),
                   void *context)
{
    struct crew crew = {.count = count, .work = work, .context = context};
    pthread_t threads[THREADS_MAX];
    unsigned started = 0;
    if (jobs > THREADS_MAX)
        jobs = THREADS_MAX;
    if (jobs > count)
        jobs = (unsigned)count;
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, labour, &crew) == 0)
        started++;
    labour(&crew);
    while (started)
        pthread_join(threads[--started], NULL);
}
