/* The entries of a layer out of its table of contents. A file's bytes are fetched, unpacked and
 * held against their digests before any reader sees one of them. */
#pragma once

#include "image/entries.h"
#include "image/toc.h"
#include "image/toc_fetch.h"
#include "io/content.h"
#include "io/decoded_source.h"

struct toc_entries {
    struct entries entries; /* first */
    const struct toc *toc;
    struct toc_fetch *fetch;
    const bool *wanted; /* by entry: its first bytes are worth looking at */
    struct inflate_budget *budget;
    void *context; /* of `problem` */
    void (*problem)(void *context, bool incomplete, const struct pl_err *problem);
    struct tar_entry entry;
    struct content content;
    bool loaded;
    int failed; /* why the content cannot be had, below */
    struct pl_err why;
    uint64_t at; /* of the content, handed out */
    char *buffer;
};
void toc_entries_init(struct toc_entries *entries, const struct toc *toc, struct toc_fetch *fetch,
                      const bool *wanted);
void toc_entries_free(struct toc_entries *entries);
