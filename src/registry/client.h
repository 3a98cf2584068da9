/* Registries: OCI distribution-spec v1.1, and Docker's registry API v2, which it came from.
 *
 * Every request is tried again after faults of the network and of the server, waits where the
 * server says so (429, Retry-After), logs in when it is asked to, and follows redirections without
 * taking credentials to another host. */
#pragma once

#include "io/stream.h"
#include "registry/credentials.h"
#include "registry/reference.h"
#include "registry/transport.h"

struct registry_mirror {
    struct str from; /* a registry's host, or "HOST/PREFIX" of repositories */
    struct str to;   /* what stands in its place: "HOST[/PREFIX]" */
};

struct registry_options {
    struct transport_options transport;
    const struct registry_mirror *mirrors; /* tried in their order, then the registry itself */
    size_t mirror_count;
    struct str user, password; /* for `user_host` alone; empty: those of docker login */
    struct str user_host;
    /* A server asked to wait; NULL: nobody is told. */
    void (*waiting)(void *context, struct str host, uint64_t seconds);
    void *context;
};

struct registry;
struct registry *registry_open(const struct registry_options *options);
void registry_close(struct registry *registry);
static inline void registry_closep(struct registry **registry)
{
    if (*registry)
        registry_close(*registry);
}

/* One repository, and where it is read from. Lives as long as the registry. */
struct repository;
struct repository *registry_repository(struct registry *registry, struct str host, struct str name);

/* A request below /v2/NAME/. Safe for several threads. */
struct registry_call {
    const char *method;
    struct str path;     /* "manifests/latest" */
    struct str location; /* in its place: an address that the registry gave */
    const struct str *headers;
    size_t header_count;
    const char *actions; /* NULL: "pull" */
    struct str body;
    int body_fd;
    uint64_t body_offset, body_size;
    int (*take)(void *context, struct exchange *exchange, struct str bytes, struct pl_err *err);
    void *context;
    uint64_t max_body;
    bool mirrors; /* may be answered by a mirror */
};
/* 0 with an answer of any status that no second try would change. PL_E_IO, PL_E_DENIED. */
int repository_request(struct repository *repository, const struct registry_call *call,
                       struct exchange *ret_exchange, struct pl_err *err);
/* The error that an answer stands for: PL_E_NOT_FOUND, PL_E_DENIED or PL_E_IO, with the registry's
 * own words. `what`: "tag 1.2". */
int repository_refused(struct repository *repository, const struct exchange *answer,
                       struct str what, struct pl_err *err);
/* "host/name", in the arena. */
struct str repository_name(const struct repository *repository, struct arena *arena);

/* The manifest or index of a tag or digest. Its bytes are in the arena, with their digest; they are
 * held against the one that was asked for. */
struct registry_document {
    struct str bytes, digest, media_type;
};
int repository_manifest(struct repository *repository, struct str tag_or_digest,
                        struct arena *arena, struct registry_document *ret_document,
                        struct pl_err *err);
/* A small blob, not held against its digest. PL_E_LIMIT past `most` bytes. */
int repository_blob(struct repository *repository, struct str digest, uint64_t most,
                    struct arena *arena, struct str *ret_bytes, struct pl_err *err);
/* A blob as a stream, which comes on a thread of its own and is resumed where it breaks off. `size`
 * UINT64_MAX: not known. `url`: of a foreign layer, when the registry does not have it. The bytes
 * are not held against the digest. */
int repository_stream(struct repository *repository, struct str digest, uint64_t size,
                      struct str url, struct stream **ret_stream, struct pl_err *err);
/* `len` bytes of a blob from `offset` on, added to `ret_bytes`. PL_E_UNSUPPORTED: the registry
 * gives no ranges. */
int repository_range(struct repository *repository, struct str digest, uint64_t offset,
                     uint64_t len, struct buf *ret_bytes, struct pl_err *err);

/* Calls back for every tag; PL_E_LIMIT: LIMIT_REGISTRY_NAMES, LIMIT_REGISTRY_PAGES. A negative
 * return of `take` ends it. */
typedef int registry_take_name(void *context, struct str name, struct pl_err *err);
int repository_tags(struct repository *repository, registry_take_name *take, void *context,
                    struct pl_err *err);
/* Repositories of the registry (/v2/_catalog). Many registries refuse it. */
int registry_repositories(struct registry *registry, struct str host, registry_take_name *take,
                          void *context, struct pl_err *err);

/* What is attached to a manifest: the referrers API, or its tag schema where the registry does not
 * have it (distribution-spec, "Listing Referrers"). */
struct registry_referrer {
    struct str digest, media_type, artifact_type;
    uint64_t size;
};
int repository_referrers(struct repository *repository, struct str digest, struct arena *arena,
                         struct registry_referrer **ret_items, size_t *ret_count,
                         struct pl_err *err);

/* Puts a blob there if it is not yet; from memory (fd -1), or from `fd`. */
int repository_push_blob(struct repository *repository, struct str digest, struct str bytes, int fd,
                         uint64_t size, struct pl_err *err);
int repository_push_manifest(struct repository *repository, struct str tag, struct str media_type,
                             struct str bytes, struct pl_err *err);
