/* Checks of pods and containers that data cannot say. */
#include <strings.h>

#include "base/buf.h"
#include "check/check_functions.h"
#include "check/container_facts.h"
#include "check/dockerfile_checks.h"
#include "check/kubernetes.h"

/* ---- volumes ---- */

static void look_at_host_paths(const struct check *check, const struct check_document *document,
                               struct check_sink *sink, bool (*is_bad)(struct str path))
{
    FOR_SCOPES(document, SCOPE_POD, pod)
    {
        const struct yaml_node *volumes = yaml_get(pod->node, "volumes");
        for (size_t i = 0; volumes && volumes->kind == YAML_KIND_SEQUENCE && i < volumes->count;
             i++) {
            const struct yaml_node *path = check_at(volumes->items[i], "hostPath.path");
            if (path && is_bad(yaml_text(path)))
                check_tell(sink, check, pod, path, "hostPath", yaml_text(path));
        }
    }
}

void check_kubernetes_engine_socket(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    look_at_host_paths(check, document, sink, check_is_engine_socket);
}

void check_kubernetes_system_path(const struct check *check, const struct check_document *document,
                                  struct check_sink *sink)
{
    look_at_host_paths(check, document, sink, check_is_system_path);
}

/* Pod Security Standards, restricted, "Volume Types". hostPath has a check of its own. */
void check_kubernetes_volume_type(const struct check *check, const struct check_document *document,
                                  struct check_sink *sink)
{
    static const char *const allowed[] = {
        "name",      "configMap", "csi",      "downwardAPI",
        "emptyDir",  "ephemeral", "hostPath", "persistentVolumeClaim",
        "projected", "secret",    NULL};
    FOR_SCOPES(document, SCOPE_POD, pod)
    {
        const struct yaml_node *volumes = yaml_get(pod->node, "volumes");
        for (size_t i = 0; volumes && volumes->kind == YAML_KIND_SEQUENCE && i < volumes->count;
             i++)
            for (size_t k = 0;
                 volumes->items[i]->kind == YAML_KIND_MAPPING && k < volumes->items[i]->count;
                 k++) {
                const struct yaml_pair *pair = &volumes->items[i]->pairs[k];
                if (!yaml_is_null(pair->value) && !check_glob_any(allowed, pair->key->text))
                    check_tell(sink, check, pod, pair->key, "volumes", pair->key->text);
            }
    }
}

/* ---- capabilities ---- */

void check_kubernetes_capability_dangerous(const struct check *check,
                                           const struct check_document *document,
                                           struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const struct yaml_node *add = check_at(container->node, "securityContext.capabilities.add");
        for (size_t i = 0; add && add->kind == YAML_KIND_SEQUENCE && i < add->count; i++)
            if (check_is_dangerous_capability(yaml_text(add->items[i])))
                check_tell(sink, check, container, add->items[i], "capabilities.add",
                           yaml_text(add->items[i]));
    }
}

/* ---- images ---- */

static void look_at_images(const struct check *check, const struct check_document *document,
                           struct check_sink *sink, bool (*is_bad)(struct str image))
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const struct yaml_node *image = yaml_get(container->node, "image");
        if (is_bad(yaml_text(image)))
            check_tell(sink, check, container, image, "image", yaml_text(image));
    }
}

void check_kubernetes_image_latest(const struct check *check, const struct check_document *document,
                                   struct check_sink *sink)
{
    look_at_images(check, document, sink, check_is_floating_image);
}

void check_kubernetes_image_digest(const struct check *check, const struct check_document *document,
                                   struct check_sink *sink)
{
    look_at_images(check, document, sink, check_is_image_by_tag);
}

/* ---- secrets ---- */

void check_kubernetes_env_secret(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const struct yaml_node *env = yaml_get(container->node, "env");
        for (size_t i = 0; env && env->kind == YAML_KIND_SEQUENCE && i < env->count; i++) {
            struct str name = yaml_text(yaml_get(env->items[i], "name"));
            const struct yaml_node *value = yaml_get(env->items[i], "value");
            if (value && check_is_secret(name, yaml_text(value)))
                check_tell(sink, check, container, value, "env", name);
        }
    }
}

/* Secrets on the command line are there for everybody to read in /proc and in `kubectl get`. */
void check_kubernetes_args_secret(const struct check *check, const struct check_document *document,
                                  struct check_sink *sink)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const char *const places[] = {"command", "args"};
        for (size_t i = 0; i < ARRAY_LEN(places); i++) {
            const struct yaml_node *words = yaml_get(container->node, places[i]);
            for (size_t k = 0; words && words->kind == YAML_KIND_SEQUENCE && k < words->count;
                 k++) {
                struct str word = yaml_text(words->items[k]), name;
                while (str_starts(word, STR("-")))
                    word = str_from(word, 1);
                if (str_index(word, ' ') == SIZE_MAX && check_is_secret_assignment(word, &name))
                    check_tell(sink, check, container, words->items[k], places[i], name);
            }
        }
    }
}

/* ---- sandboxes ---- */

/* Pod Security Standards, baseline: "AppArmor" and "Seccomp" as annotations said it before fields
 * did. */
static void look_at_annotations(const struct check *check, const struct check_document *document,
                                struct check_sink *sink, const char *key,
                                const char *const *allowed)
{
    FOR_SCOPES(document, SCOPE_POD, pod)
    {
        const struct yaml_node *annotations = yaml_get(pod->metadata, "annotations");
        for (size_t i = 0;
             annotations && annotations->kind == YAML_KIND_MAPPING && i < annotations->count; i++) {
            const struct yaml_pair *pair = &annotations->pairs[i];
            if (check_glob(str_of(key), pair->key->text) &&
                check_is_known(yaml_text(pair->value)) &&
                !check_glob_any(allowed, yaml_text(pair->value)))
                check_tell(sink, check, pod, pair->value, "annotations", yaml_text(pair->value));
        }
    }
}

void check_kubernetes_apparmor_annotation(const struct check *check,
                                          const struct check_document *document,
                                          struct check_sink *sink)
{
    look_at_annotations(check, document, sink, "container.apparmor.security.beta.kubernetes.io/*",
                        NAMES("", "runtime/default", "localhost/*"));
}

void check_kubernetes_seccomp_annotation(const struct check *check,
                                         const struct check_document *document,
                                         struct check_sink *sink)
{
    look_at_annotations(check, document, sink, "*seccomp.security.alpha.kubernetes.io/*",
                        NAMES("runtime/default", "docker/default", "localhost/*"));
}

/* ---- identities ---- */

/* A user or group of 0: of the pod, or of a container. */
void check_kubernetes_user_root(const struct check *check, const struct check_document *document,
                                struct check_sink *sink)
{
    int64_t user;
    FOR_SCOPES(document, SCOPE_POD, pod)
    {
        const struct yaml_node *node = check_at(pod->node, "securityContext.runAsUser");
        if (yaml_to_integer(node, &user) && user == 0)
            check_tell(sink, check, pod, node, "securityContext.runAsUser", STR("0"));
    }
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        const struct yaml_node *node = check_at(container->node, "securityContext.runAsUser");
        if (yaml_to_integer(node, &user) && user == 0)
            check_tell(sink, check, container, node, "securityContext.runAsUser", STR("0"));
    }
}

/* ---- servers of the control plane, in static pods ---- */

struct server_flag {
    const char *program, *flag;
    const char *const *bad;  /* a value that is wrong */
    const char *const *good; /* else: what it has to be, when the flag is there */
    bool needed;             /* wrong when it is not there, too */
};

/* CIS Kubernetes Benchmark, 1.2, 1.3, 1.4, 2 and 4.2. */
static const struct server_flag server_flags[] = {
    {"kube-apiserver", "anonymous-auth", NAMES("true"), NULL, false},
    {"kube-apiserver", "token-auth-file", NAMES("?*"), NULL, false},
    {"kube-apiserver", "basic-auth-file", NAMES("?*"), NULL, false},
    {"kube-apiserver", "insecure-port", NULL, NAMES("0"), false},
    {"kube-apiserver", "insecure-bind-address", NAMES("?*"), NULL, false},
    {"kube-apiserver", "insecure-allow-any-token", NAMES("true"), NULL, false},
    {"kube-apiserver", "authorization-mode", NAMES("*AlwaysAllow*"), NULL, false},
    {"kube-apiserver", "authorization-mode", NULL, NAMES("*RBAC*", "*Webhook*"), false},
    {"kube-apiserver", "enable-admission-plugins", NAMES("*AlwaysAdmit*"), NULL, false},
    {"kube-apiserver", "disable-admission-plugins",
     NAMES("*ServiceAccount*", "*NamespaceLifecycle*", "*NodeRestriction*", "*PodSecurity*"), NULL,
     false},
    {"kube-apiserver", "profiling", NULL, NAMES("false"), true},
    {"kube-apiserver", "audit-log-path", NULL, NAMES("?*"), true},
    {"kube-apiserver", "service-account-lookup", NAMES("false"), NULL, false},
    {"kube-apiserver", "kubelet-https", NAMES("false"), NULL, false},
    {"kube-apiserver", "kubelet-certificate-authority", NULL, NAMES("?*"), true},
    {"kube-apiserver", "encryption-provider-config", NULL, NAMES("?*"), true},
    {"kube-apiserver", "secure-port", NAMES("0"), NULL, false},
    {"kube-controller-manager", "profiling", NULL, NAMES("false"), true},
    {"kube-controller-manager", "use-service-account-credentials", NULL, NAMES("true"), true},
    {"kube-controller-manager", "bind-address", NAMES("0.0.0.0", "::"), NULL, false},
    {"kube-controller-manager", "address", NAMES("0.0.0.0", "::"), NULL, false},
    {"kube-scheduler", "profiling", NULL, NAMES("false"), true},
    {"kube-scheduler", "bind-address", NAMES("0.0.0.0", "::"), NULL, false},
    {"kube-scheduler", "address", NAMES("0.0.0.0", "::"), NULL, false},
    {"etcd", "auto-tls", NAMES("true"), NULL, false},
    {"etcd", "peer-auto-tls", NAMES("true"), NULL, false},
    {"etcd", "client-cert-auth", NAMES("false"), NULL, false},
    {"etcd", "peer-client-cert-auth", NAMES("false"), NULL, false},
    {"kubelet", "anonymous-auth", NAMES("true"), NULL, false},
    {"kubelet", "authorization-mode", NAMES("*AlwaysAllow*"), NULL, false},
    {"kubelet", "read-only-port", NULL, NAMES("0"), false},
    {"kubelet", "protect-kernel-defaults", NAMES("false"), NULL, false},
    {"kubelet", "make-iptables-util-chains", NAMES("false"), NULL, false},
    {"kubelet", "rotate-certificates", NAMES("false"), NULL, false},
    {"kubelet", "streaming-connection-idle-timeout", NAMES("0", "0s"), NULL, false},
};

static const struct yaml_node *first_word(const struct check_scope *container)
{
    const struct yaml_node *command = yaml_get(container->node, "command");
    if (!command)
        command = yaml_get(container->node, "args");
    return command && command->kind == YAML_KIND_SEQUENCE && command->count ? command->items[0]
                                                                            : NULL;
}

static void look_at_flag(const struct check *check, const struct check_scope *container,
                         struct check_sink *sink, const struct server_flag *flag)
{
    AUTO_BUF text = {0};
    struct str value = STR_NONE;
    const struct yaml_node *node = kubernetes_flag(container, flag->flag, &value);
    bool is_wrong = !node
                        ? flag->needed
                        : check_is_known(value) && (flag->bad ? check_glob_any(flag->bad, value)
                                                              : !check_glob_any(flag->good, value));
    if (!is_wrong)
        return;
    buf_printf(&text, "--%s", flag->flag);
    buf_putc(&text, '\0');
    check_tell(sink, check, container, node ? node : first_word(container), text.data, value);
}

static bool runs(const struct check_scope *container, const char *program)
{
    struct str word = yaml_text(first_word(container));
    size_t slash = str_last_index(word, '/');
    return str_is(slash == SIZE_MAX ? word : str_from(word, slash + 1), program);
}

static void look_at_server(const struct check *check, const struct check_document *document,
                           struct check_sink *sink, const char *const *programs)
{
    FOR_SCOPES(document, SCOPE_CONTAINER, container)
    {
        for (size_t i = 0; i < ARRAY_LEN(server_flags); i++)
            if (check_glob_any(programs, str_of(server_flags[i].program)) &&
                runs(container, server_flags[i].program))
                look_at_flag(check, container, sink, &server_flags[i]);
    }
}

void check_kubernetes_apiserver_flags(const struct check *check,
                                      const struct check_document *document,
                                      struct check_sink *sink)
{
    look_at_server(check, document, sink, NAMES("kube-apiserver"));
}

void check_kubernetes_controller_flags(const struct check *check,
                                       const struct check_document *document,
                                       struct check_sink *sink)
{
    look_at_server(check, document, sink, NAMES("kube-controller-manager", "kube-scheduler"));
}

void check_kubernetes_etcd_flags(const struct check *check, const struct check_document *document,
                                 struct check_sink *sink)
{
    look_at_server(check, document, sink, NAMES("etcd"));
}

void check_kubernetes_kubelet_flags(const struct check *check,
                                    const struct check_document *document, struct check_sink *sink)
{
    look_at_server(check, document, sink, NAMES("kubelet"));
}
