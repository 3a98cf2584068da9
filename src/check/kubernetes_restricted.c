/* What the restricted Pod Security Standard asks for, other than for pods of Windows, and what
 * depends on the kind of the workload. */
#include <strings.h>

#include "check/check_functions.h"
#include "check/dockerfile_checks.h"
#include "check/kubernetes.h"

static void tell_container(struct check_sink *sink, const struct check *check,
                           const struct check_scope *container)
{
    check_tell(sink, check, container, container->node, "", STR_NONE);
}

void check_kubernetes_capability_drop(const struct check *check,
                                      const struct check_document *document,
                                      struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const struct yaml_node *drop =
            check_at(container->node, "securityContext.capabilities.drop");
        bool found = container->windows;
        for (size_t i = 0; drop && drop->kind == YAML_KIND_SEQUENCE && i < drop->count; i++) {
            struct str name = yaml_text(drop->items[i]);
            found = found || (name.len == 3 && strncasecmp(name.data, "ALL", 3) == 0) ||
                    !check_is_known(name);
        }
        if (!found)
            tell_container(sink, check, container);
    }
}

void check_kubernetes_privilege_escalation(const struct check *check,
                                           const struct check_document *document,
                                           struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const struct yaml_node *node =
            check_at(container->node, "securityContext.allowPrivilegeEscalation");
        if (container->windows || yaml_is_false(node) || !check_is_known(yaml_text(node)))
            continue;
        if (node)
            check_tell(sink, check, container, node, "allowPrivilegeEscalation", yaml_text(node));
        else
            tell_container(sink, check, container);
    }
}

/* The profile of the container, else of the pod. Unconfined has a check of its own. */
void check_kubernetes_seccomp_unset(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const char *path = "securityContext.seccompProfile.type";
        if (!container->windows && !check_at(container->node, path) &&
            !check_at(container->outer->node, path))
            tell_container(sink, check, container);
    }
}

/* Jobs end by themselves; init containers have no probes (but as sidecars). */
static void look_at_probe(const struct check *check, const struct check_document *document,
                          struct check_sink *sink, const char *probe)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        if (str_is(container->type, "containers") &&
            !check_glob_any(NAMES("Job", "CronJob"), container->outer->type) &&
            !check_at(container->node, probe))
            tell_container(sink, check, container);
    }
}

void check_kubernetes_probe_liveness(const struct check *check,
                                     const struct check_document *document, struct check_sink *sink)
{
    look_at_probe(check, document, sink, "livenessProbe");
}

void check_kubernetes_probe_readiness(const struct check *check,
                                      const struct check_document *document,
                                      struct check_sink *sink)
{
    look_at_probe(check, document, sink, "readinessProbe");
}

/* operator: Exists without a key: every taint. */
void check_kubernetes_tolerates_all(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_POD, pod)
    {
        const struct yaml_node *list = yaml_get(pod->node, "tolerations");
        for (size_t i = 0; list && list->kind == YAML_KIND_SEQUENCE && i < list->count; i++)
            if (str_is(yaml_text(yaml_get(list->items[i], "operator")), "Exists") &&
                yaml_text(yaml_get(list->items[i], "key")).len == 0)
                check_tell(sink, check, pod, list->items[i], "tolerations", STR("Exists"));
    }
}
