/* Where an engine listens, as Docker's and Podman's own clients are told it: DOCKER_HOST with
 * DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, DOCKER_CONTEXT and the contexts of ~/.docker
 * (https://docs.docker.com/engine/manage-resources/contexts/), CONTAINER_HOST
 * (podman-remote(1)), else the socket at its usual place. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum engine_kind { ENGINE_DOCKER, ENGINE_PODMAN, ENGINE_COUNT };
/* "docker", "podman". */
const char *engine_name(enum engine_kind kind);

/* What people say at the prompt. */
struct engine_options {
    const char *address;    /* unix://, tcp://, or the name of a context; NULL: as above */
    const char *storage;    /* an engine's folder, read in the place of asking it; NULL: none */
    const char *name_space; /* of containerd; NULL: all */
    unsigned seconds;       /* that an answer may take; 0: 20 */
};

struct engine_address {
    enum engine_kind kind;
    struct str text;          /* as it was told: for messages */
    struct str socket;        /* a path; empty: over TCP */
    struct str url;           /* "http://HOST:PORT", https with TLS */
    struct str ca, cert, key; /* files in PEM; empty: the system's authorities, no certificate */
    bool insecure;            /* the engine's certificate is not checked: a context says so */
};

/* PL_E_NOT_FOUND: there is none on this machine; PL_E_DENIED: this user may not speak to it;
 * PL_E_USAGE, PL_E_UNSUPPORTED: the address is none, or of a kind that is not spoken. */
int engine_find(enum engine_kind kind, const struct engine_options *options, struct arena *arena,
                struct engine_address *ret_address, struct pl_err *err);
