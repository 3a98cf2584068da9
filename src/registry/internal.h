/* What the parts of the client share. */
#pragma once

#include <pthread.h>

#include "registry/client.h"

/* A host that has the repository: a mirror, or the registry itself, which is the last one. */
struct endpoint {
    struct str host, name;
    bool plain; /* http: found out once, for a host named with --insecure; atomically */
};

struct repository {
    struct registry *registry;
    struct str host, name; /* name empty: the registry as a whole */
    VEC(struct endpoint) endpoints;
    size_t current; /* the first endpoint that is asked; atomically */
};

struct registry {
    struct arena arena;
    struct transport *transport;
    struct auth *auth;
    pthread_mutex_t lock;
    VEC(struct repository *) repositories;
    VEC(struct registry_mirror) mirrors;
    void (*waiting)(void *context, struct str host, uint64_t seconds);
    void *context;
};
