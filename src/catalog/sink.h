/* Where catalogers put what they find: copies in one arena, bounded in number. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "catalog/cataloger.h"

struct catalog_problem {
    struct str where;   /* path of the file */
    struct str message; /* English, with the place inside the file */
    struct str local;   /* in the person's language */
    const char *limit;  /* name of the limit that was hit, or NULL; lives for ever */
    bool error;         /* something could not be examined: the report is incomplete */
};

struct catalog_owner {
    struct str package;
    enum package_type type;
};
struct catalog_owned {
    uint64_t path; /* base/hash.h, of the path without a leading '/' */
    struct checksum checksum;
    uint32_t owner;
};

/* The caller zeroes it, sets arena, cataloger, path (bytes that live as long as the arena) and
 * package_budget, and frees it with catalog_sink_free(). */
struct catalog_sink {
    struct arena *arena;
    VEC(struct package *) packages; /* in the arena */
    VEC(struct catalog_problem) problems;
    VEC(struct catalog_owner) owners;
    VEC(struct catalog_owned) owned;
    uint64_t problems_left_out;           /* past LIMIT_DIAGNOSTICS */
    uint64_t packages_taken, bytes_taken; /* of the budgets below */
    bool passing; /* a problem was told that may be gone another time: a file could not be read */
    const struct cataloger *cataloger;
    struct str path;
    /* Packages that may still be added, shared by all sinks of an image (counted atomically);
     * it starts at LIMIT_PACKAGES. NULL: not counted. */
    uint64_t *package_budget;
    /* Bytes that may still be kept, shared in the same way. NULL: the arena and the packages of
     * this sink alone are held against LIMIT_RECORD_BYTES. */
    uint64_t *byte_budget;
    bool details;    /* hashes, needs, provides, and licences from texts are wanted: for bills of
                        materials and policies on licences; see catalog_wants_details() */
    struct str kept; /* by catalog_keep() */
    bool has_kept;
    bool owned_added; /* the last catalog_add_owned() had room */
    bool full;        /* a limit was told: no package is added any more */
};

/* Takes `amount` from a budget that several threads share; false when there is not enough left. */
bool catalog_take_budget(uint64_t *budget, uint64_t amount);
/* All but what is in the arena. */
void catalog_sink_free(struct catalog_sink *sink);
