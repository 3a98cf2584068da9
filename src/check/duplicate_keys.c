/* Keys that stand twice in a mapping: one of the values is lost, and readers do not agree on
 * which. YAML 1.2.2, 3.2.1.3, forbids them. */
#include "base/hash.h"
#include "base/hash_set.h"
#include "check/check_functions.h"
#include "check/document.h"

enum { FEW = 16 }; /* keys that are compared with one another */

static bool was_before(const struct yaml_node *mapping, size_t at, struct hash_set *seen)
{
    struct str key = mapping->pairs[at].key->text;
    if (mapping->count > FEW)
        return !hash_set_add(seen, hash_str(key));
    for (size_t i = 0; i < at; i++)
        if (!mapping->pairs[i].merged && str_equal(mapping->pairs[i].key->text, key))
            return true;
    return false;
}

static void look_at_mapping(const struct check *check, const struct check_scope *scope,
                            struct check_sink *sink, const struct yaml_node *mapping)
{
    struct hash_set seen = {0};
    for (size_t i = 0; i < mapping->count; i++) {
        const struct yaml_pair *pair = &mapping->pairs[i];
        if (!pair->merged && pair->key->kind == YAML_KIND_SCALAR && was_before(mapping, i, &seen))
            check_tell(sink, check, scope, pair->key, "", pair->key->text);
    }
    hash_set_free(&seen);
}

/* The tree is no deeper than LIMIT_JSON_DEPTH. */
static void look_below(const struct check *check, const struct check_scope *scope,
                       struct check_sink *sink, const struct yaml_node *node)
{
    if (node->kind == YAML_KIND_MAPPING)
        look_at_mapping(check, scope, sink, node);
    for (size_t i = 0; node->kind != YAML_KIND_SCALAR && i < node->count; i++)
        look_below(check, scope, sink,
                   node->kind == YAML_KIND_MAPPING ? node->pairs[i].value : node->items[i]);
}

void check_kubernetes_duplicate_key(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        look_below(check, object, sink, object->node);
    }
}

void check_compose_duplicate_key(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_COMPOSE, file)
    {
        look_below(check, file, sink, file->node);
    }
}

void check_helm_duplicate_key(const struct check *check, const struct check_document *document,
                              struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_VALUES, values) /* every mapping is one */
    {
        look_at_mapping(check, values, sink, values->node);
    }
}
