#include "io/yaml_tree.h"

#include <strings.h>
#include <yaml.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/limits.h"

/* What an alias brings: nodes, and how deep they are inside of each other. */
struct anchor {
    uint64_t name; /* its hash */
    const struct yaml_node *node;
    uint64_t nodes;
    size_t depth;
};

struct tree {
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    struct arena *arena;
    struct pl_err *err;
    VEC(struct anchor) anchors;
    uint64_t nodes; /* handed out through aliases */
};

/* A node that has been built. */
struct built {
    const struct yaml_node *node;
    uint64_t nodes;
    size_t depth; /* 1: a scalar */
};

static uint32_t line_of(const struct tree *tree)
{
    return (uint32_t)tree->event.start_mark.line + 1;
}

static int next_event(struct tree *tree)
{
    if (tree->has_event)
        yaml_event_delete(&tree->event);
    tree->has_event = yaml_parser_parse(&tree->parser, &tree->event) == 1;
    if (tree->has_event)
        return 0;
    const yaml_parser_t *parser = &tree->parser;
    return err_set(tree->err, PL_E_FORMAT, "line %zu, column %zu: this is no YAML: %s",
                   parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                   parser->problem ? parser->problem : "");
}

static int check_depth(struct tree *tree, size_t depth)
{
    if (depth <= LIMIT_JSON_DEPTH)
        return 0;
    return err_limit(tree->err, LIMIT_NAME(LIMIT_JSON_DEPTH),
                     "line %zu: the YAML is nested deeper than LIMIT_JSON_DEPTH (%d)",
                     (size_t)line_of(tree), LIMIT_JSON_DEPTH);
}

static int count_nodes(struct tree *tree, uint64_t nodes)
{
    tree->nodes += nodes;
    if (tree->nodes <= LIMIT_YAML_NODES)
        return 0;
    return err_limit(tree->err, LIMIT_NAME(LIMIT_YAML_NODES),
                     "line %zu: aliases bring more values than LIMIT_YAML_NODES (%llu)",
                     (size_t)line_of(tree), LIMIT_YAML_NODES);
}

static int add_anchor(struct tree *tree, uint64_t name, const struct built *built)
{
    if (tree->anchors.count >= LIMIT_YAML_ANCHORS)
        return err_limit(tree->err, LIMIT_NAME(LIMIT_YAML_ANCHORS),
                         "line %zu: the YAML has more anchors than LIMIT_YAML_ANCHORS (%llu)",
                         (size_t)line_of(tree), LIMIT_YAML_ANCHORS);
    *VEC_ADD(&tree->anchors) = (struct anchor){name, built->node, built->nodes, built->depth};
    return 0;
}

static struct yaml_node *new_node(struct tree *tree, enum yaml_kind kind)
{
    struct yaml_node *node = ARENA_NEW(tree->arena, struct yaml_node);
    node->kind = kind;
    node->line = node->end_line = line_of(tree);
    node->column = (uint32_t)tree->event.start_mark.column + 1;
    return node;
}

/* Where the block in hand ends: the mark of its end event stands on the line behind it. */
static void close_node(const struct tree *tree, struct yaml_node *node)
{
    uint32_t line = line_of(tree);
    bool behind = tree->event.start_mark.index == tree->event.end_mark.index;
    node->end_line = behind && line > node->line ? line - 1 : line;
}

static int build_alias(struct tree *tree, size_t depth, struct built *ret)
{
    uint64_t hash = hash_str(str_of((const char *)tree->event.data.alias.anchor));
    const struct anchor *anchor = NULL;
    for (size_t i = tree->anchors.count; i > 0 && !anchor; i--) /* the last of a name */
        if (tree->anchors.items[i - 1].name == hash)
            anchor = &tree->anchors.items[i - 1];
    int r = count_nodes(tree, anchor ? anchor->nodes : 1);
    if (r < 0)
        return r;
    if (!anchor) {
        struct yaml_node *nothing = new_node(tree, YAML_KIND_SCALAR);
        nothing->plain = true;
        *ret = (struct built){nothing, 1, 1};
        return 0;
    }
    *ret = (struct built){anchor->node, anchor->nodes, anchor->depth};
    return check_depth(tree, depth + anchor->depth - 1);
}

static int build(struct tree *tree, size_t depth, struct built *ret);

static void grow(struct built *outer, const struct built *inner)
{
    outer->nodes += inner->nodes;
    if (outer->depth < inner->depth + 1)
        outer->depth = inner->depth + 1;
}

static int build_sequence(struct tree *tree, size_t depth, struct yaml_node *node,
                          struct built *ret)
{
    VEC(const struct yaml_node *) items = {0};
    int r;
    for (;;) {
        struct built item = {0};
        r = next_event(tree);
        if (r < 0 || tree->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        r = build(tree, depth + 1, &item);
        if (r < 0)
            break;
        grow(ret, &item);
        *VEC_ADD(&items) = item.node;
    }
    node->count = items.count;
    node->items = ARENA_ARRAY(tree->arena, const struct yaml_node *, items.count);
    if (items.count)
        memcpy(node->items, items.items, sizeof(items.items[0]) * items.count);
    VEC_FREE(&items);
    close_node(tree, node);
    return r;
}

struct pairs {
    VEC(struct yaml_pair) list;
    VEC(const struct yaml_node *) sources; /* of merge keys: mappings, or sequences of such */
    struct hash_set seen;                  /* only while there are sources */
};

static void merge_from(struct pairs *pairs, const struct yaml_node *source)
{
    for (size_t i = 0; source->kind == YAML_KIND_MAPPING && i < source->count; i++) {
        struct yaml_pair pair = source->pairs[i];
        pair.merged = true;
        if (pair.key->kind == YAML_KIND_SCALAR &&
            hash_set_add(&pairs->seen, hash_str(pair.key->text)))
            *VEC_ADD(&pairs->list) = pair;
    }
}

static void merge(struct pairs *pairs)
{
    for (size_t i = 0; pairs->sources.count && i < pairs->list.count; i++)
        if (pairs->list.items[i].key->kind == YAML_KIND_SCALAR)
            hash_set_add(&pairs->seen, hash_str(pairs->list.items[i].key->text));
    for (size_t i = 0; i < pairs->sources.count; i++) {
        const struct yaml_node *source = pairs->sources.items[i];
        merge_from(pairs, source);
        for (size_t k = 0; source->kind == YAML_KIND_SEQUENCE && k < source->count; k++)
            merge_from(pairs, source->items[k]);
    }
}

static int build_pair(struct tree *tree, size_t depth, struct pairs *pairs, struct built *ret)
{
    struct built key = {0}, value = {0};
    int r = build(tree, depth + 1, &key);
    if (r == 0)
        r = next_event(tree);
    if (r == 0)
        r = build(tree, depth + 1, &value);
    if (r < 0)
        return r;
    grow(ret, &key);
    grow(ret, &value);
    if (key.node->kind == YAML_KIND_SCALAR && key.node->plain && str_is(key.node->text, "<<"))
        *VEC_ADD(&pairs->sources) = value.node;
    else
        *VEC_ADD(&pairs->list) = (struct yaml_pair){key.node, value.node, false};
    return 0;
}

static int build_mapping(struct tree *tree, size_t depth, struct yaml_node *node, struct built *ret)
{
    struct pairs pairs = {0};
    int r;
    for (;;) {
        r = next_event(tree);
        if (r < 0 || tree->event.type == YAML_MAPPING_END_EVENT)
            break;
        r = build_pair(tree, depth, &pairs, ret);
        if (r < 0)
            break;
    }
    if (r == 0)
        merge(&pairs);
    node->count = pairs.list.count;
    node->pairs = ARENA_ARRAY(tree->arena, struct yaml_pair, pairs.list.count);
    if (pairs.list.count)
        memcpy(node->pairs, pairs.list.items, sizeof(pairs.list.items[0]) * pairs.list.count);
    VEC_FREE(&pairs.list);
    VEC_FREE(&pairs.sources);
    hash_set_free(&pairs.seen);
    close_node(tree, node);
    return r;
}

static void take_scalar(struct tree *tree, struct yaml_node *node)
{
    const yaml_event_t *event = &tree->event;
    node->text = arena_str(
        tree->arena, str_make((const char *)event->data.scalar.value, event->data.scalar.length));
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    bool is_block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                    event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    uint32_t end = (uint32_t)event->end_mark.line + 1;
    node->end_line = is_block && end > node->line ? end - 1 : end;
}

/* The node that the event in hand begins; afterwards its last event is in hand. */
static int build(struct tree *tree, size_t depth, struct built *ret)
{
    const yaml_event_t *event = &tree->event;
    int r = check_depth(tree, depth);
    if (r < 0)
        return r;
    if (event->type == YAML_ALIAS_EVENT)
        return build_alias(tree, depth, ret);
    const yaml_char_t *anchor = event->type == YAML_SCALAR_EVENT ? event->data.scalar.anchor
                                : event->type == YAML_SEQUENCE_START_EVENT
                                    ? event->data.sequence_start.anchor
                                    : event->data.mapping_start.anchor;
    bool is_anchor = anchor != NULL;
    uint64_t name = anchor ? hash_str(str_of((const char *)anchor)) : 0;
    struct yaml_node *node;
    *ret = (struct built){.nodes = 1, .depth = 1};
    if (event->type == YAML_SCALAR_EVENT) {
        node = new_node(tree, YAML_KIND_SCALAR);
        take_scalar(tree, node);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node = new_node(tree, YAML_KIND_SEQUENCE);
        r = build_sequence(tree, depth, node, ret);
    } else {
        node = new_node(tree, YAML_KIND_MAPPING);
        r = build_mapping(tree, depth, node, ret);
    }
    ret->node = node;
    return r == 0 && is_anchor ? add_anchor(tree, name, ret) : r;
}

static int read_documents(struct tree *tree, struct yaml_documents *documents)
{
    for (;;) {
        struct built built;
        int r = next_event(tree);
        if (r < 0 || tree->event.type == YAML_STREAM_END_EVENT)
            return r;
        if (tree->event.type != YAML_DOCUMENT_START_EVENT)
            continue;
        r = next_event(tree);
        if (r == 0)
            r = build(tree, 1, &built);
        tree->anchors.count = 0;
        if (r < 0)
            return r;
        *VEC_ADD(&documents->roots) = built.node;
    }
}

int yaml_tree_read(struct str text, struct arena *arena, struct yaml_documents *documents,
                   struct pl_err *err)
{
    struct tree tree = {.arena = arena, .err = err};
    *documents = (struct yaml_documents){0};
    if (!yaml_parser_initialize(&tree.parser))
        return err_set(err, PL_E_FAULT, "libyaml does not start");
    yaml_parser_set_input_string(&tree.parser, (const unsigned char *)(text.data ? text.data : ""),
                                 text.len);
    yaml_parser_set_encoding(&tree.parser, YAML_UTF8_ENCODING);
    int r = read_documents(&tree, documents);
    if (tree.has_event)
        yaml_event_delete(&tree.event);
    yaml_parser_delete(&tree.parser);
    VEC_FREE(&tree.anchors);
    return r;
}

void yaml_documents_free(struct yaml_documents *documents)
{
    VEC_FREE(&documents->roots);
}

/* ---- what nodes say ---- */

void yaml_tree_mark_elsewhere(const struct yaml_node *root)
{
    struct yaml_node *node = (struct yaml_node *)(uintptr_t)root; /* made here, as a variable */
    bool is_mapping = node->kind == YAML_KIND_MAPPING;
    if (node->elsewhere)
        return;
    node->elsewhere = true;
    for (size_t i = 0; node->kind != YAML_KIND_SCALAR && i < node->count; i++) {
        if (is_mapping)
            yaml_tree_mark_elsewhere(node->pairs[i].key);
        yaml_tree_mark_elsewhere(is_mapping ? node->pairs[i].value : node->items[i]);
    }
}

const struct yaml_node *yaml_get_str(const struct yaml_node *node, struct str key)
{
    const struct yaml_node *own = NULL, *merged = NULL;
    for (size_t i = 0; node && node->kind == YAML_KIND_MAPPING && i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        if (pair->key->kind != YAML_KIND_SCALAR || !str_equal(pair->key->text, key))
            continue;
        if (!pair->merged)
            own = pair->value;
        else if (!merged)
            merged = pair->value;
    }
    return own ? own : merged;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    return yaml_get_str(node, str_of(key));
}

static bool is_word(const struct yaml_node *node, const char *const *words)
{
    for (size_t i = 0; node && node->kind == YAML_KIND_SCALAR && words[i]; i++)
        if (node->text.len == strlen(words[i]) &&
            strncasecmp(node->text.data, words[i], node->text.len) == 0)
            return true;
    return false;
}

bool yaml_is_null(const struct yaml_node *node)
{
    return !node ||
           (node->kind == YAML_KIND_SCALAR && node->plain &&
            (node->text.len == 0 || is_word(node, (const char *const[]){"~", "null", NULL})));
}

struct str yaml_text(const struct yaml_node *node)
{
    return node && node->kind == YAML_KIND_SCALAR && !yaml_is_null(node) ? node->text : STR_NONE;
}

bool yaml_is_true(const struct yaml_node *node)
{
    return is_word(node, (const char *const[]){"true", "yes", "on", "y", NULL});
}

bool yaml_is_false(const struct yaml_node *node)
{
    return is_word(node, (const char *const[]){"false", "no", "off", "n", NULL});
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : 99;
}

bool yaml_to_integer(const struct yaml_node *node, int64_t *ret_value)
{
    struct str text = yaml_text(node);
    bool minus = str_starts(text, STR("-"));
    if (minus || str_starts(text, STR("+")))
        text = str_from(text, 1);
    int base = 10;
    if (text.len > 1 && text.data[0] == '0') {
        base = text.data[1] == 'x' ? 16 : text.data[1] == 'b' ? 2 : 8;
        text = str_from(text, base != 8 || text.data[1] == 'o' ? 2 : 1);
    }
    int64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.data[i]);
        if (digit >= base || value > (INT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *ret_value = minus ? -value : value;
    return text.len > 0;
}
