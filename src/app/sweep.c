#include "app/sweep.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

#include "app/parallel.h"
#include "app/sweep_journal.h"
#include "app/sweep_list.h"
#include "app/sweep_result.h"
#include "base/hash_set.h"
#include "base/i18n.h"

enum { PARTIAL = 5 }; /* the contract's exit code */

struct sweeping {
    const struct sweep_options *options;
    struct registry *client;
    struct sweep *sweep;
    struct sweep_journal *journal;
    pthread_mutex_t lock;
    size_t done;
    struct pl_err stopped_by; /* the journal or a report could not be written */
    bool stopped;
};

void sweep_free(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->images.count; i++)
        json_decref(sweep->images.items[i].result);
    VEC_FREE(&sweep->images);
    VEC_FREE(&sweep->failures);
    arena_free(&sweep->arena);
}

static int worse(int a, int b)
{
    if (a == 0 || b == 0)
        return a + b;
    if ((a == PARTIAL) != (b == PARTIAL))
        return a == PARTIAL ? b : a; /* findings before what was not seen */
    return a > b ? a : b;
}

/* ---- one image ---- */

static void keep_result(struct sweeping *sweeping, struct sweep_image *image, json_t *result)
{
    image->result = result;
    if (sweeping->journal &&
        sweep_journal_add(sweeping->journal, image->digest, result, &sweeping->stopped_by) < 0)
        sweeping->stopped = true;
}

/* Under the lock: what people decided is not made for several threads. */
static void finish_report(struct sweeping *sweeping, struct sweep_image *image,
                          struct report *report)
{
    const struct sweep_options *options = sweeping->options;
    int code = options->judge(options->context, report);
    if (options->take &&
        options->take(options->context, image->digest, report, &sweeping->stopped_by) < 0)
        sweeping->stopped = true;
    keep_result(sweeping, image, sweep_result_of(report, code));
}

static void examine(void *context, size_t index)
{
    struct sweeping *sweeping = context;
    const struct sweep_options *options = sweeping->options;
    struct sweep_image *image = &sweeping->sweep->images.items[index];
    struct layer_counts counts = {0};
    struct scan_options scan = *options->scan;
    struct report report = {0};
    struct arena arena = {0};
    struct pl_err problem;
    if (image->result || __atomic_load_n(&sweeping->stopped, __ATOMIC_RELAXED))
        return;
    scan.target.client = sweeping->client;
    scan.target.chosen = NULL;
    /* What is read in parts cannot be kept, and other images have the same layers. */
    scan.target.whole_layers = scan.target.whole_layers || scan.cache;
    scan.platform = STR_NONE; /* the manifest is chosen already */
    scan.progress = NULL;
    scan.counts = &counts;
    scan.jobs = 1;
    struct str name = image->names[0].repository, tag = image->names[0].tag;
    struct str target = arena_printf(&arena, "registry:%.*s/%.*s:%.*s@%.*s", STR_ARG(options->host),
                                     STR_ARG(name), STR_ARG(tag), STR_ARG(image->digest));
    int r = scan_target(target, &scan, &report, &problem);
    pthread_mutex_lock(&sweeping->lock);
    if (r < 0) {
        sweep_fail(sweeping->sweep, arena_printf(&arena, "%.*s:%.*s", STR_ARG(name), STR_ARG(tag)),
                   &problem);
        image->result = sweep_result_of_error(&problem, PARTIAL); /* not for the journal */
    } else {
        finish_report(sweeping, image, &report);
    }
    sweeping->sweep->layers.all += counts.all;
    sweeping->sweep->layers.cached += counts.cached;
    progress_tell(options->progress, N_("scanning images"), ++sweeping->done,
                  sweeping->sweep->images.count, N_("images"));
    pthread_mutex_unlock(&sweeping->lock);
    report_free(&report);
    arena_free(&arena);
}

/* ---- all of them ---- */

static void take_up(struct sweeping *sweeping)
{
    struct sweep *sweep = sweeping->sweep;
    for (size_t i = 0; sweeping->journal && i < sweep->images.count; i++) {
        struct sweep_image *image = &sweep->images.items[i];
        image->result = sweep_journal_find(sweeping->journal, image->digest);
        image->resumed = image->result != NULL;
        sweep->resumed += image->resumed;
    }
    sweeping->done = sweep->resumed;
}

static int by_place(const void *a, const void *b)
{
    const struct sweep_failure *x = a, *y = b;
    int order = str_compare(x->where, y->where);
    return order ? order : str_compare(x->message, y->message);
}

static void sum_up(struct sweep *sweep)
{
    struct hash_set layers = {0};
    for (size_t i = 0; i < sweep->images.count; i++) {
        struct sweep_image *image = &sweep->images.items[i];
        size_t index;
        json_t *layer;
        sweep->code = worse(sweep->code,
                            (int)json_integer_value(json_object_get(image->result, "exit_code")));
        json_array_foreach(json_list(image->result, "layers"), index, layer)
            sweep->distinct_layers += hash_set_add(&layers, hash_str(json_value_text(layer)));
        if (image->platform.len == 0)
            image->platform = arena_str(&sweep->arena, json_text(image->result, "platform"));
    }
    hash_set_free(&layers);
    if (sweep->failures.count) {
        qsort(sweep->failures.items, sweep->failures.count, sizeof(sweep->failures.items[0]),
              by_place);
        sweep->code = worse(sweep->code, PARTIAL);
    }
}

int sweep_run(const struct sweep_options *options, struct sweep *ret_sweep, struct pl_err *err)
{
    struct registry_options registry = *options->scan->target.registry;
    struct sweeping sweeping = {.options = options, .sweep = ret_sweep};
    registry.user_host = options->host;
    sweeping.client = registry_open(&registry);
    pthread_mutex_init(&sweeping.lock, NULL);
    int r = options->journal ? sweep_journal_open(options->journal, options->key, options->restart,
                                                  &sweeping.journal, err)
                             : 0;
    if (r == 0)
        r = sweep_list(options, sweeping.client, ret_sweep, err);
    if (r == 0) {
        take_up(&sweeping);
        parallel_each(ret_sweep->images.count,
                      options->jobs ? options->jobs : (unsigned)get_nprocs(), examine, &sweeping);
        if (sweeping.stopped) {
            *err = sweeping.stopped_by;
            r = -(int)err->code;
        }
    }
    if (r == 0)
        sum_up(ret_sweep);
    sweep_journal_close(sweeping.journal, r == 0);
    registry_close(sweeping.client);
    pthread_mutex_destroy(&sweeping.lock);
    return r;
}
