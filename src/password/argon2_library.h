/* Argon2, RFC 9106: libargon2, loaded when it is needed. */
#pragma once

#include "base/str.h"

bool argon2_library_available(void);
/* `hash`: "$argon2id$v=19$m=65536,t=3,p=4$SALT$HASH" */
bool argon2_library_try(struct str hash, struct str word);
