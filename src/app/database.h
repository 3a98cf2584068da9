/* Use cases of the advisory database: import, update, export, verify. */
#pragma once

#include "base/progress.h"
#include "vulndb/vulndb.h"

struct database_options {
    const char *directory; /* of plimsoll.db; made when it is not there */
    bool facts_only;       /* no titles */
    const struct progress *progress;
    /* Something that can't be used, the rest is: `where` names file, member and record. */
    void (*problem)(void *context, struct str where, const struct pl_err *problem);
    void *context;
    /* for updates */
    bool offline;
    const char *ca_file;            /* NULL: the system's */
    const char *const *mirror_from; /* address prefixes of publishers ... */
    const char *const *mirror_to;   /* ... and what stands in their place */
    size_t mirror_count;
};

struct database_result {
    uint64_t documents, records; /* read */
    uint64_t problems;           /* told; more than 0: the contract's exit code 5 */
    uint64_t bad_scores;         /* CVSS vectors that are none, left out of their records */
    uint64_t unchanged;          /* downloads that were not newer than what is there */
    uint64_t advisories, statements, bytes; /* of the whole database afterwards */
};

/* Imports files and folders, found by content, into the database; what they don't replace stays.
 * When nothing of them is an advisory, that is an error and the database is not touched. */
int database_import(const struct database_options *options, const char *const *paths,
                    size_t path_count, struct database_result *ret_result, struct pl_err *err);

/* Downloads what has changed of these feeds (names, ended by NULL; NULL: all that have addresses)
 * and imports it. Downloads that fail are problems. */
int database_update(const struct database_options *options, const char *const *feed_names,
                    struct database_result *ret_result, struct pl_err *err);

/* A copy, checked before and whole or not there at all. */
int database_export(const char *directory, const char *path, const struct progress *progress,
                    struct pl_err *err);
/* Opens it and reads every byte. */
int database_verify(const char *directory, struct pl_err *err);
