/* Which files of a table of contents a pass wants, and where they are. */
#pragma once

#include "image/record.h"
#include "image/toc.h"
#include "image/toc_fetch.h"
#include "image/walk.h"

struct toc_plan {
    bool *wanted;             /* an entry's content is read, or looked at */
    struct toc_range *ranges; /* merged */
    size_t count;
    uint64_t bytes; /* of the ranges */
};

void toc_plan_make(const struct toc *toc, const struct walk_options *options, bool reads,
                   const struct layer_record *record, struct toc_plan *ret_plan);
void toc_plan_free(struct toc_plan *plan);
/* Whether the file can be a program or a library. A table does not tell first bytes, and most files
 * of most images are neither. */
bool toc_may_be_program(struct str path, uint32_t mode, uint64_t size);
