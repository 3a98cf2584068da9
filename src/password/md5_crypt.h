/* Hashes of passwords by many rounds of MD5 that libcrypt does not know. */
#pragma once

#include "base/str.h"

/* "$apr1$SALT$HASH" of htpasswd: Apache's own form of crypt's "$1$". */
bool md5_crypt_try(struct str hash, struct str word);
/* "$P$" or "$H$": a digit of 64 for log2 of the rounds, 8 characters of salt, 22 of the digest. */
bool phpass_try(struct str hash, struct str word);
