/* Who we are for a registry: what `docker login` and `podman login` left behind.
 *
 * Looked for in this order, as Podman's tools do: $REGISTRY_AUTH_FILE,
 * ${XDG_RUNTIME_DIR}/containers/auth.json, ~/.config/containers/auth.json,
 * $DOCKER_CONFIG/config.json or ~/.docker/config.json. In each: credHelpers of the host, auths
 * (also of a part of the repository's path: containers-auth.json(5)), credsStore. Helpers are
 * programs called docker-credential-NAME (docs.docker.com, "docker login", credential helper
 * protocol). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct credentials {
    struct str user, password;
    struct str identity_token; /* in the place of a password: OAuth2's refresh token */
    struct str registry_token; /* goes to the registry as it is */
    struct str source;         /* the file or helper, for messages; empty: none were found */
};

/* Credentials for repositories `host`/`repository`; none are found is 0 with an empty source. A
 * file that is no JSON, or a helper that fails in another way than "not found", is an error. */
int credentials_find(struct str host, struct str repository, struct arena *arena,
                     struct credentials *ret_credentials, struct pl_err *err);
/* "Basic ..." for user and password. */
struct str credentials_basic(struct arena *arena, const struct credentials *credentials);
