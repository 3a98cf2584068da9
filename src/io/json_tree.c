#include "io/json_tree.h"

void json_tree_add(struct json_tree *tree, enum json_kind kind, struct str text)
{
    struct json_node *node = ARENA_NEW(tree->arena, struct json_node);
    *node = (struct json_node){.kind = kind,
                               .key = arena_str(tree->arena, tree->key),
                               .text = arena_str(tree->arena, text)};
    tree->key = STR_NONE;
    if (tree->depth) {
        struct json_node *parent = tree->open[tree->depth - 1];
        if (parent->last)
            parent->last->next = node;
        else
            parent->first = node;
        parent->last = node;
    } else {
        tree->root = node;
    }
    if ((kind == JSON_NODE_LIST || kind == JSON_NODE_OBJECT) && tree->depth < 64)
        tree->open[tree->depth++] = node;
}

void json_tree_close(struct json_tree *tree)
{
    if (tree->depth)
        tree->depth--;
}

struct json_node *json_node_member(const struct json_node *node, struct str key)
{
    if (node->kind != JSON_NODE_OBJECT)
        return NULL;
    for (struct json_node *member = node->first; member; member = member->next)
        if (str_equal(member->key, key))
            return member;
    return NULL;
}
