/* Checks of an image's config and history. Sources: OCI image-spec, config.md; CIS Docker Benchmark
 * 1.6 and 1.7, section 4. */
#include "base/clock.h"
#include "check/check_functions.h"
#include "check/image.h"
#include "check/secret_name.h"
#include "io/json_doc.h"

void check_image_user_root(const struct check *check, const struct image_facts *image,
                           struct check_sink *sink)
{
    struct str user = json_text(image->config, "User");
    struct str name = str_first(user, str_index(user, ':'));
    uint64_t number;
    if (!image->config) /* nothing is known of it */
        return;
    if (name.len == 0 || str_is(name, "root") || (str_to_u64(name, &number) && number == 0))
        image_tell(sink, check, user.len ? user : STR_NONE);
}

void check_image_no_healthcheck(const struct check *check, const struct image_facts *image,
                                struct check_sink *sink)
{
    const json_t *test = json_list(json_member(image->config, "Healthcheck"), "Test");
    struct str kind = test ? json_value_text(json_array_get(test, 0)) : STR_NONE;
    if (image->config && (kind.len == 0 || str_is(kind, "NONE")))
        image_tell(sink, check, STR_NONE);
}

/* The same argument stands in every step behind it. */
static bool is_told(const struct check *check, const struct check_sink *sink, struct str name)
{
    for (size_t i = 0; i < sink->findings->items.count; i++) {
        const struct check_finding *finding = &sink->findings->items.items[i];
        if (finding->check == check && str_equal(finding->evidence, name))
            return true;
    }
    return false;
}

static void look_at_pair(const struct check *check, struct check_sink *sink, struct str pair)
{
    size_t equals = str_index(pair, '=');
    struct str name = str_first(pair, equals);
    if (equals != SIZE_MAX && check_secret_name(name) &&
        check_secret_value(str_from(pair, equals + 1)) && !is_told(check, sink, name))
        image_tell(sink, check, name);
}

void check_image_env_secret(const struct check *check, const struct image_facts *image,
                            struct check_sink *sink)
{
    const json_t *env = json_list(image->config, "Env");
    for (size_t i = 0; env && i < json_array_size(env); i++)
        look_at_pair(check, sink, json_value_text(json_array_get(env, i)));
}

void check_image_label_secret(const struct check *check, const struct image_facts *image,
                              struct check_sink *sink)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_member(image->config, "Labels"), key, value)
    {
        if (check_secret_name(str_of(key)) && check_secret_value(json_value_text(value)))
            image_tell(sink, check, str_of(key));
    }
}

/* "|2 NAME=VALUE NAME=VALUE /bin/sh -c ...": values of ARG as the builders write them; BuildKit has
 * "RUN " before it. Values with spaces cannot be told from what follows, and end at the first. */
static void look_at_step(const struct check *check, struct check_sink *sink, struct str step)
{
    struct str word, rest;
    uint64_t count;
    if (str_starts(step, STR("RUN ")))
        step = str_from(step, 4);
    if (step.len == 0 || step.data[0] != '|')
        return;
    rest = str_from(step, 1);
    if (!str_cut(&rest, ' ', &word) || !str_to_u64(word, &count))
        return;
    for (; count && str_cut(&rest, ' ', &word); count--)
        look_at_pair(check, sink, word);
}

void check_image_arg_secret(const struct check *check, const struct image_facts *image,
                            struct check_sink *sink)
{
    for (size_t i = 0; image->history && i < json_array_size(image->history); i++)
        look_at_step(check, sink, json_text(json_array_get(image->history, i), "created_by"));
}

void check_image_tag_latest(const struct check *check, const struct image_facts *image,
                            struct check_sink *sink)
{
    struct str name = image->name;
    if (name.len == 0 || str_find(name, STR("@sha256:")) != SIZE_MAX)
        return;
    size_t slash = str_last_index(name, '/');
    struct str last = slash == SIZE_MAX ? name : str_from(name, slash + 1);
    size_t colon = str_index(last, ':');
    if (colon == SIZE_MAX || str_is(str_from(last, colon + 1), "latest"))
        image_tell(sink, check, name);
}

void check_image_port_management(const struct check *check, const struct image_facts *image,
                                 struct check_sink *sink)
{
    static const struct {
        uint64_t port;
        const char *what;
    } ports[] = {
        {22, "SSH"},     {23, "Telnet"},     {111, "portmapper"}, {512, "rexec"},
        {513, "rlogin"}, {514, "rsh"},       {2375, "Docker"},    {2376, "Docker"},
        {3389, "RDP"},   {5900, "VNC"},      {5901, "VNC"},       {5985, "WinRM"},
        {5986, "WinRM"}, {10250, "kubelet"}, {10255, "kubelet"},  {2379, "etcd"},
        {2380, "etcd"},  {6000, "X11"},
    };
    const char *key;
    json_t *ignored;
    json_object_foreach(json_member(image->config, "ExposedPorts"), key, ignored)
    {
        struct str text = str_of(key);
        uint64_t port;
        if (!str_to_u64(str_first(text, str_index(text, '/')), &port))
            continue;
        for (size_t i = 0; i < ARRAY_LEN(ports); i++)
            if (ports[i].port == port) {
                AUTO_BUF said = {0};
                buf_printf(&said, "%s (%s)", key, ports[i].what);
                image_tell(sink, check, buf_str(&said));
            }
    }
}

void check_image_volume_system(const struct check *check, const struct image_facts *image,
                               struct check_sink *sink)
{
    static const char *const exact[] = {"/",     "/bin",   "/boot", "/dev",  "/etc",
                                        "/lib",  "/lib64", "/proc", "/root", "/run",
                                        "/sbin", "/sys",   "/usr",  "/var",  "/var/run"};
    static const char *const below[] = {"/bin/",       "/boot/",    "/dev/",     "/lib/",
                                        "/proc/",      "/sbin/",    "/sys/",     "/etc/passwd",
                                        "/etc/shadow", "/usr/bin/", "/usr/lib/", "/usr/sbin/"};
    const char *key;
    json_t *ignored;
    json_object_foreach(json_member(image->config, "Volumes"), key, ignored)
    {
        struct str path = str_of(key);
        bool bad = str_ends(path, STR(".sock"));
        while (path.len > 1 && path.data[path.len - 1] == '/')
            path.len--;
        for (size_t i = 0; i < ARRAY_LEN(exact); i++)
            bad = bad || str_is(path, exact[i]);
        for (size_t i = 0; i < ARRAY_LEN(below); i++)
            bad = bad || str_starts(path, str_of(below[i]));
        if (bad)
            image_tell(sink, check, path);
    }
}

void check_image_tls_off(const struct check *check, const struct image_facts *image,
                         struct check_sink *sink)
{
    static const struct {
        const char *name;
        const char *values[6]; /* that switch it off, in lower case */
    } variables[] = {
        {"NODE_TLS_REJECT_UNAUTHORIZED", {"0"}},
        {"PYTHONHTTPSVERIFY", {"0"}},
        {"GIT_SSL_NO_VERIFY", {"1", "true", "yes", "on"}},
        {"NPM_CONFIG_STRICT_SSL", {"false", "0"}},
        {"npm_config_strict_ssl", {"false", "0"}},
        {"YARN_ENABLE_STRICT_SSL", {"false", "0"}},
        {"GOINSECURE", {"*"}},
        {"GONOSUMDB", {"*"}},
        {"DOCKER_CONTENT_TRUST", {"0"}},
        {"PERL_LWP_SSL_VERIFY_HOSTNAME", {"0"}},
        {"HTTPLIB2_DISABLE_SSL_CERTIFICATE_VALIDATION", {"1", "true"}},
        {"VAULT_SKIP_VERIFY", {"1", "true"}},
        {"CONSUL_HTTP_SSL_VERIFY", {"false", "0"}},
        {"ANSIBLE_HOST_KEY_CHECKING", {"false", "0", "no"}},
    };
    struct str value;
    for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
        if (!image_variable(image, variables[i].name, &value) || value.len > 8)
            continue;
        char lower[9] = "";
        for (size_t k = 0; k < value.len; k++)
            lower[k] = value.data[k] >= 'A' && value.data[k] <= 'Z' ? (char)(value.data[k] | 0x20)
                                                                    : value.data[k];
        for (const char *const *off = variables[i].values; *off; off++)
            if (strcmp(lower, *off) == 0)
                image_tell(sink, check, str_of(variables[i].name));
    }
}

void check_image_path_unsafe(const struct check *check, const struct image_facts *image,
                             struct check_sink *sink)
{
    static const char *const public[] = {"/tmp", "/var/tmp", "/dev/shm", "/run/lock"};
    struct str rest, folder;
    if (!image_variable(image, "PATH", &rest) || rest.len == 0)
        return;
    while (str_cut(&rest, ':', &folder)) {
        bool bad = folder.len == 0 || folder.data[0] != '/';
        for (size_t i = 0; i < ARRAY_LEN(public); i++) {
            struct str one = str_of(public[i]);
            bad = bad || (str_starts(folder, one) &&
                          (folder.len == one.len || folder.data[one.len] == '/'));
        }
        if (bad && (folder.len == 0 || folder.data[0] != '$'))
            image_tell(sink, check, folder.len ? folder : STR("."));
    }
}

void check_image_preload(const struct check *check, const struct image_facts *image,
                         struct check_sink *sink)
{
    struct str value;
    if (image_variable(image, "LD_PRELOAD", &value) && value.len)
        image_tell(sink, check, value);
}

/* Builders that make the same image twice set the time to a fixed one, mostly 1970 or 1980. */
void check_image_old(const struct check *check, const struct image_facts *image,
                     struct check_sink *sink)
{
    enum { FIRST_DOCKER = 1363737600, YEAR = 365 * 86400 }; /* 2013-03-20 */
    int64_t created;
    struct str text = json_text(image->root, "created");
    if (clock_parse(text, &created) && created >= FIRST_DOCKER && clock_now() - created > YEAR)
        image_tell(sink, check, str_first(text, 10));
}

static bool runs_sshd(struct str word)
{
    static const char *const signs[] = {"sshd", "dropbear"};
    size_t slash = str_last_index(word, '/');
    struct str base = slash == SIZE_MAX ? word : str_from(word, slash + 1);
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (str_is(base, signs[i]))
            return true;
    return str_find(word, STR("service ssh ")) != SIZE_MAX ||
           str_find(word, STR("service sshd ")) != SIZE_MAX ||
           str_find(word, STR("/usr/sbin/sshd")) != SIZE_MAX;
}

void check_image_sshd_entry(const struct check *check, const struct image_facts *image,
                            struct check_sink *sink)
{
    static const char *const members[] = {"Entrypoint", "Cmd"};
    for (size_t m = 0; m < ARRAY_LEN(members); m++) {
        const json_t *words = json_list(image->config, members[m]);
        for (size_t i = 0; words && i < json_array_size(words); i++) {
            struct str word = json_value_text(json_array_get(words, i));
            if (runs_sshd(word)) {
                image_tell(sink, check, word);
                return;
            }
        }
    }
}

void check_image_onbuild(const struct check *check, const struct image_facts *image,
                         struct check_sink *sink)
{
    const json_t *steps = json_list(image->config, "OnBuild");
    for (size_t i = 0; steps && i < json_array_size(steps); i++)
        image_tell(sink, check, json_value_text(json_array_get(steps, i)));
}
