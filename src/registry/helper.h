/* Credential helpers: programs docker-credential-NAME that keep secrets for Docker's clients. `get`
 * reads the server's name on standard input and prints {"ServerURL","Username","Secret"}. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct helper_answer {
    struct str user, secret; /* secret empty: it knows none */
};
/* PL_E_IO when the helper is not installed, takes longer than 60 s, or fails in another way than by
 * knowing no such credentials; PL_E_FORMAT on an answer that is none. */
int helper_get(struct str name, struct str server, struct arena *arena,
               struct helper_answer *ret_answer, struct pl_err *err);
