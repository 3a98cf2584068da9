/* Plain values of Helm's charts (values.yaml beside Chart.yaml): every mapping is a scope, since
 * charts put what Kubernetes knows wherever they like. */
#include "base/limits.h"
#include "check/check_functions.h"
#include "check/container_facts.h"
#include "check/dockerfile_checks.h"
#include "check/document.h"

struct reader {
    struct check_document *document;
    bool full;
};

static void add_values(struct reader *reader, const struct yaml_node *node, struct str name)
{
    struct arena *arena = reader->document->arena;
    reader->full = reader->full || reader->document->scopes.count >= LIMIT_CHECK_OBJECTS;
    if (node->kind == YAML_KIND_SCALAR || reader->full)
        return;
    if (node->kind == YAML_KIND_MAPPING)
        check_document_scope(reader->document, SCOPE_VALUES, node, NULL, name);
    for (size_t i = 0; i < node->count; i++) {
        bool is_mapping = node->kind == YAML_KIND_MAPPING;
        const struct yaml_node *inner = is_mapping ? node->pairs[i].value : node->items[i];
        if (inner->kind == YAML_KIND_SCALAR)
            continue;
        struct str key = is_mapping ? str_first(node->pairs[i].key->text, 64) : STR_NONE;
        struct str inner_name = key.len && name.len + key.len < LIMIT_CHECK_EVIDENCE
                                    ? arena_printf(arena, "%.*s%s%.*s", STR_ARG(name),
                                                   name.len ? "." : "", STR_ARG(key))
                                    : name;
        add_values(reader, inner, inner_name);
    }
}

int check_helm(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    struct check_document document;
    struct yaml_documents documents;
    struct arena arena = {0};
    struct reader reader = {.document = &document};
    check_document_init(&document, CHECK_HELM, text, path, &arena);
    int r = check_template(text, yaml_tree_read(text, &arena, &documents, err), err);
    for (size_t i = 0; i < documents.roots.count; i++)
        add_values(&reader, documents.roots.items[i], STR_NONE);
    if (r == 0 && reader.full)
        r = err_limit(err, LIMIT_NAME(LIMIT_CHECK_OBJECTS),
                      "the manifest has more objects and containers than %llu: the rest was not "
                      "looked at",
                      LIMIT_CHECK_OBJECTS);
    check_document_run(&document, sink);
    yaml_documents_free(&documents);
    check_document_free(&document);
    arena_free(&arena);
    return r;
}

/* ---- what data cannot say ---- */

/* "existingSecret: db" names a Secret and is none. */
static bool is_name_of_secret(struct str key)
{
    return check_glob_any(NAMES("existing*", "secret", "secrets", "*SecretName", "*PullSecret",
                                "*PullSecrets", "tlsSecret", "*SecretRef", "*FromSecret",
                                "credentials", "*secretName"),
                          key);
}

void check_helm_secret(const struct check *check, const struct check_document *document,
                       struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_VALUES, values)
    {
        for (size_t i = 0; i < values->node->count; i++) {
            const struct yaml_pair *pair = &values->node->pairs[i];
            if (!is_name_of_secret(pair->key->text) && !pair->merged &&
                check_is_secret(pair->key->text, yaml_text(pair->value)))
                check_tell(sink, check, values, pair->value, "", pair->key->text);
        }
    }
}

/* env: [{name: DB_PASSWORD, value: …}] */
void check_helm_env_secret(const struct check *check, const struct check_document *document,
                           struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_VALUES, values)
    {
        struct str name = yaml_text(yaml_get(values->node, "name"));
        const struct yaml_node *value = yaml_get(values->node, "value");
        if (value && check_is_secret(name, yaml_text(value)))
            check_tell(sink, check, values, value, "", name);
    }
}

static void look_at_host_paths(const struct check *check, const struct check_document *document,
                               struct check_sink *sink, bool (*is_bad)(struct str path))
{
    FOR_SCOPES(document, SCOPE_VALUES, values)
    {
        const struct yaml_node *path = check_at(values->node, "hostPath.path");
        if (path && is_bad(yaml_text(path)))
            check_tell(sink, check, values, path, "hostPath", yaml_text(path));
    }
}

void check_helm_engine_socket(const struct check *check, const struct check_document *document,
                              struct check_sink *sink)
{
    look_at_host_paths(check, document, sink, check_is_engine_socket);
}

void check_helm_system_path(const struct check *check, const struct check_document *document,
                            struct check_sink *sink)
{
    look_at_host_paths(check, document, sink, check_is_system_path);
}

void check_helm_capability_dangerous(const struct check *check,
                                     const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_VALUES, values)
    {
        const struct yaml_node *add = check_at(values->node, "capabilities.add");
        for (size_t i = 0; add && add->kind == YAML_KIND_SEQUENCE && i < add->count; i++)
            if (check_is_dangerous_capability(yaml_text(add->items[i])))
                check_tell(sink, check, values, add->items[i], "capabilities.add",
                           yaml_text(add->items[i]));
    }
}
