/* Databases of bbolt (https://github.com/etcd-io/bbolt, file format of version 2), read only: what
 * containerd keeps its images' names in. The file may be in use: nothing is locked and nothing
 * mapped, so who reads looks behind it whether it was changed (bolt_changed()). Every offset, count
 * and page is held against the file. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct bolt;

struct bolt_bucket {
    uint64_t root;          /* page; 0: in `inline_page` */
    struct str inline_page; /* with its header */
};

/* PL_E_FORMAT: it is no such database, or damaged. */
int bolt_open(const char *path, struct bolt **ret_bolt, struct pl_err *err);
void bolt_close(struct bolt *bolt);
static inline void bolt_closep(struct bolt **bolt)
{
    if (*bolt)
        bolt_close(*bolt);
}
/* Whether somebody has written since it was opened: what was read may be of two states. */
bool bolt_changed(const struct bolt *bolt);

struct bolt_bucket bolt_root(const struct bolt *bolt);
/* PL_E_NOT_FOUND when there is none, PL_E_FORMAT, PL_E_LIMIT (LIMIT_BOLT_BYTES). What is returned
 * lives as long as `bolt`. */
int bolt_find_bucket(struct bolt *bolt, const struct bolt_bucket *in, struct str key,
                     struct bolt_bucket *ret_bucket, struct pl_err *err);
int bolt_find_value(struct bolt *bolt, const struct bolt_bucket *in, struct str key,
                    struct str *ret_value, struct pl_err *err);

/* Every key of a bucket, in their order; `bucket` is NULL where it has a value. A negative result
 * of `visit` ends it. */
typedef int bolt_visit(void *context, struct str key, struct str value,
                       const struct bolt_bucket *bucket);
int bolt_each(struct bolt *bolt, const struct bolt_bucket *in, bolt_visit *visit, void *context,
              struct pl_err *err);
