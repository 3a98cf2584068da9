#include "check/kustomization.h"

#include "check/document.h"

struct taker {
    void (*take)(void *context, struct str path);
    void *context;
};

/* A path; a patch that is written out in place has several lines. */
static void take_path(void *context, const struct yaml_node *node)
{
    const struct taker *taker = context;
    struct str path = yaml_text(node);
    if (path.len && str_index(path, '\n') == SIZE_MAX)
        taker->take(taker->context, path);
}

static void take_list(void *context, const struct yaml_node *node)
{
    for (size_t i = 0; node->kind == YAML_KIND_SEQUENCE && i < node->count; i++)
        take_path(context, node->items[i]);
}

bool kustomization_patches(struct str text, void (*take)(void *context, struct str path),
                           void *context)
{
    struct arena arena = {0};
    struct yaml_documents documents;
    struct pl_err ignored; /* it is told of as a manifest */
    struct taker taker = {take, context};
    bool found = yaml_tree_read(text, &arena, &documents, &ignored) == 0 && documents.roots.count;
    if (found) {
        const struct yaml_node *root = documents.roots.items[0];
        check_each_at(root, STR("patches[*].path"), take_path, &taker);
        check_each_at(root, STR("patchesJson6902[*].path"), take_path, &taker);
        check_each_at(root, STR("patchesStrategicMerge"), take_list, &taker);
    }
    yaml_documents_free(&documents);
    arena_free(&arena);
    return found;
}
