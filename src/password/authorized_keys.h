/* Keys that may log in: sshd(8), "AUTHORIZED_KEYS FILE FORMAT", and the blobs of RFC 4253, 6.6. */
#pragma once

#include "base/str.h"

/* Keys whose private half everybody can have: data/passwords/known_keys.tsv. */
struct known_key {
    const char *fingerprint; /* SHA-256 of the blob, base64 without padding; NULL ends the table */
    const char *whose;
};
extern const struct known_key known_keys[];

enum key_weakness {
    KEY_GOOD,
    KEY_KNOWN, /* the private half is public */
    KEY_ROCA,  /* CVE-2017-15361 */
    KEY_SHORT, /* RSA below 2048 bits */
    KEY_DSA,
    KEY_BROKEN, /* no key that is understood */
};
struct ssh_key {
    enum key_weakness weakness;
    struct str type, comment;
    unsigned bits;        /* of RSA */
    const char *whose;    /* of KEY_KNOWN */
    char fingerprint[64]; /* "SHA256:..." */
};
/* A line of authorized_keys; false: a comment, or empty. */
bool ssh_key_of_line(struct str line, struct ssh_key *ret_key);
