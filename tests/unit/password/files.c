/* Files of accounts, services and keys. */
#include "inspect.h"
#include "password/authorized_keys.h"
#include "password/guess.h"

static const struct {
    const char *path, *text;
    const char *id; /* NULL: nothing */
    uint32_t line;
    enum severity severity; /* SEVERITY_UNKNOWN: any */
} cases[] = {
    {"etc/shadow", "root:*:1::::::\nbin:!:1::::::\nx:!!:1::::::\ny:!$6$abc$def:1::::::\n", NULL, 0,
     0},
    {"etc/shadow", "root:*:1::::::\napp::1::::::\n", "password-empty", 2, SEVERITY_CRITICAL},
    {"etc/shadow", "root:abJnggxhB/yWI:1::::::\n", "password-opened", 1, SEVERITY_CRITICAL},
    {"etc/shadow", "app:abJnggxhB/yWI:1::::::\n", "password-opened", 1, SEVERITY_HIGH},
    {"etc/shadow", "app:abKnggxhB/yWI:1::::::\n", "password-hash-old", 1, SEVERITY_HIGH},
    {"etc/shadow", "root:abKnggxhB/yWI:1::::::\n", "password-root", 1, SEVERITY_LOW},
    {"etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndaemon:*:1:1::/:/bin/false\n", NULL, 0, 0},
    {"etc/passwd", "root::0:0:root:/root:/bin/sh\n", "password-empty", 1, 0},
    {"etc/passwd", "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n", "password-second-root", 2, 0},
    {"etc/passwd", "root:x:0:0::/:/bin/sh\n+::0:0:::\n", NULL, 0, 0},
    {"etc/gshadow", "root:::\nshadow:*::\n", NULL, 0, 0},
    {"etc/gshadow", "staff:abJnggxhB/yWI::\n", "password-opened", 1, 0},
    {"etc/nginx/.htpasswd", "admin:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n", "password-htpasswd", 1, 0},
    {"srv/site/.htpasswd", "alice:alice123\n", "password-htpasswd", 1, 0},
    {"usr/share/doc/x/examples/.htpasswd", "alice:alice123\n", NULL, 0, 0},
    {"srv/site/readme.txt", "alice:alice123\n", NULL, 0, 0},
    {"opt/wildfly/standalone/configuration/mgmt-users.properties",
     "#$REALM_NAME=ManagementRealm$\nadmin=c22052286cd5d72239a90fe193737253\n",
     "password-default-account", 2, 0},
    {"opt/jetty/etc/jetty-realm.properties", "admin: admin, admin\n", "password-default-account", 1,
     0},
    {"opt/jetty/etc/jetty-realm.properties", "jo: MD5:0d107d09f5bbe40cade3de5c71e9e9b7,user\n",
     "password-default-account", 1, 0},
    {"opt/jetty/etc/realm.properties", "admin: OBF:1u2a1toa1w8v1tok1u30, x\n",
     "password-default-account", 1, 0},
    {"opt/jetty/etc/realm.properties", "admin: OBF:1u2a1toa1w8v1tok1, x\nb: OBF:zzzzz\n", NULL, 0,
     0},
    /* What stands in front of the hash, and what is no account. */
    {"etc/shadow", "+::1::::::\n-bad::1::::::\n", NULL, 0, 0},
    {"etc/shadow", "root:*:1::::::\r\napp::1::::::\r\n", "password-empty", 2, SEVERITY_CRITICAL},
    {"etc/shadow-", "app::1::::::", "password-empty", 1, SEVERITY_CRITICAL},
    {"rootfs/etc/shadow", "app::1::::::\n", "password-empty", 1, SEVERITY_CRITICAL},
    {"etc/passwd-", "app::5:5::/:/bin/sh\n", "password-empty", 1, 0},
    {"etc/passwd", "root:x:0:0::/:/bin/sh\ntoor:x:00:0::/:/bin/sh\n", "password-second-root", 2, 0},
    {"etc/passwd", "toor:x:0:0\n", "password-second-root", 1, 0},
    {"etc/passwd", "app:abJnggxhB/yWI:5:5::/:/bin/sh\n", "password-opened", 1, SEVERITY_HIGH},
    {"etc/group", "root:x:0:\nstaff:abJnggxhB/yWI:50:\n", "password-opened", 2, 0},
    {"srv/.htpasswd", "alice:alice123:comment\n", "password-htpasswd", 1, 0},
    {"srv/.htpasswd", "alice:{PLAIN}letmein\n", "password-htpasswd", 1, 0},
    {"usr/share/nginx/html/.htpasswd", "alice:alice123\n", "password-htpasswd", 1, 0},
    {"srv/.htdigest", "a:realm:1c696655e9c7d8c239d9ded29b3cbe03\n", "password-htpasswd", 1, 0},
    {"etc/mosquitto/passwd",
     "app:$7$101$c2FsdHNhbHQ=$"
     "nScvNIbW7rlD7ZX0wS1bMAzzKPUaYNSwibWK64teGDeCJyWP4qfdVNbjXWxnWtaLeC1kwvIKSD9OnEgpH74rew==\n",
     "password-default-account", 1, 0},
    {"etc/mosquitto/passwd", "app:Kp7#wQz91xLm\n", NULL, 0, 0},
    {"data/pg_hba.conf", "host all all 127.0.0.1/0 trust\n", "password-postgresql-trust", 1, 0},
    {"data/pg_hba.conf", "host all all ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff \"trust\"\n",
     "password-postgresql-trust-local", 1, 0},
    {"data/pg_hba.conf", "host all all fe80:: ffff:: trust\n", "password-postgresql-trust", 1, 0},
    {"etc/sudoers.d/app", "app ALL=(ALL) NOPASSWD: SETENV: ALL\n", "password-sudo-nopasswd", 1, 0},
    {"etc/sudoers.d/app", "app ALL=(ALL) NOPASSWD:\\\n  /bin/ls, ALL\n", "password-sudo-nopasswd",
     2, 0},
    {"etc/sudoers.d/app", "Defaults:app !authenticate\n", "password-sudo-nopasswd", 1,
     SEVERITY_MEDIUM},
    {"etc/sudoers.d/app.bak", "app ALL=(ALL) NOPASSWD: ALL\n", NULL, 0, 0},
    {"etc/sudoers", "root ALL=(ALL) NOPASSWD: ALL\n", NULL, 0, 0},
    {"etc/doas.conf", "permit persist :wheel\npermit nopass keepenv app\n",
     "password-sudo-nopasswd", 2, 0},
    {"etc/doas.conf", "permit nopass app cmd reboot\npermit nopass app as www\n", NULL, 0, 0},
    {"etc/pam.d/sshd", "auth required pam_permit.so\naccount required pam_unix.so\n",
     "password-pam-permit", 1, 0},
    {"etc/pam.d/common-auth",
     "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n"
     "auth required pam_permit.so\n",
     NULL, 0, 0},
    {"etc/pam.d/lightdm-autologin", "auth required pam_permit.so\n", NULL, 0, 0},
    {"etc/redis/users.acl", "USER app ON NOPASS ~* +@all\n", "password-redis-open", 1, 0},
    {"etc/redis/users.acl", "user app on nopass >9fJx2LwQ71mZk ~* +@all\n", NULL, 0, 0},
    {"etc/rabbitmq/definitions.json",
     "{\"users\":[{\"name\":\"a\",\"hashing_algorithm\":\"rabbit_password_hashing_sha512\","
     "\"password_hash\":\"YWJjZAD9ADBr4SHswjthkVrVB2Ifq+Ji7nUNZHUVNEwK2FIlM6ef7BOegJB+"
     "Kl2evzh9C7o8ryfKnEIcoxFrnbA9ILM=\"}]}",
     "password-default-account", 0, 0},
    {"root/.vnc/passwd", "\xdb\xd8\x3c\xfd\x72\x7a\x14\x58", "password-vnc", 0, SEVERITY_HIGH},
    {"root/.vnc/passwd", "\1\2\3\4\5\6\7\10", "password-vnc", 0, SEVERITY_MEDIUM},
    /* user_files.c */
    {"opt/glassfish5/glassfish/domains/domain1/config/admin-keyfile",
     "admin;{SSHA256}80e0NeB6XBWXsIPa7pT54D9JZ5DR5hGQV1kN1OAsgJePNXY6Pl0EIw==;asadmin\n",
     "password-default-account", 1, 0},
    {"opt/glassfish5/glassfish/domains/domain1/config/admin-keyfile",
     "admin;{SSHA256}90e0NeB6XBWXsIPa7pT54D9JZ5DR5hGQV1kN1OAsgJePNXY6Pl0EIw==;asadmin\n",
     "password-hash-old", 1, 0},
    {"etc/kafka/kafka_server_jaas.conf",
     "KafkaServer {\n  x.PlainLoginModule required\n  username=\"broker\"\n"
     "  password=\"9fJx2LwQ71mZk\"\n  user_alice=\"alice-secret\";\n};\n",
     "password-default-account", 5, 0},
    {"opt/kafka/config/server.properties",
     "listener.name.a.plain.sasl.jaas.config=x required username=\"a\" "
     "password=\"admin-secret\";\n",
     "password-default-account", 1, 0},
    {"opt/kafka/config/server.properties", "x=required username=\"a\" password=\"9fJx2LwQ71\"\n",
     NULL, 0, 0},
    {"etc/haproxy/haproxy.cfg", "listen stats\n  stats auth admin:admin\n",
     "password-default-account", 2, 0},
    {"etc/haproxy/haproxy.cfg", "userlist a\n  user bob insecure-password letmein\n",
     "password-default-account", 2, 0},
    {"etc/haproxy/haproxy.cfg", "listen stats\n  stats auth admin:9fJx2LwQ71mZk\n", NULL, 0, 0},
    {"etc/monit/monitrc", "set httpd\n allow admin:monit\n# allow a:a\n",
     "password-default-account", 2, 0},
    {"etc/pgbouncer/userlist.txt", "\"app\" \"letmein\"\n", "password-default-account", 1, 0},
    {"root/.pgpass", "localhost:5432:*:app:letmein\n", "password-default-account", 1, 0},
    {"root/.pgpass", "localhost:5432:*:app:9fJx2LwQ71mZk\n", NULL, 0, 0},
    {"etc/samba/smbpasswd",
     "app:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:BECEDB42EC3C5C7F965255338BE4453C:[U          "
     "]:LCT-1:\n",
     "password-opened", 1, 0},
    {"etc/samba/smbpasswd",
     "app:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:[NU         ]:\n",
     "password-empty", 1, 0},
    {"etc/ldap/slapd.d/cn=config/olcDatabase={1}mdb.ldif", "olcRootPW:: bGV0bWVpbg==\n",
     "password-default-account", 1, 0},
    {"etc/ldap/slapd.d/cn=config/olcDatabase={1}mdb.ldif",
     "olcRootPW: {SSHA}xCoAhsXWiKbSyTjqWPV5SBDy7r1zYWx0\n", "password-default-account", 1, 0},
    {"root/.rhosts", "# +\nhost +\n", "password-rhosts", 2, 0},
    {"etc/hosts.equiv", "trusted.example.org\n", NULL, 0, 0},
    {"opt/keycloak/data/import/app-realm.json",
     "{\"realm\":\"a\",\"users\":[{\"username\":\"admin\",\"credentials\":[{\"type\":\"password\","
     "\"value\":\"admin\"}]}]}",
     "password-default-account", 0, 0},
    {"etc/rabbitmq/rabbitmq.config", "[{rabbit, [\n {loopback_users, []}\n]}].\n",
     "password-rabbitmq-guest", 2, 0},
    {"etc/rabbitmq/rabbitmq.config", "[{rabbit, [\n %% {loopback_users, []}\n]}].\n", NULL, 0, 0},
    /* Settings with a star, of JSON and XML. */
    {"var/solr/data/security.json",
     "{\"authentication\":{\"credentials\":{\"solr\":\"IV0EHq1OnNrj6gvRCwvFwTrZ1+z1oBbnQdiVC3otuq0="
     " "
     "Ndd7LKvVBAaZIF0QAVi1ekCfAJXr1GGfLtRUXhgrF8c=\"}}}",
     "password-default-account", 0, 0},
    {"var/jenkins_home/users/admin_1/config.xml",
     "<?xml version='1.1' encoding='UTF-8'?>\n<user><id>admin</id><passwordHash>#jbcrypt:$2a$04$"
     "abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C</passwordHash></user>",
     "password-default-account", 0, 0},
    {"opt/couchdb/etc/local.ini", "[admins]\nbob = letmein\n", "password-default-account", 2, 0},
    {"opt/couchdb/etc/local.ini",
     "[admins]\nbob = -pbkdf2-bbc74aeb51394edbccd5a96f3d36e4773f94e4fe,0123456789abcdef,10\n",
     "password-default-account", 2, 0},
    {"usr/share/opensearch/config/opensearch-security/internal_users.yml",
     "admin:\n  hash: \"$2b$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C\"\n"
     "  reserved: true\n",
     "password-default-account", 2, 0},
    {"etc/prometheus/web.yml",
     "basic_auth_users:\n  bob: $2b$04$abcdefghijklmnopqrstuuPT0cs.zGMMB9aUG3xKmxLeI//6s0m5C\n",
     "password-default-account", 2, 0},
    {"srv/app/.env", "MYSQL_ROOT_PASSWORD=root\n", "password-default-account", 1, 0},
    {"srv/app/.env.example", "MYSQL_ROOT_PASSWORD=root\n", NULL, 0, 0},
    {"srv/app/example.env", "MYSQL_ROOT_PASSWORD=root\n", NULL, 0, 0},
    {"usr/share/elasticsearch/config/elasticsearch.yml", "xpack.security.enabled: false\n",
     "password-elasticsearch-open", 1, 0},
    {"etc/redis/redis.conf", "requirepass 9fJx2LwQ71mZk\n", NULL, 0, 0},
    {"opt/keys/ssh_host_ed25519_key", "-----BEGIN OPENSSH PRIVATE KEY-----\n",
     "password-ssh-host-key", 0, 0},
    {"data/pg_hba.conf", "local all all peer\nhost all all 127.0.0.1/32 scram-sha-256\n", NULL, 0,
     0},
    {"data/pg_hba.conf", "# x\nhost all all 0.0.0.0/0 trust\n", "password-postgresql-trust", 2, 0},
    {"data/pg_hba.conf", "host all all 10.0.0.0 255.0.0.0 trust # why\n",
     "password-postgresql-trust", 1, 0},
    {"data/pg_hba.conf", "host all all 127.0.0.1/32 trust\n", "password-postgresql-trust-local", 1,
     0},
    {"data/pg_hba.conf", "hostssl all all 0.0.0.0/0 password\n", "password-postgresql-method", 1,
     0},
    {"etc/sudoers", "root ALL=(ALL:ALL) ALL\n# app ALL=(ALL) NOPASSWD: ALL\n", NULL, 0, 0},
    {"etc/sudoers.d/app", "app ALL=(ALL) NOPASSWD: ALL\n", "password-sudo-nopasswd", 1,
     SEVERITY_MEDIUM},
    {"etc/sudoers.d/all", "ALL ALL=(ALL) NOPASSWD:ALL\n", "password-sudo-nopasswd", 1,
     SEVERITY_CRITICAL},
    {"etc/sudoers.d/app", "app ALL=(ALL) NOPASSWD: /usr/bin/id\n", NULL, 0, 0},
    {"etc/pam.d/su", "auth sufficient pam_rootok.so\nauth required pam_permit.so\n", NULL, 0, 0},
    {"etc/pam.d/sshd", "auth sufficient pam_permit.so debug\n", "password-pam-permit", 1, 0},
    {"opt/tomcat/conf/tomcat-users.xml",
     "<tomcat-users><user username=\"tomcat\" password=\"s3cret\" "
     "roles=\"manager-gui\"/></tomcat-users>",
     "password-tomcat", 0, 0},
    {"opt/tomcat/conf/tomcat-users.xml",
     "<tomcat-users><!-- <user username=\"tomcat\" password=\"s3cret\"/> --></tomcat-users>", NULL,
     0, 0},
    {"etc/redis/users.acl", "user default on nopass ~* +@all\n", "password-redis-open", 1, 0},
    {"etc/redis/users.acl",
     "user app on ~a ~b ~c ~d ~e ~f ~g ~h ~i ~j ~k ~l ~m ~n ~o ~p +@all nopass\n",
     "password-redis-open", 1, 0},
    {"srv/docs/users.acl", "user default on nopass ~* +@all\n", "password-redis-open", 1, 0},
    {"etc/redis/users.acl", "user default off nopass ~* +@all\n", NULL, 0, 0},
    {"etc/redis/users.acl",
     "user app on #8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92 ~* +@all\n",
     "password-default-account", 1, 0},
    {"etc/rabbitmq/definitions.json", "{\"users\":[{\"name\":\"guest\",\"password\":\"guest\"}]}",
     "password-default-account", 0, 0},
    {"etc/rabbitmq/definitions.json",
     "{\"users\":[{\"name\":\"guest\",\"password_hash\":"
     "\"YWJjZB5q8Y1Z6W3hfOwoTDYtxnlGdtX4Pv8RVYOKuICB1EtU\"}]}",
     NULL, 0, 0},
    {"root/.vnc/passwd", "\1\2\3\4\5\6\7\10", "password-vnc", 0, 0},
    {"etc/ssh/ssh_host_rsa_key", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "password-ssh-host-key",
     0, 0},
    {"etc/ssh/ssh_host_rsa_key", "nothing", NULL, 0, 0},
    {"root/.ssh/authorized_keys",
     "# x\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y x\n",
     "password-key-known", 2, SEVERITY_CRITICAL},
    {"root/.ssh/authorized_keys",
     "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Z x\n", NULL,
     0, 0},
    /* Made as the paper says: primes that are powers of 65537 modulo the product of 126 primes. */
    {"root/.ssh/authorized_keys",
     "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDKwakd/YjTiFAs93VObeoMYyYeT2sIcdlZUl2mvzie"
     "v2gLJhVu2lX9hP81F2lf/qusJe2vem5u95A9tM0JwbRES8GFbNz8m7Xbf7K9hywCtBcY5l0dZI0JVsgq"
     "T+gvf+wjNqBpM71VV+66Ljwg98ZJHfMEWak3adzd3IbKvRu3+VcIa5FR8BJDP4ua68s1H529txo2eYmj"
     "n7Fgq7njAL4t94NMhqB2SIBQvtCfN72P11zDoZPxWhcXbtW08YrTJeYU8RmQI9hY41YJiitIeerLjFeF"
     "RKtrAkS54UXOpfO+bMXIPNuqIHHWQS4Wum+Wh4+wBZwl2QuJkcowlpbMxvxb"
     " x\n",
     "password-key-roca", 1, SEVERITY_HIGH},
    {"etc/ssh/keys/app",
     "ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgUWx"
     "WwfkH+HlaRqxi0QzejEYPxB8918l6XBADhE0AvNAAAAADAQABAAAAgQDQnBl6eMvf0piEw1qE+ZgryiS"
     "8dk59FaQMrG54QEdeTI33HJvoF6Hr4mJm+XyQMyqwmWqtXM86qBp8aQkC7q5FbFPFujG9MEI6jVV2Fi2"
     "rIgKcSPq6GTiSRkiKvxzBCRmw1ietBB96WmJBTsHvZExeR7UBxMDVKRzOSng6tVzBDwAAAAAAAAAAAAA"
     "AAQAAAAF4AAAACAAAAARyb290AAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1YMTEtZm9"
     "yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZ"
     "vcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAA"
     "zAAAAC3NzaC1lZDI1NTE5AAAAICwolo7ISVv2QVYC/j+Q3fEXa4z/PxHgUPm7Cdw44pmwAAAAUwAAAAt"
     "zc2gtZWQyNTUxOQAAAEBOrh7/lhT1aH+b4jcAPQdEJywr2LK4uhIUyPSuZ90nUy3OLQCrtzGsecpwzbW"
     "M0af1DKAZE4bEcqOlOQc2s0oI"
     " x\n",
     "password-key-short", 1, 0},
    {"root/.ssh/authorized_keys",
     "no-pty,command=\"a ssh-rsa b\" "
     "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDVmzBG5v7cO9IScGLIzlhGlHNFhXzy87VfaPzru7qn"
     "IIdQ1e9FEKvtqEws8hVixnCUdviwX5lvcMk4Ef4Tbrmj3dyF0zFtYbjiTSyl/XQlF68DQlc2sTAdHy96"
     "wJHvh7ky511tKJzzyWwSqeef4WjeVK28TqcGnq1up0S7saFO0dJh6OfDAg2cDmhyweR3VgT0vZJyrDV7"
     "hte95MBCdK+Gp7fdCyEZcWm3S1DBFaeBqHzzt/Y/njAVKbYL9TIVPum8iMg0rMiLi9ShfP+dT5Xud5Oa"
     "3dcN2OWhiDfJw5pfhFJWd44cJ/uGRwQpvNs/PNKsYABhgLlTMUH4iawhu1Xb"
     " x\r\n",
     "password-key-known", 1, SEVERITY_CRITICAL},
    {"root/.ssh/authorized_keys", "ssh-rsa x\nnothing at all\n\0", NULL, 0, 0},
};

static void each(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct inspected inspected;
        inspect_with(NULL, 3600, cases[i].path, str_of(cases[i].text), &inspected);
        const struct file_finding *found =
            cases[i].id ? inspected_find(&inspected, cases[i].id) : NULL;
        if (!cases[i].id && inspected.sink.findings.count)
            FAIL("%s: %.*s in\n%s", cases[i].path, STR_ARG(inspected.sink.findings.items[0].id),
                 cases[i].text);
        if (cases[i].id && !found)
            FAIL("%s: no %s in\n%s", cases[i].path, cases[i].id, cases[i].text);
        if (found) {
            CHECK_INT(found->line, cases[i].line);
            CHECK(!cases[i].severity || found->severity == cases[i].severity);
            CHECK(found->seen_only);
        }
        inspected_free(&inspected);
    }
}

/* ---- keys ---- */

static void key_of(const char *type, const unsigned char *modulus, size_t len, const char *options,
                   struct ssh_key *ret)
{
    static const char base[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char blob[1024] = {0};
    size_t at = 0, type_len = strlen(type);
    blob[3] = (unsigned char)type_len;
    memcpy(blob + 4, type, type_len);
    at = 4 + type_len;
    memcpy(blob + at, "\0\0\0\3\1\0\1", 7);
    at += 7;
    blob[at + 2] = (unsigned char)(len >> 8);
    blob[at + 3] = (unsigned char)len;
    memcpy(blob + at + 4, modulus, len);
    at += 4 + len;
    AUTO_BUF line = {0};
    buf_printf(&line, "%s%s ", options, type);
    for (size_t i = 0; i < at; i += 3) {
        unsigned value = (unsigned)blob[i] << 16 | (unsigned)blob[i + 1] << 8 | blob[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            buf_putc(&line, base[value >> shift & 63]);
    }
    buf_puts(&line, " somebody@somewhere");
    CHECK(ssh_key_of_line(buf_str(&line), ret));
}

static void keys(void)
{
    unsigned char modulus[257];
    struct ssh_key key;
    for (size_t i = 0; i < sizeof(modulus); i++)
        modulus[i] = (unsigned char)(i * 37 + 11);
    modulus[0] = 0;
    modulus[1] = 0xc1;
    key_of("ssh-rsa", modulus, 257, "", &key);
    CHECK_INT(key.weakness, KEY_GOOD);
    CHECK_INT(key.bits, 2048);
    key_of("ssh-rsa", modulus, 129, "command=\"a b\",no-pty ", &key);
    CHECK_INT(key.weakness, KEY_SHORT);
    CHECK_INT(key.bits, 1024);
    key_of("ssh-dss", modulus, 129, "", &key);
    CHECK_INT(key.weakness, KEY_DSA);
    key_of("ecdsa-sha2-nistp256", modulus, 65, "", &key);
    CHECK_INT(key.weakness, KEY_GOOD);
    /* A power of 65537 modulo every prime: 65537 itself, and its square. */
    key_of("ssh-rsa", (const unsigned char *)"\1\0\1", 3, "", &key);
    CHECK_INT(key.weakness, KEY_ROCA);
    key_of("ssh-rsa", (const unsigned char *)"\1\0\2\0\1", 5, "", &key);
    CHECK_INT(key.weakness, KEY_ROCA);
    CHECK(!ssh_key_of_line(STR("  # ssh-rsa AAAA"), &key));
    CHECK(ssh_key_of_line(STR("ssh-rsa AAAAB3NzaC1yc2E="), &key));
    CHECK_INT(key.weakness, KEY_BROKEN);
}

/* ---- what is large, and the budget ---- */

static void many_accounts(void)
{
    AUTO_BUF text = {0};
    struct inspected inspected;
    for (unsigned i = 0; i < 30000; i++)
        buf_printf(&text, "u%u:$6$salt%u$abcdefgh:::::::\n", i, i);
    inspect_text("etc/shadow", str_first(buf_str(&text), LIMIT_FILE_SMALL), &inspected);
    CHECK_INT(inspected.r, -PL_E_LIMIT);
    CHECK(strcmp(inspected.err.limit, "LIMIT_PASSWORD_ACCOUNTS") == 0);
    inspected_free(&inspected);
}

static void odd_bytes(void)
{
    AUTO_BUF text = {0};
    static const char *const paths[] = {"etc/shadow",
                                        "etc/passwd",
                                        "a/.htpasswd",
                                        "pg_hba.conf",
                                        "etc/sudoers",
                                        "a/authorized_keys",
                                        "etc/redis/redis.conf",
                                        "a/mongod.conf",
                                        "etc/pam.d/x",
                                        "a/tomcat-users.xml",
                                        "etc/rabbitmq/definitions.json",
                                        "a/.env",
                                        "config.inc.php"};
    for (size_t i = 0; i < LIMIT_FILE_SMALL; i++)
        buf_putc(&text, "a:\0$[{ =-\t"[i * 7 % 10]);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct inspected inspected;
        inspect_text(paths[i], buf_str(&text), &inspected);
        CHECK(inspected.sink.findings.count < 3);
        inspected_free(&inspected);
    }
}

static void no_time_is_told(void)
{
    struct inspected inspected;
    inspect_with(NULL, 0, "etc/shadow", STR("app:abJnggxhB/yWI:1::::::\n"), &inspected);
    CHECK_INT(inspected.r, 1);
    CHECK(!inspected_find(&inspected, "password-opened"));
    CHECK(strstr(inspected.err.message, "0 of 1"));
    inspected_free(&inspected);
}

/* What was tried in vain once costs no time again, and is counted all the same. */
static void memo(void)
{
    enum { COST = 20000 };
    static const char hash[] = "$y$j9T$abcdefgh$79JhsKZwfY/UU2qrk3QcffpHl7EyEEJK0pA5pD1wu74";
    struct guess_memo *known = guess_memo_new();
    uint64_t left[2] = {40 * COST, 40 * COST}, spent[2] = {0, 0};
    uint64_t tried[2];
    for (size_t i = 0; i < 2; i++) {
        struct guesses guesses = {0};
        struct guess guess = {.id = "x", .user = STR("app")};
        struct guess_outcome outcome;
        struct pl_err err;
        struct guess_effort effort = {
            .memo = known, .left = &left[i], .spent = &spent[i], .most_spent = UINT64_MAX};
        CHECK(password_hash_parse(str_of(hash), &guess.hash));
        *VEC_ADD(&guesses.items) = guess;
        CHECK_INT(guesses_run(&guesses, &effort, &outcome, &err), 0);
        CHECK(!outcome.complete);
        tried[i] = outcome.tried;
        guesses_free(&guesses);
    }
    CHECK_INT(tried[0], tried[1]);
    CHECK_INT(left[0], left[1]);
    CHECK(tried[0] >= 10);
    CHECK(spent[1] < spent[0] / 4);
    guess_memo_free(known);
}

/* Little can be tried: each gets its part, what opens most comes first. */
static void shares(void)
{
    AUTO_BUF text = {0};
    struct inspected inspected;
    for (unsigned i = 0; i < 5; i++)
        buf_printf(&text,
                   "u%u:$y$j9T$abcdefgh$79JhsKZwfY/UU2qrk3QcffpHl7EyEEJK0pA5pD1wu7%u:1::::::\n", i,
                   i);
    buf_puts(&text, "admin:$2b$10$abcdefghijklmnopqrstuueIoZO7HyTTGAKm6JeohqkYmkSyOX0uC:1::::::\n");
    inspect_with(NULL, 5, "etc/shadow", buf_str(&text), &inspected);
    CHECK_INT(inspected.r, 1);
    CHECK(strstr(inspected.err.message, "against "));
    CHECK(!strstr(inspected.err.message, "against 0 of"));
    inspected_free(&inspected);
}

int main(void)
{
    RUN(memo);
    RUN(shares);
    RUN(each);
    RUN(keys);
    RUN(many_accounts);
    RUN(odd_bytes);
    RUN(no_time_is_told);
    return test_end();
}
