/* Checks of services that data cannot say: those of what has a short and a long form. */
#include "check/check_functions.h"
#include "check/compose.h"
#include "check/container_facts.h"
#include "check/dockerfile_checks.h"

/* ---- volumes ---- */

/* "SOURCE:TARGET[:OPTIONS]", or a mapping with type bind: compose-spec, "volumes". */
static struct str source_of(struct arena *arena, const struct yaml_node *volume)
{
    if (volume->kind == YAML_KIND_MAPPING)
        return str_is(yaml_text(yaml_get(volume, "type")), "bind")
                   ? compose_value(arena, yaml_text(yaml_get(volume, "source")))
                   : STR_NONE;
    struct str text = compose_value(arena, yaml_text(volume));
    size_t colon = str_index(text, ':');
    return colon == SIZE_MAX ? STR_NONE : str_first(text, colon);
}

/* A named volume whose local driver binds a folder: docker volume create, "Driver-specific
 * options".
 */
static void look_at_named_volumes(const struct check *check, const struct check_document *document,
                                  struct check_sink *sink, bool (*is_bad)(struct str path))
{
    FOR_SCOPES(document, SCOPE_COMPOSE, file)
    {
        const struct yaml_node *volumes = yaml_get(file->node, "volumes");
        for (size_t i = 0; volumes && volumes->kind == YAML_KIND_MAPPING && i < volumes->count;
             i++) {
            const struct yaml_node *options = yaml_get(volumes->pairs[i].value, "driver_opts");
            const struct yaml_node *device = yaml_get(options, "device");
            struct str path = compose_value(document->arena, yaml_text(device));
            if (check_glob(STR("*bind*"), yaml_text(yaml_get(options, "o"))) &&
                check_is_known(path) && is_bad(path))
                check_tell(sink, check, file, device, "volumes", path);
        }
    }
}

static void look_at_volumes(const struct check *check, const struct check_document *document,
                            struct check_sink *sink, bool (*is_bad)(struct str path))
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        const struct yaml_node *volumes = yaml_get(service->node, "volumes");
        for (size_t i = 0; volumes && volumes->kind == YAML_KIND_SEQUENCE && i < volumes->count;
             i++) {
            struct str source = source_of(document->arena, volumes->items[i]);
            if (source.len && check_is_known(source) && is_bad(source))
                check_tell(sink, check, service, volumes->items[i], "volumes", source);
        }
    }
    look_at_named_volumes(check, document, sink, is_bad);
}

void check_compose_engine_socket(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    look_at_volumes(check, document, sink, check_is_engine_socket);
}

void check_compose_system_path(const struct check *check, const struct check_document *document,
                               struct check_sink *sink)
{
    look_at_volumes(check, document, sink, check_is_system_path);
}

/* ---- ports ---- */

static bool is_local(struct str address)
{
    return check_glob_any(NAMES("127.*", "localhost", "::1", "[::1]"), address);
}

/* The port of the container that everybody who reaches the host reaches; empty: none. */
static struct str open_port(struct arena *arena, const struct yaml_node *port)
{
    if (port->kind == YAML_KIND_MAPPING)
        return yaml_text(yaml_get(port, "published")).len &&
                       !is_local(yaml_text(yaml_get(port, "host_ip")))
                   ? yaml_text(yaml_get(port, "target"))
                   : STR_NONE;
    struct str text = compose_value(arena, yaml_text(port));
    size_t colon = str_last_index(text, ':');
    if (colon == SIZE_MAX)
        return text;
    size_t address = str_last_index(str_first(text, colon), ':');
    bool local = address != SIZE_MAX && is_local(str_first(text, address));
    return local ? STR_NONE : str_from(text, colon + 1);
}

void check_compose_port_internal(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        const struct yaml_node *ports = yaml_get(service->node, "ports");
        for (size_t i = 0; ports && ports->kind == YAML_KIND_SEQUENCE && i < ports->count; i++) {
            struct str port = open_port(document->arena, ports->items[i]);
            if (check_is_internal_port(port))
                check_tell(sink, check, service, ports->items[i], "ports", port);
        }
    }
}

/* ---- capabilities and images ---- */

void check_compose_capability_dangerous(const struct check *check,
                                        const struct check_document *document,
                                        struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        const struct yaml_node *add = yaml_get(service->node, "cap_add");
        for (size_t i = 0; add && add->kind == YAML_KIND_SEQUENCE && i < add->count; i++)
            if (check_is_dangerous_capability(yaml_text(add->items[i])))
                check_tell(sink, check, service, add->items[i], "cap_add",
                           yaml_text(add->items[i]));
    }
}

/* With "build", "image" is what the result is called. */
static void look_at_images(const struct check *check, const struct check_document *document,
                           struct check_sink *sink, bool (*is_bad)(struct str image))
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        const struct yaml_node *node = yaml_get(service->node, "image");
        struct str image = compose_value(document->arena, yaml_text(node));
        if (node && !yaml_get(service->node, "build") && is_bad(image))
            check_tell(sink, check, service, node, "image", image);
    }
}

void check_compose_image_latest(const struct check *check, const struct check_document *document,
                                struct check_sink *sink)
{
    look_at_images(check, document, sink, check_is_floating_image);
}

void check_compose_image_digest(const struct check *check, const struct check_document *document,
                                struct check_sink *sink)
{
    look_at_images(check, document, sink, check_is_image_by_tag);
}

/* ---- variables ---- */

/* Goes over a mapping of names to values, or a list of "NAME=VALUE". */
struct variables {
    struct arena *arena;
    const struct yaml_node *node;
    size_t next;
    const struct yaml_node *place;
    struct str name, value;
};

static bool next_variable(struct variables *variables)
{
    const struct yaml_node *node = variables->node;
    if (!node || node->kind == YAML_KIND_SCALAR || variables->next >= node->count)
        return false;
    size_t at = variables->next++;
    if (node->kind == YAML_KIND_MAPPING) {
        variables->place = node->pairs[at].value;
        variables->name = node->pairs[at].key->text;
        variables->value = compose_value(variables->arena, yaml_text(variables->place));
        return true;
    }
    struct str text = yaml_text(node->items[at]);
    size_t equals = str_index(text, '=');
    variables->place = node->items[at];
    variables->name = str_first(text, equals == SIZE_MAX ? text.len : equals);
    variables->value =
        equals == SIZE_MAX ? STR_NONE : compose_value(variables->arena, str_from(text, equals + 1));
    return true;
}

static void look_at_secrets(const struct check *check, const struct check_document *document,
                            struct check_sink *sink, const char *path)
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        struct variables variables = {.arena = document->arena,
                                      .node = check_at(service->node, path)};
        while (next_variable(&variables))
            if (check_is_secret(variables.name, variables.value))
                check_tell(sink, check, service, variables.place, path, variables.name);
    }
}

void check_compose_env_secret(const struct check *check, const struct check_document *document,
                              struct check_sink *sink)
{
    look_at_secrets(check, document, sink, "environment");
}

void check_compose_arg_secret(const struct check *check, const struct check_document *document,
                              struct check_sink *sink)
{
    look_at_secrets(check, document, sink, "build.args");
}

/* What images of databases and the like take as "anybody may come in". */
static const struct {
    const char *name;
    const char *const *values;
} switches[] = {
    {"MYSQL_ALLOW_EMPTY_PASSWORD", NAMES("?*")},
    {"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", NAMES("?*")},
    {"ALLOW_EMPTY_PASSWORD", NAMES("yes", "true", "1")},
    {"POSTGRES_HOST_AUTH_METHOD", NAMES("trust")},
    {"ALLOW_ANONYMOUS_LOGIN", NAMES("yes", "true", "1")},
    {"ALLOW_PLAINTEXT_LISTENER", NAMES("yes", "true", "1")},
    {"xpack.security.enabled", NAMES("false")},
    {"DISABLE_SECURITY_PLUGIN", NAMES("true")},
    {"plugins.security.disabled", NAMES("true")},
    {"NEO4J_AUTH", NAMES("none")},
    {"DOCKER_TLS_CERTDIR", NAMES("")},
    {"GF_AUTH_ANONYMOUS_ENABLED", NAMES("true")},
};

void check_compose_no_password(const struct check *check, const struct check_document *document,
                               struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        struct variables variables = {.arena = document->arena,
                                      .node = yaml_get(service->node, "environment")};
        while (next_variable(&variables))
            for (size_t i = 0; i < ARRAY_LEN(switches); i++)
                if (str_is(variables.name, switches[i].name) &&
                    check_glob_any(switches[i].values, variables.value))
                    check_tell(sink, check, service, variables.place, switches[i].name,
                               variables.value);
    }
}

/* Settings of the kernel that no namespace holds. */
void check_compose_sysctl_kernel(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_SERVICE, service)
    {
        struct variables variables = {.arena = document->arena,
                                      .node = yaml_get(service->node, "sysctls")};
        while (next_variable(&variables))
            if (check_glob_any(NAMES("vm.*", "fs.file-*", "fs.inotify.*", "fs.protected_*",
                                     "fs.suid*", "kernel.core_*", "kernel.modprobe*",
                                     "kernel.random*", "kernel.panic*", "kernel.yama.*",
                                     "kernel.kptr*", "kernel.perf*", "kernel.unpriv*"),
                               variables.name))
                check_tell(sink, check, service, variables.place, "sysctls", variables.name);
    }
}
