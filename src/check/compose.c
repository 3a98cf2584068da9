#include "check/compose.h"

#include "base/buf.h"
#include "base/limits.h"
#include "check/dockerfile_checks.h"

/* ---- variables ---- */

/* "${NAME:-default}" that begins at `at`: its default; false: it has none. */
static bool take_variable(struct str text, size_t *at, struct str *ret_default)
{
    struct str inner = str_from(text, *at + 2);
    size_t end = str_index(inner, '}');
    if (end == SIZE_MAX)
        return false;
    inner = str_first(inner, end);
    size_t dash = str_index(inner, '-');
    if (dash == SIZE_MAX || str_index(str_first(inner, dash), '?') != SIZE_MAX ||
        str_index(inner, '$') != SIZE_MAX)
        return false;
    *ret_default = str_from(inner, dash + 1);
    *at += end + 3;
    return true;
}

struct str compose_value(struct arena *arena, struct str text)
{
    AUTO_BUF made = {0};
    struct str value;
    if (str_index(text, '$') == SIZE_MAX)
        return text;
    for (size_t i = 0; i < text.len;) {
        bool is_variable = str_starts(str_from(text, i), STR("${"));
        if (is_variable && take_variable(text, &i, &value))
            buf_add(&made, value);
        else
            buf_putc(&made, text.data[i++]);
        if (is_variable && str_index(str_from(text, i), '}') == SIZE_MAX) {
            buf_add(&made, str_from(text, i)); /* no other variable can end */
            break;
        }
    }
    return arena_str(arena, buf_str(&made));
}

/* ---- services ---- */

struct reader {
    struct check_document *document;
    struct yaml_node *services; /* a copy of the mapping */
};

/* The name of the service of this file that a service extends; empty: none. */
static struct str extended(const struct yaml_node *service)
{
    const struct yaml_node *extends = yaml_get(service, "extends");
    if (!extends || extends->kind == YAML_KIND_SCALAR)
        return yaml_text(extends);
    return yaml_get(extends, "file") ? STR_NONE : yaml_text(yaml_get(extends, "service"));
}

/* Own keys win; those of the other are merged ones. (Compose also joins lists: what the other
 * brings is found at the other.) */
static const struct yaml_node *joined(struct arena *arena, const struct yaml_node *own,
                                      const struct yaml_node *other)
{
    struct yaml_node *node = ARENA_NEW(arena, struct yaml_node);
    *node = *own;
    node->pairs = ARENA_ARRAY(arena, struct yaml_pair, own->count + other->count);
    memcpy(node->pairs, own->pairs, sizeof(own->pairs[0]) * own->count);
    for (size_t i = 0; i < other->count; i++) {
        node->pairs[own->count + i] = other->pairs[i];
        node->pairs[own->count + i].merged = true;
    }
    node->count = own->count + other->count;
    return node;
}

static const struct yaml_node *with_extended(const struct reader *reader,
                                             const struct yaml_node *service)
{
    struct str name = extended(service);
    for (size_t depth = 0; name.len && depth < LIMIT_CHECK_EXTENDS; depth++) {
        const struct yaml_node *other = yaml_get_str(reader->services, name);
        if (!other || other->kind != YAML_KIND_MAPPING || other == service ||
            other->count > LIMIT_CHECK_SERVICE_KEYS)
            break;
        service = joined(reader->document->arena, service, other);
        name = extended(other);
    }
    return service;
}

/* Services past the limit are not there for those that extend them, either. */
static int add_services(struct reader *reader, struct pl_err *err)
{
    size_t count = reader->services->count;
    if (count > LIMIT_CHECK_SERVICES)
        reader->services->count = LIMIT_CHECK_SERVICES;
    for (size_t i = 0; i < reader->services->count; i++) {
        const struct yaml_pair *pair = &reader->services->pairs[i];
        if (pair->value->kind == YAML_KIND_MAPPING)
            check_document_scope(reader->document, SCOPE_SERVICE,
                                 with_extended(reader, pair->value), NULL,
                                 str_first(pair->key->text, LIMIT_CHECK_EVIDENCE));
    }
    if (count <= LIMIT_CHECK_SERVICES)
        return 0;
    return err_limit(err, LIMIT_NAME(LIMIT_CHECK_SERVICES),
                     "the Compose file has more than %llu services: the rest was not looked at",
                     LIMIT_CHECK_SERVICES);
}

int check_compose(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    struct check_document document;
    struct yaml_documents documents;
    struct arena arena = {0};
    check_document_init(&document, CHECK_COMPOSE, text, path, &arena);
    int r = check_template(text, yaml_tree_read(text, &arena, &documents, err), err);
    for (size_t i = 0; i < documents.roots.count; i++) {
        const struct yaml_node *root = documents.roots.items[i];
        struct yaml_node services = {.kind = YAML_KIND_MAPPING};
        struct reader reader = {.document = &document, .services = &services};
        const struct yaml_node *all = yaml_get(root, "services");
        if (all && all->kind == YAML_KIND_MAPPING)
            services = *all;
        check_document_scope(&document, SCOPE_COMPOSE, root, NULL, STR_NONE);
        int added = add_services(&reader, err);
        r = r < 0 ? r : added;
    }
    check_document_run(&document, sink);
    yaml_documents_free(&documents);
    check_document_free(&document);
    arena_free(&arena);
    return r;
}
