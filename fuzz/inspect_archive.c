/* Archives inside of layers: every byte of every member goes to the inspector, between a begin and
 * an end, whatever the archive claims. */
#include <stdint.h>
#include <stdlib.h>

#include "app/inspection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool open_file;

static enum inspect_want begin(const void *config, void *reader, const struct inspect_entry *entry,
                               struct inspect_sink *sink)
{
    (void)config;
    (void)reader;
    if (entry->depth > 8 || !str_equal(sink->inner, entry->inner))
        abort();
    open_file = true;
    return INSPECT_BYTES;
}

static int add(const void *config, void *reader, struct str chunk, struct inspect_sink *sink,
               struct pl_err *err)
{
    struct file_finding finding = {.id = STR("x"), .excerpt = str_first(chunk, 8)};
    (void)config;
    (void)reader;
    (void)err;
    if (!open_file || chunk.len == 0)
        abort();
    if (chunk.data[0] == 'x')
        inspect_add(sink, &finding);
    return 0;
}

static int end(const void *config, void *reader, struct inspect_sink *sink, struct pl_err *err)
{
    (void)config;
    (void)reader;
    (void)sink;
    (void)err;
    open_file = false;
    return 0;
}

static void problem(void *context, bool incomplete, const struct pl_err *err)
{
    (void)context;
    (void)incomplete;
    if (!err->message[0])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct inspector_class class = {
        .name = "fuzz", .members_only = true, .entry = begin, .add = add, .end = end};
    static const struct inspectors inspectors = {.items = {{&class, NULL}}, .count = 1};
    struct arena arena = {0};
    struct inspect_sink sink = {.arena = &arena};
    struct found_sums_list sums = {0};
    struct inspect_budget budget;
    inspect_budget_init(&budget);
    budget.inflated = 16 << 20;
    budget.members = 10000;
    struct inspection inspection = {.inspectors = &inspectors,
                                    .budget = &budget,
                                    .sink = &sink,
                                    .sums = &sums,
                                    .problem = problem};
    inspection_open(&inspection);
    for (size_t piece = size ? size : 1; piece > 0; piece = piece > 700 ? 700 : 0) {
        struct inspect_entry entry = {.path = STR("usr/a"), .type = ENTRY_FILE, .size = size};
        if (inspection_entry(&inspection, &entry, 1))
            for (size_t at = 0; at < size; at += piece) {
                size_t len = size - at < piece ? size - at : piece;
                inspection_bytes(&inspection, str_make((const char *)data + at, len));
            }
        inspection_end(&inspection, NULL);
    }
    inspection_close(&inspection);
    inspect_sink_free(&sink);
    VEC_FREE(&sums.items);
    arena_free(&arena);
    return 0;
}
