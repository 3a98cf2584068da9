/* Hashes as frameworks and services write them: a text that names the function, how often it runs,
 * the salt and what came of it. Django's PBKDF2 and scrypt, passlib's and LDAP's {PBKDF2},
 * Werkzeug's, CouchDB's, Mosquitto's, Tomcat's, and digests behind their salt. */
#pragma once

#include "base/str.h"
#include "password/hash.h"

/* False: none of these. Fills name, old, cost and memory. */
bool derived_measure(enum hash_form form, struct str text, struct password_hash *ret);
bool derived_try(const struct password_hash *hash, struct str word);
