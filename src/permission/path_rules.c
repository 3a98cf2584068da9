#include <pthread.h>

#include "base/hash.h"
#include "base/path.h"
#include "image/wants.h"
#include "permission/internal.h"

static bool matches(const char *const *globs, size_t count, struct str path)
{
    for (size_t i = 0; i < count; i++)
        if (str_glob(str_of(globs[i]), path))
            return true;
    return false;
}

bool path_is_below(struct str path, const char *folder)
{
    struct str prefix = str_of(folder);
    return str_starts(path, prefix) && (path.len == prefix.len || path.data[prefix.len] == '/');
}

static bool is_below_any(const char *const *folders, size_t count, struct str path)
{
    for (size_t i = 0; i < count; i++)
        if (path_is_below(path, folders[i]))
            return true;
    return false;
}

bool path_is_system(struct str path)
{
    static const char *const folders[] = {"etc",  "usr",   "bin",           "sbin",
                                          "lib",  "lib32", "lib64",         "libx32",
                                          "boot", "root",  "var/spool/cron"};
    return path.len == 0 || is_below_any(folders, ARRAY_LEN(folders), path);
}

bool path_is_runtime(struct str path)
{
    static const char *const folders[] = {"dev", "proc", "sys"};
    return is_below_any(folders, ARRAY_LEN(folders), path);
}

bool path_is_public(struct str path)
{
    static const char *const folders[] = {
        "tmp",     "var/tmp",    "run/lock",   "var/lock",
        "dev/shm", "dev/mqueue", "run/screen", "var/lib/php/sessions"};
    return is_below_any(folders, ARRAY_LEN(folders), path);
}

bool path_is_accounts(struct str path)
{
    static const char *const files[] = {"etc/passwd",  "etc/shadow",  "etc/group",
                                        "etc/gshadow", "etc/sudoers", "etc/ld.so.preload",
                                        "etc/crontab", "etc/pam.conf"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (str_is(path, files[i]))
            return true;
    return path_is_below(path, "etc/sudoers.d") || path_is_below(path, "etc/pam.d");
}

bool path_is_above_search(struct str path)
{
    return str_is(path, "usr") || str_is(path, "usr/local");
}

bool path_in_search(const struct permission_config *config, struct str path, bool itself)
{
    static const char *const folders[] = {"usr/local/sbin", "usr/local/bin", "usr/sbin",
                                          "usr/bin",        "sbin",          "bin"};
    struct str folder = itself ? path : path_dir(path);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (str_is(folder, folders[i]))
            return true;
    for (const char *const *more = config ? config->path : NULL; more && *more; more++)
        if (str_is(folder, *more))
            return true;
    return false;
}

/* Names of private keys and of files with passwords. */
static const char *const secret_globs[] = {
    "etc/shadow",
    "etc/shadow-",
    "etc/gshadow",
    "etc/gshadow-",
    "etc/ssl/private/*",
    "etc/pki/tls/private/*",
    "etc/ssh/ssh_host_*_key",
    "etc/kubernetes/*.conf",
    "**/.ssh/id_*",
    "**/id_rsa",
    "**/id_dsa",
    "**/id_ecdsa",
    "**/id_ed25519",
    "**/.docker/config.json",
    "**/.dockercfg",
    "**/.kube/config",
    "**/.netrc",
    "**/.pgpass",
    "**/.git-credentials",
    "**/.aws/credentials",
    "**/privkey*.pem",
    "**/private*.pem",
    "**/private*.key",
    "**/*-key.pem",
    "**/*_key.pem",
    "**/key.pem",
    "**/server.key",
    "**/tls.key",
    "etc/krb5.keytab",
    "**/*.keytab",
    "etc/mysql/debian.cnf",
    "**/.my.cnf",
    "**/.mylogin.cnf",
    "**/.vault-token",
    "**/.smbcredentials",
    "**/.erlang.cookie",
    "**/id_ed25519_sk",
    "**/id_ecdsa_sk",
    "**/ssh_host_*_key",
    "etc/ipsec.secrets",
    "etc/ppp/chap-secrets",
    "etc/ppp/pap-secrets",
    "etc/wireguard/*.conf",
    "etc/bind/rndc.key",
    "etc/exim4/passwd.client",
    "etc/postfix/sasl_passwd",
    "etc/samba/smbpasswd",
    "var/lib/samba/private/*",
    "etc/rancher/k3s/k3s.yaml",
};

/* Built once for the process: one look-up or two tell whether a path is among them. */
static struct wants secret_paths;
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

static void build_secret_paths(void)
{
    for (size_t i = 0; i < ARRAY_LEN(secret_globs); i++)
        wants_add(&secret_paths, str_of(secret_globs[i]), 0);
    wants_seal(&secret_paths);
}

/* What packages bring below /usr are keys for tests and examples. */
bool path_is_secret(struct str path)
{
    static const char *const examples[] = {
        "**/*.pub",       "usr/share/**", "usr/lib/**",     "**/test/**", "**/tests/**",
        "**/testdata/**", "**/public*",   "**/example*/**", "**/*.crt",   "**/*.csr"};
    unsigned readers[WANTS_MATCHES];
    struct str folder = path_dir(path);
    pthread_once(&secret_once, build_secret_paths);
    return wants_match(&secret_paths, path, hash_str(path), folder.len, hash_str(folder), readers) >
               0 &&
           !matches(examples, ARRAY_LEN(examples), path);
}

bool link_leads_out(struct str target)
{
    static const char *const globs[] = {
        "proc/1/**",
        "proc/*/root/**",
        "proc/*/environ",
        "proc/*/mem",
        "proc/kcore",
        "proc/kmem",
        "proc/sysrq-trigger",
        "proc/sys/kernel/core_pattern",
        "host/**",
        "hostfs/**",
        "host_root/**",
        "rootfs/**",
        "**/docker.sock",
        "**/containerd.sock",
        "**/crio.sock",
        "**/podman.sock",
        "dev/mem",
        "dev/kmem",
        "dev/port",
        "dev/sd*",
        "dev/vd*",
        "dev/xvd*",
        "dev/nvme*",
        "dev/dm-*",
        "dev/disk/**",
        "dev/mapper/**",
        "sys/fs/cgroup/**",
        "sys/kernel/**",
        "sys/firmware/**",
    };
    return matches(globs, ARRAY_LEN(globs), target);
}
