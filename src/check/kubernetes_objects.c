/* Checks of objects other than pods that data cannot say: roles, services, policies, versions. */
#include "check/check_functions.h"
#include "check/container_facts.h"
#include "check/dockerfile_checks.h"
#include "check/kubernetes.h"

static bool is_kind(const struct check_scope *object, const char *const *kinds)
{
    return check_glob_any(kinds, object->type);
}

/* ---- roles ---- */

/* The first element that one of the patterns matches, or NULL. */
static const struct yaml_node *find_in(const struct yaml_node *list, const char *const *patterns)
{
    for (size_t i = 0; list && list->kind == YAML_KIND_SEQUENCE && i < list->count; i++)
        if (check_glob_any(patterns, yaml_text(list->items[i])))
            return list->items[i];
    return NULL;
}

static const struct yaml_node *find_star(const struct yaml_node *list)
{
    for (size_t i = 0; list && list->kind == YAML_KIND_SEQUENCE && i < list->count; i++)
        if (str_is(yaml_text(list->items[i]), "*"))
            return list->items[i];
    return NULL;
}

/* A rule that gives one of the verbs, or all, on one of the resources; what resources of "*" give
 * has a check of its own. */
static void look_at_rules(const struct check *check, const struct check_document *document,
                          struct check_sink *sink, const char *const *resources,
                          const char *const *verbs)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *rules = yaml_get(object->node, "rules");
        if (!is_kind(object, NAMES("Role", "ClusterRole")))
            continue;
        for (size_t i = 0; rules && rules->kind == YAML_KIND_SEQUENCE && i < rules->count; i++) {
            const struct yaml_node *names = yaml_get(rules->items[i], "resourceNames");
            const struct yaml_node *what = yaml_get(rules->items[i], "resources");
            bool narrow = names && names->kind == YAML_KIND_SEQUENCE && names->count > 0;
            const struct yaml_node *found = narrow ? NULL : find_in(what, resources);
            const struct yaml_node *given = yaml_get(rules->items[i], "verbs");
            if (found && (find_in(given, verbs) || find_star(given)))
                check_tell(sink, check, object, found, "resources", yaml_text(found));
        }
    }
}

void check_kubernetes_role_secrets(const struct check *check, const struct check_document *document,
                                   struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("secrets"), NAMES("get", "list", "watch"));
}

void check_kubernetes_role_secrets_change(const struct check *check,
                                          const struct check_document *document,
                                          struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("secrets"),
                  NAMES("create", "update", "patch", "delete", "deletecollection"));
}

void check_kubernetes_role_logs(const struct check *check, const struct check_document *document,
                                struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("pods/log"), NAMES("delete", "deletecollection"));
}

void check_kubernetes_role_configmaps(const struct check *check,
                                      const struct check_document *document,
                                      struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("configmaps"),
                  NAMES("create", "update", "patch", "delete", "deletecollection"));
}

void check_kubernetes_role_network(const struct check *check, const struct check_document *document,
                                   struct check_sink *sink)
{
    look_at_rules(check, document, sink,
                  NAMES("services", "endpoints", "endpointslices", "networkpolicies", "ingresses"),
                  NAMES("create", "update", "patch", "delete", "deletecollection"));
}

void check_kubernetes_role_exec(const struct check *check, const struct check_document *document,
                                struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("pods/exec", "pods/attach"), NAMES("create", "get"));
}

void check_kubernetes_role_nodes(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("nodes/proxy"), NAMES("*"));
}

void check_kubernetes_role_escalate(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    look_at_rules(check, document, sink,
                  NAMES("roles", "clusterroles", "rolebindings", "clusterrolebindings", "users",
                        "groups", "serviceaccounts"),
                  NAMES("escalate", "bind", "impersonate"));
}

void check_kubernetes_role_bindings(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    look_at_rules(check, document, sink,
                  NAMES("roles", "clusterroles", "rolebindings", "clusterrolebindings"),
                  NAMES("create", "update", "patch", "delete", "deletecollection"));
}

void check_kubernetes_role_token(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    look_at_rules(check, document, sink, NAMES("serviceaccounts/token"), NAMES("create"));
}

void check_kubernetes_role_pods(const struct check *check, const struct check_document *document,
                                struct check_sink *sink)
{
    look_at_rules(check, document, sink,
                  NAMES("pods", "deployments", "daemonsets", "statefulsets", "replicasets", "jobs",
                        "cronjobs", "replicationcontrollers"),
                  NAMES("create", "update", "patch"));
}

void check_kubernetes_role_webhooks(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    look_at_rules(check, document, sink,
                  NAMES("mutatingwebhookconfigurations", "validatingwebhookconfigurations"),
                  NAMES("create", "update", "patch"));
}

/* CIS 5.1.3: "*" among verbs or resources. */
void check_kubernetes_role_wildcard(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *rules = yaml_get(object->node, "rules");
        if (!is_kind(object, NAMES("Role", "ClusterRole")))
            continue;
        for (size_t i = 0; rules && rules->kind == YAML_KIND_SEQUENCE && i < rules->count; i++) {
            static const char *const lists[] = {"resources", "verbs"};
            for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
                const struct yaml_node *star = find_star(yaml_get(rules->items[i], lists[k]));
                if (star)
                    check_tell(sink, check, object, star, lists[k], STR("*"));
            }
        }
    }
}

void check_kubernetes_binding_admin(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *role = check_at(object->node, "roleRef.name");
        const struct yaml_node *subjects = yaml_get(object->node, "subjects");
        bool is_empty = subjects && subjects->kind == YAML_KIND_SEQUENCE && subjects->count == 0;
        if (is_kind(object, NAMES("RoleBinding", "ClusterRoleBinding")) && role && !is_empty &&
            str_is(yaml_text(role), "cluster-admin"))
            check_tell(sink, check, object, role, "roleRef.name", yaml_text(role));
    }
}

/* ---- secrets ---- */

void check_kubernetes_configmap_secret(const struct check *check,
                                       const struct check_document *document,
                                       struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *data = yaml_get(object->node, "data");
        for (size_t i = 0; is_kind(object, NAMES("ConfigMap")) && data &&
                           data->kind == YAML_KIND_MAPPING && i < data->count;
             i++)
            if (check_is_secret(data->pairs[i].key->text, yaml_text(data->pairs[i].value)))
                check_tell(sink, check, object, data->pairs[i].value, "data",
                           data->pairs[i].key->text);
    }
}

/* A Secret in a file of a repository is as open as the file: base64 hides nothing. */
void check_kubernetes_secret_in_file(const struct check *check,
                                     const struct check_document *document, struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        static const char *const places[] = {"data", "stringData"};
        for (size_t i = 0; i < ARRAY_LEN(places) && is_kind(object, NAMES("Secret")); i++) {
            const struct yaml_node *data = yaml_get(object->node, places[i]);
            for (size_t k = 0; data && data->kind == YAML_KIND_MAPPING && k < data->count; k++) {
                struct str value = str_trim(yaml_text(data->pairs[k].value));
                if (value.len && check_is_known(value) && value.data[0] != '<') {
                    check_tell(sink, check, object, data->pairs[k].key, places[i],
                               data->pairs[k].key->text);
                    break;
                }
            }
        }
    }
}

/* ---- the network ---- */

void check_kubernetes_load_balancer_open(const struct check *check,
                                         const struct check_document *document,
                                         struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *type = check_at(object->node, "spec.type");
        const struct yaml_node *ranges = check_at(object->node, "spec.loadBalancerSourceRanges");
        const struct yaml_node *annotations = yaml_get(object->metadata, "annotations");
        bool internal = false;
        for (size_t i = 0;
             annotations && annotations->kind == YAML_KIND_MAPPING && i < annotations->count; i++)
            internal =
                internal || check_glob_any(NAMES("*internal*", "*load-balancer-type*",
                                                 "*load-balancer-source-ranges*", "*-scheme"),
                                           annotations->pairs[i].key->text);
        if (is_kind(object, NAMES("Service")) && type && str_is(yaml_text(type), "LoadBalancer") &&
            !ranges && !internal)
            check_tell(sink, check, object, type, "spec.type", yaml_text(type));
        for (size_t i = 0; is_kind(object, NAMES("Service")) && ranges &&
                           ranges->kind == YAML_KIND_SEQUENCE && i < ranges->count;
             i++)
            if (check_glob_any(NAMES("0.0.0.0/0", "::/0"), yaml_text(ranges->items[i])))
                check_tell(sink, check, object, ranges->items[i], "loadBalancerSourceRanges",
                           yaml_text(ranges->items[i]));
    }
}

static bool is_empty(const struct yaml_node *node)
{
    return yaml_is_null(node) || (node->kind != YAML_KIND_SCALAR && node->count == 0);
}

/* A policy for all pods of a namespace with a rule that names no peer: everybody may. */
void check_kubernetes_network_policy_open(const struct check *check,
                                          const struct check_document *document,
                                          struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        static const char *const directions[][2] = {{"ingress", "from"}, {"egress", "to"}};
        const struct yaml_node *spec = yaml_get(object->node, "spec");
        if (!is_kind(object, NAMES("NetworkPolicy")) || !is_empty(yaml_get(spec, "podSelector")))
            continue;
        for (size_t i = 0; i < ARRAY_LEN(directions); i++) {
            const struct yaml_node *rules = yaml_get(spec, directions[i][0]);
            for (size_t k = 0; rules && rules->kind == YAML_KIND_SEQUENCE && k < rules->count; k++)
                if (is_empty(yaml_get(rules->items[k], directions[i][1])) &&
                    is_empty(yaml_get(rules->items[k], "ports")))
                    check_tell(sink, check, object, rules->items[k], directions[i][0], STR("{}"));
        }
    }
}

/* ---- versions of the API ---- */

struct removed {
    const char *version;
    const char *const *kinds;
};

/* kubernetes.io, "Deprecated API Migration Guide": what no supported release serves any more. */
static const struct removed removed_versions[] = {
    {"extensions/v1beta1", NAMES("*")},
    {"apps/v1beta1", NAMES("*")},
    {"apps/v1beta2", NAMES("*")},
    {"networking.k8s.io/v1beta1", NAMES("Ingress", "IngressClass")},
    {"rbac.authorization.k8s.io/v1beta1", NAMES("*")},
    {"rbac.authorization.k8s.io/v1alpha1", NAMES("*")},
    {"policy/v1beta1", NAMES("*")},
    {"batch/v1beta1", NAMES("CronJob")},
    {"batch/v2alpha1", NAMES("CronJob")},
    {"apiextensions.k8s.io/v1beta1", NAMES("*")},
    {"admissionregistration.k8s.io/v1beta1", NAMES("*WebhookConfiguration")},
    {"apiregistration.k8s.io/v1beta1", NAMES("*")},
    {"authentication.k8s.io/v1beta1", NAMES("TokenReview")},
    {"authorization.k8s.io/v1beta1", NAMES("*")},
    {"certificates.k8s.io/v1beta1", NAMES("CertificateSigningRequest")},
    {"coordination.k8s.io/v1beta1", NAMES("Lease")},
    {"scheduling.k8s.io/v1beta1", NAMES("*")},
    {"storage.k8s.io/v1beta1",
     NAMES("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "CSIStorageCapacity")},
    {"discovery.k8s.io/v1beta1", NAMES("*")},
    {"events.k8s.io/v1beta1", NAMES("*")},
    {"node.k8s.io/v1beta1", NAMES("*")},
    {"autoscaling/v2beta1", NAMES("*")},
    {"autoscaling/v2beta2", NAMES("*")},
    {"flowcontrol.apiserver.k8s.io/v1beta1", NAMES("*")},
    {"flowcontrol.apiserver.k8s.io/v1beta2", NAMES("*")},
    {"flowcontrol.apiserver.k8s.io/v1beta3", NAMES("*")},
};

void check_kubernetes_api_removed(const struct check *check, const struct check_document *document,
                                  struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *version = yaml_get(object->node, "apiVersion");
        for (size_t i = 0; i < ARRAY_LEN(removed_versions); i++)
            if (version && str_is(yaml_text(version), removed_versions[i].version) &&
                is_kind(object, removed_versions[i].kinds)) {
                check_tell(sink, check, object, version, "apiVersion", yaml_text(version));
                break;
            }
    }
}

/* What stands in a namespace, and says none: it lands wherever kubectl happens to be. */
void check_kubernetes_namespace_default(const struct check *check,
                                        const struct check_document *document,
                                        struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_OBJECT, object)
    {
        const struct yaml_node *namespace = yaml_get(object->metadata, "namespace");
        if (namespace && str_is(yaml_text(namespace), "default"))
            check_tell(sink, check, object, namespace, "namespace", yaml_text(namespace));
    }
}
