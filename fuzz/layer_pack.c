/* States of layers as the cache keeps them: whatever comes back can be looked through. */
#include <stdatomic.h>

#include "app/layer_pack.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_through(struct layer_state *state)
{
    static const char *const paths[] = {"etc/os-release", "var/lib/dpkg/status", "lib/apk/db",
                                        "usr/lib", "a/b/c"};
    struct layer_record *layers[] = {&state->record};
    struct tree tree = {.layers = layers, .count = 1};
    struct arena arena = {0};
    struct tree_node node;
    tree_index(&tree);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        tree_resolve(&tree, &arena, str_of(paths[i]), true, &node);
    for (size_t i = 0; i < state->record.files.count && i < 100; i++) {
        const struct record_file *file = &state->record.files.items[i];
        tree_resolve(&tree, &arena, file->path, true, &node);
        record_file_find_at(&state->record, file->path, file->reader, file->order);
    }
    tree_index_free(&tree);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct layer_set set = {
        .entry_budget = LIMIT_ENTRIES,
        .file_budget = LIMIT_WANTED_FILES,
        .packages_left = LIMIT_PACKAGES,
        .bytes_left = LIMIT_RECORD_BYTES,
        .content_left = LIMIT_CONTENT_BYTES,
    };
    struct layer_state state = {.set = &set};
    if (layer_unpack(str_make((const char *)data, size), &state)) {
        AUTO_BUF again = {0};
        struct layer_state second = {.set = &set};
        look_through(&state);
        layer_pack(&state, &again);
        if (layer_unpack(buf_str(&again), &second))
            look_through(&second);
        layer_state_reset(&second);
    }
    layer_state_reset(&state);
    return 0;
}
