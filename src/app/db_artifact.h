/* The advisory database in a registry: put there, and fetched from there by everybody else.
 * docs/database-artifact.md says what stands where. */
#pragma once

#include "app/database.h"
#include "registry/client.h"

struct artifact_options {
    const struct database_options *database; /* problems are told through it, too */
    const struct registry_options *registry;
    const char *reference; /* "registry.example/security/plimsoll-db:latest" */
    const char *const *verify_keys;
    size_t verify_key_count;
    const char *sign_key; /* for a push; NULL: not signed */
    bool allow_older;     /* for a pull */
};

struct push_result {
    bool unchanged;  /* the registry had the same already */
    uint64_t serial; /* of what stands there now */
    uint64_t whole;  /* bytes of the packed database */
    uint64_t delta;  /* of the new delta; 0: none was made */
    size_t delta_count;
};
int database_push(const struct artifact_options *options, struct push_result *ret_result,
                  struct pl_err *err);

enum pull_way { PULL_UNCHANGED, PULL_WHOLE, PULL_DELTAS };
struct pull_result {
    enum pull_way way;
    uint64_t serial, advisories;
    uint64_t transferred; /* bytes of blobs */
    uint64_t whole;       /* bytes of the packed database */
    size_t delta_count;   /* that were applied */
    bool is_signed;       /* by one of the given keys */
    uint64_t days;        /* since it was built */
};
/* The old database stays as it is until the new one was read whole and found good. */
int database_pull(const struct artifact_options *options, struct pull_result *ret_result,
                  struct pl_err *err);
