/* How one proves to a registry who one is: RFC 7617 (Basic), RFC 6750 (Bearer), and the token
 * protocols of the distribution project (spec/auth/token.md, spec/auth/oauth.md). */
#pragma once

#include "registry/credentials.h"
#include "registry/transport.h"

struct auth;
/* `given`: credentials from the command line for `given_host` alone; NULL: none. */
struct auth *auth_new(struct transport *transport, struct str given_host,
                      const struct credentials *given);
void auth_free(struct auth *auth);

/* What is asked for: "repository:NAME:pull" or "registry:catalog:*". */
struct auth_scope {
    struct str host, repository; /* repository empty: the list of repositories */
    const char *actions;         /* "pull", "pull,push"; "*" for the list */
};

/* The header's value that the last answer for this scope called for; empty: none so far. */
struct str auth_known(struct auth *auth, const struct auth_scope *scope, struct arena *arena);
/* Answers the challenges of a 401 to `url`. PL_E_DENIED: there are no credentials, or they were
 * refused. */
int auth_answer(struct auth *auth, const struct auth_scope *scope, const struct exchange *refused,
                struct str url, struct arena *arena, struct str *ret_header, struct pl_err *err);
/* Whether there were credentials for this host, and from where: for messages. */
struct str auth_source(struct auth *auth, const struct auth_scope *scope, struct arena *arena);
