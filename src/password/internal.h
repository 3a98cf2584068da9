/* What the readers of password/ share: one file that is looked at, and what is found in it. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "image/wants.h"
#include "password/guess.h"
#include "password/inspector.h"
#include "password/settings.h"

struct password_config {
    const char *wordlist; /* NULL: none */
    char wordlist_digest[DIGEST_TEXT];
    uint64_t wordlist_count;
    uint64_t budget; /* microseconds */
    struct wants wants;
    struct guess_memo *memo;
};

struct password_file {
    const struct password_config *config;
    struct str path, bytes;
    struct inspect_sink *sink;
    struct guesses guesses;
    const char *cut;       /* the limit that left some of the file unread; NULL: none */
    size_t unknown;        /* hashes of kinds that are not known */
    struct pl_err problem; /* its form, where it is broken; code 0: none */
};

/* A finding of this id. `identity`: what tells it from others of the file (a user); `detail`: what
 * exactly; `severity`: SEVERITY_UNKNOWN takes that of the text. */
void password_add(struct password_file *file, const char *id, enum severity severity, uint32_t line,
                  struct str identity, struct str detail);
/* A password or its hash of this user: plain ones are held against the words, hashes are kept for
 * the guesses. `id`: what it is when it is weak. */
void password_take(struct password_file *file, const char *id, uint32_t line, struct str user,
                   struct str text);
/* The same of a setting, which may be any text: it is no DES for having 13 letters. */
void password_take_setting(struct password_file *file, const char *id, uint32_t line,
                           struct str user, struct str text);
/* A hash in a form that its text alone does not tell. */
void password_take_hash(struct password_file *file, const char *id, uint32_t line, struct str user,
                        const struct password_hash *hash);

/* Readers of files, account_files.c, service_files.c, user_files.c, table_files.c,
 * authorized_keys.c. */
void read_shadow(struct password_file *file);
void read_passwd(struct password_file *file);
void read_gshadow(struct password_file *file);
void read_htpasswd(struct password_file *file);
void read_htdigest(struct password_file *file);
void read_management_users(struct password_file *file);
void read_realm(struct password_file *file);
void read_pg_hba(struct password_file *file);
void read_mosquitto(struct password_file *file);
void read_doas(struct password_file *file);
void read_sudoers(struct password_file *file);
void read_pam(struct password_file *file);
void read_tomcat_users(struct password_file *file);
void read_redis_acl(struct password_file *file);
void read_rabbitmq_definitions(struct password_file *file);
void read_rabbitmq_config(struct password_file *file);
void read_admin_keyfile(struct password_file *file);
void read_jaas(struct password_file *file);
void read_haproxy(struct password_file *file);
void read_userlist(struct password_file *file);
void read_pgpass(struct password_file *file);
void read_smbpasswd(struct password_file *file);
void read_ldif(struct password_file *file);
void read_rhosts(struct password_file *file);
void read_keycloak(struct password_file *file);
void read_pg_authid(struct password_file *file);
void read_mariadb_users(struct password_file *file);
void read_vnc(struct password_file *file);
void read_authorized_keys(struct password_file *file);
void read_host_key(struct password_file *file);
