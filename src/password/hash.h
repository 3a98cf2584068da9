/* Hashes of passwords: crypt(5), htpasswd, LDAP (RFC 2307), databases, frameworks. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "score/severity.h"

enum hash_form {
    HASH_NONE,
    HASH_CRYPT,    /* by libcrypt */
    HASH_APR1,     /* htpasswd's MD5 */
    HASH_LDAP,     /* {SHA}, {SSHA}, {MD5}, {SMD5}, {SHA256} ...: base64 of digest and salt */
    HASH_MYSQL,    /* * and sha1(sha1(password)) in hexadecimal */
    HASH_POSTGRES, /* md5 and md5(password and user) */
    HASH_SCRAM,    /* SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER, RFC 5803 as PostgreSQL has it */
    HASH_DJANGO,   /* pbkdf2_sha256$ITERATIONS$SALT$HASH */
    HASH_PHPASS,   /* $P$ and $H$: WordPress, phpBB */
    HASH_MD5,      /* hexadecimal, over a prefix and the password */
    HASH_SHA256,   /* the same */
    HASH_RABBITMQ, /* base64 of four bytes of salt and SHA-256(salt, password) */
};

struct password_hash {
    enum hash_form form;
    const char *name;  /* "sha512crypt" */
    struct str text;   /* as it stands in the file, without "{CRYPT}" */
    struct str prefix; /* of HASH_MD5 and HASH_SHA256: what comes before the password */
    enum severity old; /* of an old kind, how bad; SEVERITY_UNKNOWN: it is none */
    uint64_t cost;     /* microseconds of one try, on a processor of ours */
    uint64_t memory;   /* bytes that one try needs, where that is much */
};

/* False: the text is no hash that is known (a plain password, "*", "!"). */
bool password_hash_parse(struct str text, struct password_hash *ret_hash);
/* Whether libcrypt is needed and not installed. */
bool password_hash_is_missing(const struct password_hash *hash);
/* True when this is the password. */
bool password_hash_try(const struct password_hash *hash, struct str user, struct str word);
