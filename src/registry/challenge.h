/* Challenges of WWW-Authenticate: RFC 9110, section 11.6.1. */
#pragma once

#include "base/arena.h"

struct challenge {
    bool bearer, basic;                      /* what the header offers */
    struct str realm, service, scope, error; /* of the Bearer challenge */
};
/* Adds what one header's value says; a value that is none adds nothing. Values are in the arena. */
void challenge_parse(struct str value, struct arena *arena, struct challenge *ret_challenge);
