/* Hashes of passwords: crypt(5), htpasswd, LDAP (RFC 2307), databases, frameworks. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "score/severity.h"

enum hash_form {
    HASH_NONE,
    HASH_CRYPT,     /* by libcrypt */
    HASH_APR1,      /* htpasswd's MD5 */
    HASH_LDAP,      /* {SHA}, {SSHA}, {MD5}, {SMD5}, {SHA256} ...: base64 of digest and salt */
    HASH_MYSQL,     /* * and sha1(sha1(password)) in hexadecimal */
    HASH_POSTGRES,  /* md5 and md5(password and user) */
    HASH_SCRAM,     /* SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER, RFC 5803 as PostgreSQL has it */
    HASH_DERIVED,   /* password/derived.h */
    HASH_MOSQUITTO, /* password/derived.h; looks like crypt's, and is not */
    HASH_TOMCAT,    /* password/derived.h */
    HASH_GLASSFISH, /* password/derived.h; looks like LDAP's, and is not */
    HASH_ARGON2,    /* by libargon2 */
    HASH_BCRYPT_SHA256, /* Django: bcrypt of the SHA-256 in hexadecimal */
    HASH_PHPASS,        /* $P$ and $H$: WordPress, phpBB */
    HASH_HEX,      /* hexadecimal, over a prefix and the password; its length says which digest */
    HASH_RABBITMQ, /* base64 of four bytes of salt and the digest of salt and password */
};

struct password_hash {
    enum hash_form form;
    const char *name;  /* "sha512crypt" */
    struct str text;   /* as it stands in the file, without "{CRYPT}" */
    struct str prefix; /* of HASH_HEX: what comes before the password */
    enum severity old; /* of an old kind, how bad; SEVERITY_UNKNOWN: it is none */
    uint64_t cost;     /* microseconds of one try, on a processor of ours */
    uint64_t memory;   /* bytes that one try needs, where that is much */
};

/* False: the text is no hash that is known (a plain password, "*", "!"). */
bool password_hash_parse(struct str text, struct password_hash *ret_hash);
/* Without any sign: as many letters as DES has. */
bool password_hash_is_bare(const struct password_hash *hash);
/* A hash to look at ("$...$..."), and of a kind that is not known here. */
bool password_hash_is_unknown(struct str text);
/* Whether a library is needed (libcrypt, libargon2) and not installed. */
bool password_hash_is_missing(const struct password_hash *hash);
/* True when this is the password. */
bool password_hash_try(const struct password_hash *hash, struct str user, struct str word);
