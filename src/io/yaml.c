#include "io/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"

/* What an alias brings: nodes, and how deep they are inside of each other. */
struct anchor {
    uint64_t name; /* its hash */
    json_t *value;
    uint64_t nodes;
    size_t depth;
};

struct yaml {
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    struct pl_err *err;
    VEC(struct anchor) anchors;
    uint64_t nodes; /* handed out through aliases */
    const struct yaml_cutter *cutter;
    struct buf keys[YAML_PATH_MAX];
    size_t steps;
};

/* A node that has been built. */
struct built {
    json_t *value;
    uint64_t nodes;
    size_t depth; /* 1: a scalar */
};

static size_t line_of(const struct yaml *yaml)
{
    return yaml->event.start_mark.line + 1;
}

static int next_event(struct yaml *yaml)
{
    if (yaml->has_event)
        yaml_event_delete(&yaml->event);
    yaml->has_event = yaml_parser_parse(&yaml->parser, &yaml->event) == 1;
    if (yaml->has_event)
        return 0;
    const yaml_parser_t *parser = &yaml->parser;
    return err_set(yaml->err, PL_E_FORMAT, "line %zu, column %zu: this is no YAML: %s",
                   parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                   parser->problem ? parser->problem : "");
}

static struct str scalar_text(const yaml_event_t *event)
{
    return str_make((const char *)event->data.scalar.value, event->data.scalar.length);
}

static json_t *scalar_value(const yaml_event_t *event)
{
    struct str text = scalar_text(event);
    json_t *value = json_stringn(text.data, text.len);
    return value ? value : json_null();
}

static int check_depth(struct yaml *yaml, size_t depth)
{
    if (depth <= LIMIT_JSON_DEPTH)
        return 0;
    return err_limit(yaml->err, LIMIT_NAME(LIMIT_JSON_DEPTH),
                     "line %zu: the YAML is nested deeper than LIMIT_JSON_DEPTH (%d)",
                     line_of(yaml), LIMIT_JSON_DEPTH);
}

static int count_nodes(struct yaml *yaml, uint64_t nodes)
{
    yaml->nodes += nodes;
    if (yaml->nodes <= LIMIT_YAML_NODES)
        return 0;
    return err_limit(yaml->err, LIMIT_NAME(LIMIT_YAML_NODES),
                     "line %zu: aliases bring more values than LIMIT_YAML_NODES (%llu)",
                     line_of(yaml), LIMIT_YAML_NODES);
}

/* What the alias in hand means; NULL: it is not known. */
static int find_anchor(struct yaml *yaml, const struct anchor **ret_anchor)
{
    uint64_t hash = hash_str(str_of((const char *)yaml->event.data.alias.anchor));
    *ret_anchor = NULL;
    for (size_t i = yaml->anchors.count; i > 0 && !*ret_anchor; i--) /* the last of a name */
        if (yaml->anchors.items[i - 1].name == hash)
            *ret_anchor = &yaml->anchors.items[i - 1];
    return count_nodes(yaml, *ret_anchor ? (*ret_anchor)->nodes : 1);
}

static int add_anchor(struct yaml *yaml, uint64_t name, const struct built *built)
{
    if (yaml->anchors.count >= LIMIT_YAML_ANCHORS)
        return err_limit(yaml->err, LIMIT_NAME(LIMIT_YAML_ANCHORS),
                         "line %zu: the YAML has more anchors than LIMIT_YAML_ANCHORS (%llu)",
                         line_of(yaml), LIMIT_YAML_ANCHORS);
    *VEC_ADD(&yaml->anchors) =
        (struct anchor){name, json_incref(built->value), built->nodes, built->depth};
    return 0;
}

static void forget_anchors(struct yaml *yaml)
{
    for (size_t i = 0; i < yaml->anchors.count; i++)
        json_decref(yaml->anchors.items[i].value);
    yaml->anchors.count = 0;
}

static int build_alias(struct yaml *yaml, size_t depth, struct built *ret)
{
    const struct anchor *anchor;
    int r = find_anchor(yaml, &anchor);
    *ret = (struct built){json_null(), 1, 1};
    if (r < 0 || !anchor)
        return r;
    r = check_depth(yaml, depth + anchor->depth - 1);
    if (r < 0)
        return r;
    *ret = (struct built){json_incref(anchor->value), anchor->nodes, anchor->depth};
    return 0;
}

static int build(struct yaml *yaml, size_t depth, struct built *ret);
static int skip(struct yaml *yaml);

static void grow(struct built *outer, const struct built *inner)
{
    outer->nodes += inner->nodes;
    if (outer->depth < inner->depth + 1)
        outer->depth = inner->depth + 1;
}

static int build_sequence(struct yaml *yaml, size_t depth, struct built *ret)
{
    for (;;) {
        struct built item = {0};
        int r = next_event(yaml);
        if (r < 0 || yaml->event.type == YAML_SEQUENCE_END_EVENT)
            return r;
        r = build(yaml, depth + 1, &item);
        if (r < 0)
            return r;
        grow(ret, &item);
        json_array_append_new(ret->value, item.value);
    }
}

/* The key in hand goes into `key`; false: it is no scalar, and has been passed over. */
static int take_key(struct yaml *yaml, struct buf *key, bool *ret_is_key)
{
    struct str text = STR_NONE;
    *ret_is_key = true;
    if (yaml->event.type == YAML_SCALAR_EVENT) {
        text = scalar_text(&yaml->event);
    } else if (yaml->event.type == YAML_ALIAS_EVENT) {
        const struct anchor *anchor;
        int r = find_anchor(yaml, &anchor);
        if (r < 0)
            return r;
        *ret_is_key = anchor && json_is_string(anchor->value);
        if (*ret_is_key)
            text = str_make(json_string_value(anchor->value), json_string_length(anchor->value));
    } else {
        *ret_is_key = false;
        return skip(yaml);
    }
    key->len = 0;
    buf_add(key, text);
    if (yaml->event.type != YAML_SCALAR_EVENT || !yaml->event.data.scalar.anchor)
        return 0;
    struct built built = {scalar_value(&yaml->event), 1, 1};
    int r =
        add_anchor(yaml, hash_str(str_of((const char *)yaml->event.data.scalar.anchor)), &built);
    json_decref(built.value);
    return r;
}

static int build_mapping(struct yaml *yaml, size_t depth, struct built *ret)
{
    AUTO_BUF key = {0};
    for (;;) {
        struct built item = {0};
        bool is_key;
        int r = next_event(yaml);
        if (r < 0 || yaml->event.type == YAML_MAPPING_END_EVENT)
            return r;
        r = take_key(yaml, &key, &is_key);
        if (r == 0)
            r = next_event(yaml);
        if (r == 0)
            r = is_key ? build(yaml, depth + 1, &item) : skip(yaml);
        if (r < 0)
            return r;
        if (!is_key)
            continue;
        grow(ret, &item);
        json_object_setn_new(ret->value, key.data ? key.data : "", key.len, item.value);
    }
}

/* The node that the event in hand begins; afterwards its last event is in hand. */
static int build(struct yaml *yaml, size_t depth, struct built *ret)
{
    const yaml_event_t *event = &yaml->event;
    const yaml_char_t *anchor;
    int r = check_depth(yaml, depth);
    if (r < 0)
        return r;
    if (event->type == YAML_ALIAS_EVENT)
        return build_alias(yaml, depth, ret);
    *ret = (struct built){.nodes = 1, .depth = 1};
    bool is_sequence = event->type == YAML_SEQUENCE_START_EVENT;
    if (event->type == YAML_SCALAR_EVENT) {
        ret->value = scalar_value(event);
        anchor = event->data.scalar.anchor;
    } else {
        ret->value = is_sequence ? json_array() : json_object();
        anchor = is_sequence ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
    }
    uint64_t name = anchor ? hash_str(str_of((const char *)anchor)) : 0;
    bool is_anchor = anchor != NULL;
    if (is_sequence)
        r = build_sequence(yaml, depth, ret);
    else if (event->type == YAML_MAPPING_START_EVENT)
        r = build_mapping(yaml, depth, ret);
    if (r == 0 && is_anchor)
        r = add_anchor(yaml, name, ret);
    if (r < 0)
        json_decref(ret->value);
    return r;
}

/* Passes over the node that the event in hand begins. */
static int skip(struct yaml *yaml)
{
    size_t open = 0;
    for (;;) {
        yaml_event_type_t type = yaml->event.type;
        open += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
        open -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
        int r = check_depth(yaml, open);
        if (r < 0 || open == 0)
            return r;
        r = next_event(yaml);
        if (r < 0)
            return r;
    }
}

static int cut_entry(struct yaml *yaml)
{
    struct str keys[YAML_PATH_MAX];
    struct built built = {0};
    size_t line = line_of(yaml);
    for (size_t i = 0; i < yaml->steps; i++)
        keys[i] = buf_str(&yaml->keys[i]);
    int r = build(yaml, yaml->steps + 1, &built);
    if (r < 0)
        return r;
    r = yaml->cutter->entry(yaml->cutter->context, keys, built.value, line, yaml->err);
    json_decref(built.value);
    return r;
}

static void cut_scalar(struct yaml *yaml, struct str key)
{
    if (yaml->cutter->scalar && yaml->event.type == YAML_SCALAR_EVENT)
        yaml->cutter->scalar(yaml->cutter->context, key, scalar_text(&yaml->event));
}

/* The node that the event in hand begins; `step` steps have led to it. */
static int cut_node(struct yaml *yaml, size_t step)
{
    if (step == yaml->steps)
        return cut_entry(yaml);
    const char *want = yaml->cutter->path[step];
    bool is_mapping = yaml->event.type == YAML_MAPPING_START_EVENT;
    bool any_element = strcmp(want, YAML_ANY_ELEMENT) == 0;
    if (!is_mapping && (!any_element || yaml->event.type != YAML_SEQUENCE_START_EVENT))
        return skip(yaml);
    for (;;) {
        bool is_key = true;
        int r = next_event(yaml);
        if (r || yaml->event.type == YAML_MAPPING_END_EVENT ||
            yaml->event.type == YAML_SEQUENCE_END_EVENT)
            return r;
        yaml->keys[step].len = 0;
        if (is_mapping) {
            r = take_key(yaml, &yaml->keys[step], &is_key);
            if (r == 0)
                r = next_event(yaml);
            if (r)
                return r;
        }
        struct str key = buf_str(&yaml->keys[step]);
        bool on_path = is_mapping ? strcmp(want, YAML_ANY_KEY) == 0 || str_is(key, want) : true;
        if (is_key && on_path && !(is_mapping && any_element)) {
            r = cut_node(yaml, step + 1);
        } else {
            if (step == 0 && is_key)
                cut_scalar(yaml, key);
            r = skip(yaml);
        }
        if (r)
            return r;
    }
}

static int cut_documents(struct yaml *yaml)
{
    for (;;) {
        int r = next_event(yaml);
        if (r || yaml->event.type == YAML_STREAM_END_EVENT)
            return r;
        if (yaml->event.type != YAML_DOCUMENT_START_EVENT)
            continue;
        r = next_event(yaml);
        if (r == 0)
            r = cut_node(yaml, 0);
        forget_anchors(yaml);
        if (r)
            return r;
    }
}

static int yaml_start(struct yaml *yaml, struct str text, struct pl_err *err)
{
    yaml->err = err;
    if (!yaml_parser_initialize(&yaml->parser))
        return err_set(err, PL_E_FAULT, "libyaml does not start");
    yaml_parser_set_input_string(&yaml->parser, (const unsigned char *)(text.data ? text.data : ""),
                                 text.len);
    yaml_parser_set_encoding(&yaml->parser, YAML_UTF8_ENCODING);
    return 0;
}

static void yaml_finish(struct yaml *yaml)
{
    if (yaml->has_event)
        yaml_event_delete(&yaml->event);
    yaml_parser_delete(&yaml->parser);
    forget_anchors(yaml);
    VEC_FREE(&yaml->anchors);
    for (size_t i = 0; i < YAML_PATH_MAX; i++)
        buf_free(&yaml->keys[i]);
}

int yaml_cut(const struct yaml_cutter *cutter, struct pl_err *err)
{
    struct yaml yaml = {.cutter = cutter};
    while (cutter->path[yaml.steps])
        yaml.steps++;
    int r = yaml_start(&yaml, cutter->text, err);
    if (r < 0)
        return r;
    r = cut_documents(&yaml);
    yaml_finish(&yaml);
    return r;
}

struct documents {
    int (*take)(void *context, const json_t *root, struct pl_err *err);
    void *context;
    json_t **ret_root;
};

static int take_root(void *context, const struct str *keys, const json_t *value, size_t line,
                     struct pl_err *err)
{
    const struct documents *documents = context;
    (void)keys;
    (void)line;
    if (documents->take)
        return documents->take(documents->context, value, err);
    *documents->ret_root = json_incref((json_t *)(uintptr_t)value);
    return 1;
}

static int read_documents(struct str text, struct documents *documents, struct pl_err *err)
{
    static const char *const nothing[] = {NULL};
    struct yaml_cutter cutter = {
        .text = text, .path = nothing, .entry = take_root, .context = documents};
    return yaml_cut(&cutter, err);
}

int yaml_each_document(struct str text,
                       int (*take)(void *context, const json_t *root, struct pl_err *err),
                       void *context, struct pl_err *err)
{
    return read_documents(text, &(struct documents){.take = take, .context = context}, err);
}

int yaml_document(struct str text, json_t **ret_root, struct pl_err *err)
{
    json_t *root = NULL;
    int r = read_documents(text, &(struct documents){.ret_root = &root}, err);
    if (r < 0)
        return r;
    *ret_root = root ? root : json_null();
    return 0;
}
