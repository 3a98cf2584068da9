/* Checks of what `docker run` is told that data cannot say, for services and for quadlets. */
#include "check/check_functions.h"
#include "check/container_facts.h"
#include "check/dockerfile_checks.h"
#include "check/document.h"

/* Calls for each value of an option. */
static void look_at_option(const struct check *check, const struct check_document *document,
                           struct check_sink *sink, const char *option,
                           struct str (*what)(struct str value))
{
    FOR_SCOPES(document, SCOPE_RUN, run)
    {
        const struct yaml_node *values = yaml_get(run->node, option);
        for (size_t i = 0; values && i < values->count; i++) {
            struct str found = what(values->items[i]->text);
            if (found.len)
                check_tell(sink, check, run, values->items[i], option, found);
        }
    }
}

/* ---- volumes ---- */

/* "SOURCE:TARGET[:OPTIONS]", "type=bind,source=…,target=…". */
static struct str source_of(struct str value)
{
    struct str part;
    if (str_find(value, STR("type=")) == SIZE_MAX) {
        size_t colon = str_index(value, ':');
        return colon == SIZE_MAX ? STR_NONE : str_first(value, colon);
    }
    while (str_cut(&value, ',', &part))
        if (str_starts(part, STR("source=")) || str_starts(part, STR("src=")))
            return str_from(part, str_index(part, '=') + 1);
    return STR_NONE;
}

static struct str engine_socket(struct str value)
{
    struct str source = source_of(value);
    return check_is_engine_socket(source) ? source : STR_NONE;
}

static struct str system_path(struct str value)
{
    struct str source = source_of(value);
    return check_is_system_path(source) ? source : STR_NONE;
}

/* ---- ports, capabilities, variables, images ---- */

static struct str open_port(struct str value)
{
    size_t colon = str_last_index(value, ':');
    struct str port = colon == SIZE_MAX ? value : str_from(value, colon + 1);
    bool local =
        check_glob_any(NAMES("127.*", "localhost:*"), value) || str_starts(value, STR("[::1]"));
    return !local && check_is_internal_port(port) ? port : STR_NONE;
}

static struct str dangerous_capability(struct str value)
{
    return check_is_dangerous_capability(value) ? value : STR_NONE;
}

static struct str secret(struct str value)
{
    struct str name;
    return check_is_secret_assignment(value, &name) ? name : STR_NONE;
}

static struct str floating_image(struct str value)
{
    return check_is_floating_image(value) ? value : STR_NONE;
}

static struct str image_by_tag(struct str value)
{
    return check_is_image_by_tag(value) ? value : STR_NONE;
}

/* One function for each of the two subjects. */
#define CHECK_OPTION(name, option, what)                                                           \
    void check_systemd_##name(const struct check *check, const struct check_document *document,    \
                              struct check_sink *sink)                                             \
    {                                                                                              \
        look_at_option(check, document, sink, option, what);                                       \
    }                                                                                              \
    void check_quadlet_##name(const struct check *check, const struct check_document *document,    \
                              struct check_sink *sink)                                             \
    {                                                                                              \
        look_at_option(check, document, sink, option, what);                                       \
    }

CHECK_OPTION(engine_socket, "volume", engine_socket)
CHECK_OPTION(engine_socket_mount, "mount", engine_socket)
CHECK_OPTION(system_path, "volume", system_path)
CHECK_OPTION(system_path_mount, "mount", system_path)
CHECK_OPTION(port_internal, "publish", open_port)
CHECK_OPTION(capability_dangerous, "cap-add", dangerous_capability)
CHECK_OPTION(env_secret, "env", secret)
CHECK_OPTION(image_latest, "image", floating_image)
CHECK_OPTION(image_digest, "image", image_by_tag)
