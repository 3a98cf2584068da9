/* The layer walker: one pass over a layer's entries, nothing extracted, content read only for files
 * that some reader wants. */
#pragma once

#include "image/entries.h"
#include "image/inspector.h"
#include "image/record.h"
#include "image/settle.h"
#include "image/wants.h"
#include "io/input.h"
#include "io/source.h"

/* What the walker calls for. `context` goes to every call. */
struct walk_visitor {
    void *context;
    /* A wanted regular file: one record_file for each of its readers. The visitor reads `input` as
     * far as it wants, sets read and content. A negative return is the file's problem alone. */
    int (*file)(void *context, struct record_file *const *files, size_t count, struct input *input,
                struct pl_err *err);
    /* Something is wrong with a part of the layer. `incomplete`: bytes were not examined. */
    void (*problem)(void *context, bool incomplete, const struct pl_err *problem);
    /* In a second pass, when it is there: every entry goes to it, and no file is read. */
    void (*entry)(void *context, const struct settle_entry *entry);
    /* In a first pass, when it is there: every entry that is no whiteout. True: the bytes of the
     * file are wanted; they come in order, whoever else reads it, then the end, with what went
     * wrong (NULL: nothing). */
    bool (*inspect)(void *context, const struct inspect_entry *entry, uint32_t order);
    void (*inspect_bytes)(void *context, struct str chunk);
    void (*inspect_end)(void *context, struct pl_err *problem);
};

struct walk_options {
    const struct wants *wants;
    /* The first pass keeps entries; a second pass only reads wanted files that were not read. */
    bool second_pass;
    _Atomic uint64_t *entry_budget; /* LIMIT_ENTRIES less what was walked, shared by all layers */
    _Atomic uint64_t *file_budget;  /* the same of LIMIT_WANTED_FILES */
    bool plain_names;               /* a name that begins with ".wh." is a name like others */
};

/* 0; or 1 when the archive just stops, without its end mark. Negative: the layer could not be read
 * to its end; what was seen before stays in the record. */
int walk_tar(struct source *source, const struct walk_options *options,
             const struct walk_visitor *visitor, struct layer_record *record, struct pl_err *err);
/* The same of a folder that an engine keeps a layer in: 0, or negative. */
int walk_layer_folder(const struct layer_folder *folder, const struct walk_options *options,
                      const struct walk_visitor *visitor, struct layer_record *record,
                      struct pl_err *err);
int walk_entries(struct entries *entries, const struct walk_options *options,
                 const struct walk_visitor *visitor, struct layer_record *record,
                 struct pl_err *err);
