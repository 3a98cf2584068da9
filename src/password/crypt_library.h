/* crypt_r(3) of libcrypt, loaded when it is first needed. */
#pragma once

#include "base/str.h"

bool crypt_library_available(void);
/* True when the word has this hash. */
bool crypt_library_try(struct str hash, struct str word);
