/* Downloads files over HTTP(S), several at a time: only what is newer than what one has (ETag,
 * Last-Modified), continued where an earlier try broke off (If-Range), and held against the
 * checksum that the server tells (x-goog-hash). Proxies are as libcurl's own variables say. */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"

enum download_state { DOWNLOAD_WAITING, DOWNLOAD_DONE, DOWNLOAD_UNCHANGED, DOWNLOAD_FAILED };

enum { DOWNLOAD_VALIDATOR = 256 };

struct download {
    const char *url;
    const char *path; /* where the file goes; "PATH.part" while it is not whole */
    /* What the server said of the file that is there already; empty: nothing. Updated when done. */
    char etag[DOWNLOAD_VALIDATOR], last_modified[DOWNLOAD_VALIDATOR];
    /* afterwards */
    enum download_state state;
    struct pl_err err; /* of a failed one */
};

struct download_options {
    const char *ca_file; /* NULL: the system's */
    int parallel;        /* at a time; 0: 4 */
    const struct progress *progress;
};

/* Runs all of them; what fails is told in its own struct. An error is only what stops them all. */
int download_all(struct download *downloads, size_t count, const struct download_options *options,
                 struct pl_err *err);
