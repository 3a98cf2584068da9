/* What one layer holds, as far as anything above needs to know: for every entry the hash of its
 * path, its kind and its turn; the targets of links; and the files that readers wanted. Names of
 * files that nobody wants are not kept.
 *
 * Sources: OCI image-spec, layer.md ("Change Types", "Representing Changes"); where it leaves room
 * (a layer's entry below a link of a lower layer), the way that containerd extracts. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

enum entry_type {
    ENTRY_FILE,
    ENTRY_DIR,
    ENTRY_IMPLIED, /* a folder that has no entry of its own, only something in it */
    ENTRY_SYMLINK,
    ENTRY_HARDLINK,
    ENTRY_OTHER,    /* device, fifo */
    ENTRY_WHITEOUT, /* the path is taken away from the layers below */
    ENTRY_OPAQUE,   /* what the layers below have in this folder is hidden */
};

struct record_entry {
    uint64_t hash;  /* of the clean path */
    uint32_t order; /* turn in the archive */
    uint32_t type : 4;
    uint32_t link : 28; /* of links: index into links */
};

struct record_file {
    struct str path;   /* clean; where it stands in the image once links are followed */
    struct str stored; /* clean; where the layer has it */
    uint64_t hash;
    uint64_t size;
    uint32_t order;
    uint32_t mode;
    enum entry_type type; /* FILE; SYMLINK or HARDLINK: no content here */
    unsigned reader;
    bool read;     /* its reader was called */
    void *content; /* what the reader made of it */
};

struct record_index {
    uint64_t hash; /* of the path */
    uint32_t file;
};

struct layer_record {
    struct arena arena;               /* of paths and link targets */
    VEC(struct record_entry) entries; /* sorted by hash, then order, once sealed */
    VEC(struct str) links;
    VEC(struct record_file) files;
    VEC(struct record_index) index; /* over the first index.count files, sorted by hash */
    bool sealed;
};

void record_free(struct layer_record *record);
void record_add(struct layer_record *record, uint64_t hash, uint32_t order, enum entry_type type,
                struct str link);
/* Sorts the entries for record_find(). */
void record_seal(struct layer_record *record);
/* All entries with this hash, in their order; their count. */
size_t record_find(const struct layer_record *record, uint64_t hash,
                   const struct record_entry **ret_first);
/* Adds an entry to a sealed record. */
void record_insert(struct layer_record *record, uint64_t hash, uint32_t order,
                   enum entry_type type);
/* Brings the index up to date, so that record_file_find() costs a look-up. */
void record_index_files(struct layer_record *record);
/* The file with this path for this reader, the last one; or NULL. Files behind the index are gone
 * through one by one. */
struct record_file *record_file_find(const struct layer_record *record, struct str path,
                                     unsigned reader);
/* The same among the files of the index alone. */
struct record_file *record_file_find_indexed(const struct layer_record *record, struct str path,
                                             unsigned reader);
