/* Trees of YAML: places lie inside of the text, and what is reached stays within the limits. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "io/yaml_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t look_at(const struct yaml_node *node, uint32_t lines, size_t depth)
{
    size_t nodes = 1;
    if (node->line == 0 || node->line > lines || node->end_line < node->line || node->column == 0 ||
        depth > LIMIT_JSON_DEPTH)
        abort();
    for (size_t i = 0; node->kind == YAML_KIND_SEQUENCE && i < node->count; i++)
        nodes += look_at(node->items[i], lines, depth + 1);
    for (size_t i = 0; node->kind == YAML_KIND_MAPPING && i < node->count; i++) {
        nodes += look_at(node->pairs[i].key, lines, depth + 1);
        nodes += look_at(node->pairs[i].value, lines, depth + 1);
        if (node->pairs[i].key->kind == YAML_KIND_SCALAR &&
            !yaml_get_str(node, node->pairs[i].key->text))
            abort();
    }
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_documents documents;
    struct arena arena = {0};
    struct pl_err err = {0};
    uint32_t lines = 2; /* libyaml counts the end of the text as a line, and other ends of lines */
    size_t nodes = 0;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r' || data[i] == 0x85 || data[i] == 0xa8 ||
                 data[i] == 0xa9;
    int r = yaml_tree_read(str_make((const char *)data, size), &arena, &documents, &err);
    if (r < 0 && !err.message[0])
        abort();
    for (size_t i = 0; i < documents.roots.count; i++)
        nodes += look_at(documents.roots.items[i], lines, 1);
    if (nodes > 4 * (LIMIT_YAML_NODES + size))
        abort();
    yaml_documents_free(&documents);
    arena_free(&arena);
    return 0;
}
