/* The use case "sweep": all images of a registry, or of a part of it. Each distinct manifest is
 * examined once, whatever number of repositories and tags it has; what was found is kept in a
 * journal, so that a sweep that was ended goes on where it was. */
#pragma once

#include "app/scan.h"
#include "io/json_doc.h"
#include "registry/client.h"

struct sweep_options {
    const struct scan_options *scan;
    struct str host, prefix;               /* prefix empty: all repositories */
    const struct str *repositories, *tags; /* patterns (fnmatch(3)), ended by NUL; none: all */
    size_t repository_count, tag_count;
    const struct str *excludes; /* patterns of "repository:tag" */
    size_t exclude_count;
    bool all_platforms;
    uint64_t max_age;    /* seconds: older images are passed over; 0: none is */
    uint64_t newest;     /* so many images of a repository, those made last; 0: all */
    unsigned jobs;       /* images at once; 0: one for each core */
    const char *journal; /* its file; NULL: none */
    struct str key; /* what results depend on, beside the registry: a journal with another one is
                       not used */
    bool restart;   /* a journal that is there is not used */
    const struct progress *progress;
    /* What is decided about one report, and its exit code. Never called by two threads at once. */
    int (*judge)(void *context, struct report *report);
    /* A report that is finished; NULL: nobody wants it. Never called by two threads at once. */
    int (*take)(void *context, struct str digest, const struct report *report, struct pl_err *err);
    void *context;
};

struct sweep_name {
    struct str repository, tag;
};
/* One distinct image. */
struct sweep_image {
    struct str digest, platform, created;
    struct sweep_name *names; /* by repository and tag; there is at least one */
    size_t name_count;
    json_t *result; /* what is told of it: docs/sweep.md */
    bool resumed;   /* it is of the journal */
};
struct sweep_failure {
    struct str where; /* "repository", "repository:tag" */
    struct str message, local;
};

struct sweep {
    struct arena arena;
    VEC(struct sweep_image) images; /* by first name */
    VEC(struct sweep_failure) failures;
    size_t repositories, tags;     /* that were looked at */
    size_t too_old, beyond_newest; /* images that were passed over */
    struct layer_counts layers;    /* of what was examined now */
    size_t distinct_layers;        /* of all images */
    size_t resumed;
    int code; /* worst exit code of the images; 5 when something failed */
};
void sweep_free(struct sweep *sweep);

/* Negative: the registry cannot be listed at all, or another sweep of it is running. */
int sweep_run(const struct sweep_options *options, struct sweep *ret_sweep, struct pl_err *err);
