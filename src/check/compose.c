#include "check/compose.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/path.h"
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

struct other_file {
    struct str name;
    const struct yaml_node *services; /* NULL: it has none, or could not be read */
};

struct reader {
    struct check_document *document;
    const struct check_beside *beside;
    struct yaml_node *services;   /* a copy of the mapping */
    const struct yaml_node *base; /* services of the file that this one overrides; or NULL */
    struct other_file others[LIMIT_CHECK_EXTENDS];
    size_t other_count;
};

/* ---- other files ---- */

static const struct yaml_node *mapping_at(const struct yaml_node *node, struct str key)
{
    const struct yaml_node *value = yaml_get_str(node, key);
    return value && value->kind == YAML_KIND_MAPPING ? value : NULL;
}

static const struct yaml_node *read_services(struct reader *reader, struct str name)
{
    struct yaml_documents documents;
    struct pl_err ignored; /* the file is told of where it is looked at */
    AUTO_BUF text = {0};
    if (!reader->beside || !reader->beside->read(reader->beside, name, &text))
        return NULL;
    struct arena *arena = reader->document->arena;
    const struct yaml_node *services = NULL;
    if (yaml_tree_read(arena_str(arena, buf_str(&text)), arena, &documents, &ignored) == 0 &&
        documents.roots.count) {
        yaml_tree_mark_elsewhere(documents.roots.items[0]);
        services = mapping_at(documents.roots.items[0], STR("services"));
    }
    yaml_documents_free(&documents);
    return services;
}

static const struct yaml_node *services_of(struct reader *reader, struct str name)
{
    for (size_t i = 0; i < reader->other_count; i++)
        if (str_equal(reader->others[i].name, name))
            return reader->others[i].services;
    if (reader->other_count == ARRAY_LEN(reader->others))
        return NULL;
    struct other_file *file = &reader->others[reader->other_count++];
    *file = (struct other_file){name, read_services(reader, name)};
    return file->services;
}

/* What Compose reads before an override, in its order. */
static const struct yaml_node *base_services(struct reader *reader, struct str path)
{
    static const char *const names[] = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                        "docker-compose.yaml"};
    const struct yaml_node *services = NULL;
    if (check_glob_any(NAMES("compose.override.y*ml", "docker-compose.override.y*ml"),
                       path_base(path)))
        for (size_t i = 0; i < ARRAY_LEN(names) && !services; i++)
            services = services_of(reader, str_of(names[i]));
    return services;
}

/* ---- services that others bring something to ---- */

/* Own keys win; those of the other are merged ones. (Of a service of the same file what it brings
 * to lists is found at the service itself.) */
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

static const struct yaml_node *joined_lists(struct arena *arena, const struct yaml_node *own,
                                            const struct yaml_node *other)
{
    struct yaml_node *node = ARENA_NEW(arena, struct yaml_node);
    *node = *own;
    node->count = own->count + other->count;
    node->items = ARENA_ARRAY(arena, const struct yaml_node *, node->count);
    memcpy(node->items, own->items, sizeof(own->items[0]) * own->count);
    memcpy(node->items + own->count, other->items, sizeof(other->items[0]) * other->count);
    return node;
}

static bool is_too_large(const struct yaml_node *node)
{
    return node->kind != YAML_KIND_SCALAR && node->count > LIMIT_CHECK_SERVICE_KEYS;
}

/* As Compose merges files (compose-spec, 13-merge.md): mappings key by key, lists one behind the
 * other. */
static const struct yaml_node *merged(struct arena *arena, const struct yaml_node *own,
                                      const struct yaml_node *other, unsigned depth)
{
    if (own->kind != other->kind || own->kind == YAML_KIND_SCALAR || is_too_large(own) ||
        is_too_large(other) || depth > LIMIT_CHECK_EXTENDS)
        return own;
    if (own->kind == YAML_KIND_SEQUENCE)
        return joined_lists(arena, own, other);
    struct yaml_node *node = ARENA_NEW(arena, struct yaml_node);
    *node = *joined(arena, own, other);
    for (size_t i = 0; i < own->count; i++) {
        const struct yaml_node *below = yaml_get_str(other, own->pairs[i].key->text);
        if (below)
            node->pairs[i].value = merged(arena, own->pairs[i].value, below, depth + 1);
    }
    return node;
}

/* The service that a service extends; NULL: it extends none that can be found. */
static const struct yaml_node *extended(struct reader *reader, const struct yaml_node *services,
                                        const struct yaml_node *service)
{
    const struct yaml_node *extends = yaml_get(service, "extends");
    if (!extends)
        return NULL;
    if (extends->kind == YAML_KIND_SCALAR)
        return mapping_at(services, yaml_text(extends));
    struct str file = yaml_text(yaml_get(extends, "file"));
    return mapping_at(file.len ? services_of(reader, file) : services,
                      yaml_text(yaml_get(extends, "service")));
}

static const struct yaml_node *with_extended(struct reader *reader, const struct yaml_node *service)
{
    struct arena *arena = reader->document->arena;
    const struct yaml_node *other = extended(reader, reader->services, service);
    for (size_t depth = 0; other && other != service && depth < LIMIT_CHECK_EXTENDS; depth++) {
        if (other->count > LIMIT_CHECK_SERVICE_KEYS)
            break;
        service =
            other->elsewhere ? merged(arena, service, other, 0) : joined(arena, service, other);
        /* What a service of another file extends is not followed further. */
        other = other->elsewhere ? NULL : extended(reader, reader->services, other);
    }
    return service;
}

static const struct yaml_node *whole_service(struct reader *reader, const struct yaml_pair *pair)
{
    const struct yaml_node *base = mapping_at(reader->base, pair->key->text);
    const struct yaml_node *service = with_extended(reader, pair->value);
    return base ? merged(reader->document->arena, service, base, 0) : service;
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
            check_document_scope(reader->document, SCOPE_SERVICE, whole_service(reader, pair), NULL,
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
        struct reader reader = {.document = &document,
                                .services = &services,
                                .beside = sink->choice ? sink->choice->beside : NULL};
        const struct yaml_node *all = yaml_get(root, "services");
        if (all && all->kind == YAML_KIND_MAPPING)
            services = *all;
        reader.base = base_services(&reader, path);
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
