/* The tar reader and the layer walker over any bytes. */
#include <stdatomic.h>

#include "base/limits.h"
#include "image/tree.h"
#include "image/walk.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_file(void *context, struct record_file *const *files, size_t count,
                     struct input *input, struct pl_err *err)
{
    struct str chunk;
    int r;
    (void)context;
    for (size_t total = 0; total < (1 << 20); total += chunk.len) {
        r = input->next(input, &chunk, err);
        if (r < 0 || chunk.len == 0)
            return r;
    }
    for (size_t i = 0; i < count; i++)
        files[i]->read = true;
    return 0;
}

static void ignore(void *context, bool incomplete, const struct pl_err *problem)
{
    (void)context;
    (void)incomplete;
    (void)problem;
}

static void settle_one(void *context, const struct settle_entry *entry)
{
    settle_entry(context, entry);
}

static void walk_again(int fd, size_t size, const struct walk_options *options,
                       const struct walk_visitor *visitor, struct layer_record *record)
{
    struct file_source source;
    struct pl_err err;
    file_source_init(&source, fd, 0, size);
    walk_tar(&source.source, options, visitor, record, &err);
    file_source_free(&source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wants wants = {0};
    struct layer_record record = {0}, *layers[1] = {&record};
    struct walk_visitor visitor = {.file = read_file, .problem = ignore};
    struct settle settle;
    struct file_source source;
    struct arena arena = {0};
    struct tree_node node;
    struct pl_err err;
    _Atomic uint64_t budget = 10000, files = 1000;
    int fd = memory_file(data, size);
    wants_add(&wants, STR("a/b"), 0);
    wants_add(&wants, STR("d/*"), 1);
    wants_seal(&wants);
    struct walk_options options = {.wants = &wants, .entry_budget = &budget, .file_budget = &files};
    file_source_init(&source, fd, 0, size);
    walk_tar(&source.source, &options, &visitor, &record, &err);
    struct tree tree = {.layers = layers, .count = 1};
    tree_index(&tree);
    settle_init(&settle, &tree, &wants);
    if (settle_begin(&settle, 0)) {
        struct walk_visitor settler = {.context = &settle, .problem = ignore, .entry = settle_one};
        options.second_pass = true;
        walk_again(fd, size, &options, &settler, &record);
        settle_end(&settle);
        walk_again(fd, size, &options, &visitor, &record);
    }
    settle_free(&settle);
    tree_resolve(&tree, &arena, STR("a/b"), true, &node);
    tree_resolve(&tree, &arena, STR("d/x/../../l"), false, &node);
    file_source_free(&source);
    tree_index_free(&tree);
    record_free(&record);
    wants_free(&wants);
    arena_free(&arena);
    close(fd);
    return 0;
}
