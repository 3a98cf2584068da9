/* What a json_writer writes, as a tree in an arena instead of as text: for readers of a part of a
 * document that is written elsewhere (report/template.c). */
#pragma once

#include "base/arena.h"

enum json_kind {
    JSON_NODE_NULL,
    JSON_NODE_BOOL,
    JSON_NODE_NUMBER,
    JSON_NODE_TEXT,
    JSON_NODE_LIST,
    JSON_NODE_OBJECT
};

struct json_node {
    enum json_kind kind;
    struct str key;  /* of an object's member */
    struct str text; /* of a value; of numbers and booleans as JSON has them */
    struct json_node *first, *last, *next;
};

struct json_tree {
    struct arena *arena; /* nodes and their texts */
    struct json_node *root;
    struct json_node *open[64];
    unsigned depth;
    struct str key; /* of the value that comes next */
};

void json_tree_add(struct json_tree *tree, enum json_kind kind, struct str text);
void json_tree_close(struct json_tree *tree);
/* NULL: it has no such member. */
struct json_node *json_node_member(const struct json_node *node, struct str key);
