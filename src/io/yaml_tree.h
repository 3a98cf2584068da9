/* YAML 1.1 (as libyaml reads it) as a tree that knows where each value stands. Mappings keep their
 * order and equal keys; anchors, aliases and merge keys ("<<", yaml.org/type/merge.html) are
 * resolved. JSON is YAML, too.
 *
 * An alias stands for the very node of its anchor. Nodes that are reached through aliases are
 * counted as often as they are reached, and held against LIMIT_YAML_NODES: who walks over the
 * result never sees more. An alias of what is not known is an empty plain scalar. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_SEQUENCE, YAML_KIND_MAPPING };

struct yaml_node;

struct yaml_pair {
    const struct yaml_node *key, *value;
    bool merged; /* by a merge key: one of the mapping's own wins */
};

struct yaml_node {
    enum yaml_kind kind;
    bool plain;                      /* a scalar without quotes */
    bool elsewhere;                  /* yaml_tree_mark_elsewhere() */
    uint32_t line, end_line, column; /* from 1 */
    struct str text;                 /* of a scalar */
    union {
        const struct yaml_node **items;
        struct yaml_pair *pairs;
    };
    size_t count; /* of items or pairs */
};

/* Views and nodes live in `arena`. A syntax error or a limit is a negative code; the documents
 * before it are there nevertheless. PL_E_FORMAT with line and column; PL_E_LIMIT:
 * LIMIT_JSON_DEPTH, LIMIT_YAML_NODES, LIMIT_YAML_ANCHORS. */
struct yaml_documents {
    VEC(const struct yaml_node *) roots;
};
int yaml_tree_read(struct str text, struct arena *arena, struct yaml_documents *documents,
                   struct pl_err *err);
/* Says of all nodes that they are of another file than that which is looked at. */
void yaml_tree_mark_elsewhere(const struct yaml_node *root);
void yaml_documents_free(struct yaml_documents *documents);

/* The value of a key: the last of the mapping's own, else the first of the merged ones. NULL: it
 * has none, or `node` is NULL or no mapping. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
const struct yaml_node *yaml_get_str(const struct yaml_node *node, struct str key);
/* The text of a scalar; empty for everything else, and for null. */
struct str yaml_text(const struct yaml_node *node);
/* Nothing, "~" and "null" as YAML reads them. True for NULL. */
bool yaml_is_null(const struct yaml_node *node);
/* YAML 1.1's words for true and false ("yes", "off"), with quotes or without. */
bool yaml_is_true(const struct yaml_node *node);
bool yaml_is_false(const struct yaml_node *node);
/* Decimal, hexadecimal ("0x"), octal ("0", "0o") and binary ("0b") integers; false: none. */
bool yaml_to_integer(const struct yaml_node *node, int64_t *ret_value);
