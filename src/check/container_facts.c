#include "check/container_facts.h"

#include <strings.h>

#include "check/dockerfile_checks.h"
#include "check/document.h"
#include "check/secret_name.h"

/* Without slashes at the end; "/" stays. */
static struct str trim_path(struct str path)
{
    path = str_trim(path);
    while (path.len > 1 && str_ends(path, STR("/")))
        path.len--;
    return path;
}

bool check_is_engine_socket(struct str path)
{
    return check_glob_any(NAMES("*/docker.sock", "*/containerd.sock", "*/crio.sock",
                                "*/podman.sock", "*/cri-dockerd.sock", "*/dockershim.sock",
                                "*/buildkitd.sock", "/run/containerd", "/var/run/containerd",
                                "/run/crio", "/var/run/crio", "/run/podman", "/var/run/podman"),
                          trim_path(path));
}

bool check_is_system_path(struct str path)
{
    return check_glob_any(
        NAMES("/", "/etc", "/root", "/root/.ssh*", "/home", "/home/*/.ssh*", "/boot", "/bin",
              "/sbin", "/lib", "/lib64", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib",
              "/usr/local/bin", "/opt/cni/bin", "/var", "/run", "/var/run", "/var/lib", "/proc",
              "/proc/sys*", "/proc/sysrq-trigger", "/proc/1*", "/sys", "/sys/kernel", "/dev",
              "/dev/mem", "/dev/kmem", "/dev/sd*", "/dev/nvme*", "/dev/vd*", "/etc/kubernetes",
              "/etc/kubernetes/*", "/etc/shadow", "/etc/gshadow", "/etc/sudoers*", "/etc/ssh",
              "/etc/ssh/*", "/etc/cron*", "/etc/systemd*", "/etc/docker", "/etc/containerd",
              "/etc/pam.d*", "/etc/ld.so*", "/etc/cni/net.d", "/var/lib/docker",
              "/var/lib/docker/*", "/var/lib/containerd", "/var/lib/containers*",
              "/var/lib/kubelet", "/var/lib/kubelet/pki*", "/var/lib/kubelet/pods*",
              "/var/lib/etcd*", "/var/lib/rancher*", "/var/lib/cloud*", "/var/spool/cron*"),
        trim_path(path));
}

bool check_is_host_path(struct str source)
{
    return source.len && strchr("/.~", source.data[0]) != NULL;
}

bool check_is_dangerous_capability(struct str name)
{
    static const char *const names[] = {
        "ALL",           "SYS_ADMIN",     "SYS_MODULE",      "SYS_PTRACE", "SYS_RAWIO",
        "SYS_BOOT",      "SYS_TIME",      "DAC_READ_SEARCH", "NET_ADMIN",  "BPF",
        "PERFMON",       "MAC_ADMIN",     "MAC_OVERRIDE",    "SYSLOG",     "LINUX_IMMUTABLE",
        "AUDIT_CONTROL", "SYS_TTY_CONFIG"};
    if (name.len > 4 && strncasecmp(name.data, "CAP_", 4) == 0)
        name = str_from(name, 4);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (name.len == strlen(names[i]) && strncasecmp(name.data, names[i], name.len) == 0)
            return true;
    return false;
}

static bool has_digest(struct str image)
{
    return str_find(image, STR("@sha256:")) != SIZE_MAX ||
           str_find(image, STR("@sha512:")) != SIZE_MAX;
}

/* Whether it is a name of an image whose parts are all known. */
static bool is_image(struct str image)
{
    static const char *const elsewhere[] = {
        "oci:*",       "dir:*",   "docker-archive:*", "oci-archive:*", "containers-storage:*",
        "localhost/*", "*.image", "*.build",          "*.pod",         "scratch",
        "*%?*",        NULL};
    return image.len && check_is_known(image) && !check_glob_any(elsewhere, image) &&
           str_index(image, ' ') == SIZE_MAX && strchr("./<", image.data[0]) == NULL;
}

bool check_is_floating_image(struct str image)
{
    image = str_trim(image);
    if (!is_image(image) || has_digest(image))
        return false;
    size_t slash = str_last_index(image, '/');
    struct str name = slash == SIZE_MAX ? image : str_from(image, slash + 1);
    size_t colon = str_last_index(name, ':');
    return colon == SIZE_MAX || str_is(str_from(name, colon + 1), "latest");
}

bool check_is_image_by_tag(struct str image)
{
    image = str_trim(image);
    return is_image(image) && !has_digest(image);
}

/* ---- secrets ---- */

/* "dbPassword" as "db_Password"; too long ones stay as they are. */
static struct str words_apart(struct str name, char *buffer, size_t size)
{
    size_t len = 0;
    if (name.len * 2 > size)
        return name;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i], before = i ? name.data[i - 1] : '\0';
        if (c >= 'A' && c <= 'Z' && before >= 'a' && before <= 'z')
            buffer[len++] = '_';
        buffer[len++] = c;
    }
    return str_make(buffer, len);
}

/* "<your token>", "xxxx", "****", "REPLACE_ME", "%s": somebody still has to put it in. */
static bool is_placeholder(struct str value)
{
    static const char *const patterns[] = {
        "<*>",    "[*]",   "*replace*me*", "*REPLACE*ME*", "your-*", "your_*", "YOUR_*",
        "YOUR-*", "TODO*", "%*",           "@*@",          "__*__",  NULL};
    if (check_glob_any(patterns, value))
        return true;
    for (size_t i = 0; i < value.len; i++)
        if (strchr("xX*.-#?", value.data[i]) == NULL)
            return false;
    return true;
}

bool check_is_secret(struct str name, struct str value)
{
    char buffer[256];
    value = str_trim(value);
    return value.len && check_secret_name(words_apart(name, buffer, sizeof(buffer))) &&
           check_secret_value(value) && check_is_known(value) && !is_placeholder(value);
}

bool check_is_secret_assignment(struct str assignment, struct str *ret_name)
{
    size_t equals = str_index(assignment, '=');
    if (equals == SIZE_MAX)
        return false;
    struct str value = str_from(assignment, equals + 1);
    *ret_name = str_trim(str_first(assignment, equals));
    if (value.len >= 2 && strchr("\"'", value.data[0]) &&
        value.data[value.len - 1] == value.data[0])
        value = str_make(value.data + 1, value.len - 2);
    return check_is_secret(*ret_name, value);
}

bool check_is_internal_port(struct str port)
{
    static const char *const ports[] = {
        "22",    "23",    "111",   "135",   "139",   "389",   "445",   "873",   "1433",
        "1521",  "2049",  "2181",  "2375",  "2376",  "2379",  "2380",  "3306",  "3389",
        "4444",  "5005",  "5432",  "5601",  "5672",  "5900",  "5984",  "6379",  "6380",
        "7199",  "7474",  "7687",  "8500",  "8529",  "9042",  "9092",  "9160",  "9200",
        "9229",  "9300",  "9418",  "10250", "10255", "11211", "15672", "25672", "26257",
        "27017", "27018", "27019", "28015", "33060", NULL};
    size_t slash = str_index(port, '/');
    struct str number = slash == SIZE_MAX ? port : str_first(port, slash);
    for (size_t i = 0; ports[i]; i++)
        if (str_is(number, ports[i]))
            return true;
    return false;
}
