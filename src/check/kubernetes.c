#include "check/kubernetes.h"

#include "base/limits.h"
#include "check/dockerfile_checks.h"

struct reader {
    struct check_document *document;
    struct pl_err *err;
    const struct check_scope *object; /* whose steps are looked for */
    int result;
};

static bool is_full(struct reader *reader)
{
    if (reader->result == 0 && reader->document->scopes.count >= LIMIT_CHECK_OBJECTS)
        reader->result =
            err_limit(reader->err, LIMIT_NAME(LIMIT_CHECK_OBJECTS),
                      "the manifest has more objects and containers than %llu: the rest was not "
                      "looked at",
                      LIMIT_CHECK_OBJECTS);
    return reader->result != 0;
}

static void add_container(struct reader *reader, const struct check_scope *pod, const char *list,
                          const struct yaml_node *node)
{
    if (!node || node->kind != YAML_KIND_MAPPING || is_full(reader))
        return;
    struct str name = str_first(yaml_text(yaml_get(node, "name")), LIMIT_CHECK_EVIDENCE);
    name = arena_printf(reader->document->arena, "%.*s/%.*s", STR_ARG(pod->name), STR_ARG(name));
    check_document_scope(reader->document, SCOPE_CONTAINER, node, pod, name)->type = str_of(list);
}

static void add_containers(struct reader *reader, const struct check_scope *pod,
                           const struct yaml_node *node, const char *const *lists)
{
    for (size_t i = 0; lists[i]; i++) {
        const struct yaml_node *list = yaml_get(node, lists[i]);
        for (size_t k = 0; list && list->kind == YAML_KIND_SEQUENCE && k < list->count; k++)
            add_container(reader, pod, lists[i], list->items[k]);
    }
}

static struct check_scope *add_pod_scope(struct reader *reader, const struct check_scope *object,
                                         const struct yaml_node *spec,
                                         const struct yaml_node *metadata)
{
    struct check_scope *pod =
        check_document_scope(reader->document, SCOPE_POD, spec, object, object->name);
    pod->type = object->type;
    pod->metadata = metadata;
    pod->windows = str_is(yaml_text(check_at(spec, "os.name")), "windows");
    return pod;
}

static void add_pod(struct reader *reader, const struct check_scope *object,
                    const struct yaml_node *template)
{
    const struct yaml_node *spec = yaml_get(template, "spec");
    if (!spec || spec->kind != YAML_KIND_MAPPING || is_full(reader))
        return;
    const struct check_scope *pod =
        add_pod_scope(reader, object, spec, yaml_get(template, "metadata"));
    add_containers(reader, pod, spec, NAMES("containers", "initContainers", "ephemeralContainers"));
}

/* What a spec has besides the lists of pods: containers of Argo's templates, steps of Tekton's
 * tasks. The rest of it says what PodSpecs say. */
static void add_steps(struct reader *reader, const struct check_scope *object,
                      const struct yaml_node *spec)
{
    const struct yaml_node *templates = yaml_get(spec, "templates"),
                           *steps = yaml_get(spec, "steps");
    bool has_templates = templates && templates->kind == YAML_KIND_SEQUENCE;
    bool has_steps = steps && steps->kind == YAML_KIND_SEQUENCE;
    if ((!has_templates && !has_steps) || is_full(reader))
        return;
    const struct check_scope *pod = add_pod_scope(reader, object, spec, NULL);
    add_containers(reader, pod, spec, NAMES("steps", "sidecars"));
    for (size_t i = 0; has_templates && i < templates->count; i++) {
        const struct yaml_node *template = templates->items[i];
        add_container(reader, pod, "containers", yaml_get(template, "container"));
        add_container(reader, pod, "containers", yaml_get(template, "script"));
        add_containers(reader, pod, template, NAMES("initContainers", "sidecars"));
    }
}

static void take_steps(void *context, const struct yaml_node *node)
{
    struct reader *reader = context;
    add_steps(reader, reader->object, node);
}

static void add_pipelines(struct reader *reader, const struct check_scope *object)
{
    static const char *const places[] = {"spec",
                                         "spec.workflowSpec",
                                         "spec.taskSpec",
                                         "spec.pipelineSpec.tasks[*].taskSpec",
                                         "spec.tasks[*].taskSpec",
                                         "spec.finally[*].taskSpec"};
    struct str version = yaml_text(yaml_get(object->node, "apiVersion"));
    if (!check_glob_any(NAMES("argoproj.io/*", "tekton.dev/*"), version))
        return;
    reader->object = object;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        check_each_at(object->node, str_of(places[i]), take_steps, reader);
}

/* Where a kind keeps its pods. What is not known by name, custom resources among them, has one
 * when there are containers at the place where Deployments have theirs. */
static void add_pods(struct reader *reader, const struct check_scope *object)
{
    static const char *const places[] = {"spec.template", "spec.jobTemplate.spec.template",
                                         "template"};
    bool is_pod = str_is(object->type, "Pod");
    if (is_pod)
        add_pod(reader, object, object->node);
    for (size_t i = 0; i < ARRAY_LEN(places) && !is_pod; i++) {
        const struct yaml_node *template = check_at(object->node, places[i]);
        const struct yaml_node *containers = check_at(template, "spec.containers");
        if (containers && containers->kind == YAML_KIND_SEQUENCE)
            add_pod(reader, object, template);
    }
    add_pipelines(reader, object);
}

static void add_object(struct reader *reader, const struct yaml_node *node, size_t depth)
{
    struct str kind = yaml_text(yaml_get(node, "kind"));
    const struct yaml_node *items = yaml_get(node, "items");
    bool is_list = str_ends(kind, STR("List")) && items && items->kind == YAML_KIND_SEQUENCE;
    if (kind.len == 0 || is_full(reader))
        return;
    for (size_t i = 0; is_list && depth < LIMIT_CHECK_EXTENDS && i < items->count; i++)
        add_object(reader, items->items[i], depth + 1);
    if (is_list)
        return;
    const struct yaml_node *metadata = yaml_get(node, "metadata");
    struct str name = yaml_text(yaml_get(metadata, "name"));
    if (name.len == 0)
        name = yaml_text(yaml_get(metadata, "generateName"));
    name = arena_printf(reader->document->arena, "%.*s/%.*s",
                        STR_ARG(str_first(kind, LIMIT_CHECK_EVIDENCE)),
                        STR_ARG(str_first(name, LIMIT_CHECK_EVIDENCE)));
    struct check_scope *object =
        check_document_scope(reader->document, SCOPE_OBJECT, node, NULL, name);
    object->type = kind;
    object->metadata = metadata;
    add_pods(reader, object);
}

const struct yaml_node *kubernetes_flag(const struct check_scope *container, const char *name,
                                        struct str *ret_value)
{
    static const char *const places[] = {"command", "args"};
    const struct yaml_node *found = NULL;
    size_t len = strlen(name);
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const struct yaml_node *words = yaml_get(container->node, places[i]);
        for (size_t k = 0; words && words->kind == YAML_KIND_SEQUENCE && k < words->count; k++) {
            struct str word = yaml_text(words->items[k]);
            if (!str_starts(word, STR("--")) || !str_starts(str_from(word, 2), str_make(name, len)))
                continue;
            struct str rest = str_from(word, 2 + len);
            if (rest.len && rest.data[0] != '=')
                continue;
            found = words->items[k];
            *ret_value =
                rest.len ? str_from(rest, 1)
                : k + 1 < words->count && !str_starts(yaml_text(words->items[k + 1]), STR("-"))
                    ? yaml_text(words->items[k + 1])
                    : STR("true");
        }
    }
    return found;
}

int check_kubernetes(struct str text, struct str path, struct check_sink *sink, struct pl_err *err)
{
    struct check_document document;
    struct yaml_documents documents;
    struct arena arena = {0};
    struct reader reader = {.document = &document, .err = err};
    check_document_init(&document, CHECK_KUBERNETES, text, path, &arena);
    int r = check_template(text, yaml_tree_read(text, &arena, &documents, err), err);
    reader.result = r;
    for (size_t i = 0; i < documents.roots.count; i++) {
        reader.result = 0;
        add_object(&reader, documents.roots.items[i], 0);
        r = r < 0 ? r : reader.result;
    }
    check_document_run(&document, sink);
    yaml_documents_free(&documents);
    check_document_free(&document);
    arena_free(&arena);
    return r;
}
