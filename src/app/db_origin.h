/* Where the database came from, and the newest that was ever pulled from each reference: a file of
 * its own beside the database, so that what was refused stays refused when the database is gone. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "base/vec.h"
#include "vulndb/vulndb.h"

#define ORIGIN_FILE "origin.json"

struct origin_mark {
    struct str reference; /* in full */
    uint64_t serial;
    struct str built;
    struct str key; /* the id of the one that signed it; empty: none was given */
};

struct origin {
    struct arena arena;
    VEC(struct origin_mark) marks;
    struct origin_mark installed; /* no reference: none was pulled */
    struct str hash;              /* of the database that was pulled */
};

/* An empty one where there is no file. A damaged file is an error: it guards against replays. */
int origin_read(const char *directory, struct origin *ret_origin, struct pl_err *err);
int origin_write(const char *directory, const struct origin *origin, struct pl_err *err);
void origin_free(struct origin *origin);
#define AUTO_ORIGIN __attribute__((cleanup(origin_free))) struct origin

const struct origin_mark *origin_find(const struct origin *origin, struct str reference);
/* This was pulled now; `db`: what is installed. */
void origin_note(struct origin *origin, const struct origin_mark *mark, const struct vulndb *db);
/* Whether this database is the one that was pulled; an import changes it. */
bool origin_is_of(const struct origin *origin, const struct vulndb *db);
