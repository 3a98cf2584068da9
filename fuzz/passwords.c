/* Files that passwords are looked for in: the first byte says which. Findings have a line of the
 * file, and never show a password that was guessed. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "password/hash.h"
#include "password/inspector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {
    "etc/shadow",
    "etc/passwd",
    "etc/gshadow",
    "a/.htpasswd",
    "a/realm.properties",
    "a/mgmt-users.properties",
    "a/pg_hba.conf",
    "etc/sudoers",
    "etc/pam.d/a",
    "a/tomcat-users.xml",
    "a/redis.conf",
    "etc/rabbitmq/definitions.json",
    "a/authorized_keys",
    "a/mongod.conf",
    "a/grafana.ini",
    "a/.env",
    "a/config.inc.php",
    "etc/ssh/sshd_config",
    "etc/memcached.conf",
    "etc/mosquitto/passwd",
    "a/.htdigest",
    "etc/doas.conf",
    "a/admin-keyfile",
    "a/kafka_jaas.conf",
    "a/haproxy.cfg",
    "a/smbpasswd",
    "a/a.ldif",
    "a/.pgpass",
    "a/global/1260",
    "a/mysql/global_priv.MAD",
    "etc/docker/daemon.json",
    "a/jenkins/config.xml",
    "a/security.json",
    "a/.vnc/passwd",
    "a/app-realm.json",
};

static void check(const struct inspect_sink *sink, struct str text)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    for (size_t i = 0; i < sink->findings.count; i++)
        if (sink->findings.items[i].line > lines || sink->findings.items[i].id.len == 0)
            abort();
}

/* Any text is a hash or none, and a cheap one can be tried. */
static void try_hash(struct str text)
{
    struct password_hash hash;
    if (!password_hash_parse(text, &hash))
        return;
    if (hash.cost == 0)
        abort();
    if (hash.cost < 1000 && hash.memory < LIMIT_FILE_SMALL)
        password_hash_try(&hash, STR("user"), STR("word"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct password_config *config;
    struct pl_err err;
    if (size < 1 || size > LIMIT_FILE_SMALL)
        return 0;
    if (!config && password_config_new(NULL, 0, &config, &err) < 0)
        abort();
    struct str text = str_make((const char *)data + 1, size - 1);
    struct arena arena = {0};
    uint64_t left = LIMIT_FILE_FINDINGS;
    struct inspect_entry entry = {.type = ENTRY_FILE, .size = size};
    entry.path = str_of(paths[data[0] % (sizeof(paths) / sizeof(paths[0]))]);
    struct inspect_sink sink = {.arena = &arena, .left = &left, .path = entry.path};
    void *reader = password_inspector.open(config);
    int r = password_inspector.whole(config, reader, &entry, text, &sink, &err);
    if (r != 0 && !err.message[0])
        abort();
    check(&sink, text);
    try_hash(text);
    password_inspector.close(reader);
    inspect_sink_free(&sink);
    arena_free(&arena);
    return 0;
}
