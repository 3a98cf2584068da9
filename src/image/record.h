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
    ENTRY_GONE,     /* it is elsewhere, image/settle.h */
};

struct record_entry {
    uint64_t hash;  /* of the clean path */
    uint32_t order; /* turn in the archive */
    uint32_t type : 4;
    uint32_t link : 28; /* of links: index into links */
};

struct record_file {
    struct str path; /* clean; where it stands in the image once links are followed */
    uint64_t hash;
    uint64_t size;
    uint32_t order;
    uint32_t mode;
    enum entry_type type; /* FILE; SYMLINK or HARDLINK: no content here */
    unsigned reader;
    bool read;     /* its reader was called */
    bool by_magic; /* wanted for its first bytes */
    bool nothing;  /* by_magic, and there was nothing in it: need not be kept */
    void *content; /* what the reader made of it */
};

struct record_moved {
    struct str path; /* clean; where it stands in the image */
    uint32_t order;
};

struct record_index {
    uint64_t hash; /* of the path */
    uint32_t file;
};

struct layer_record {
    struct arena arena;                /* of paths and link targets */
    VEC(struct record_entry) entries;  /* sorted by hash, then order, once sealed */
    VEC(struct record_entry) inserted; /* into the sealed ones: few, sorted alike */
    VEC(struct str) links;
    VEC(struct record_moved) moved;      /* files and links below links, in their order */
    VEC(struct record_file) files;       /* in their order, but for those of a second pass */
    VEC(struct record_index) index;      /* over the first index.count files, sorted by hash */
    uint64_t entries_taken, files_taken; /* of the budgets of walk_options */
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
/* Adds an entry to a sealed record; record_find() sees it behind record_merge(). */
void record_insert(struct layer_record *record, const struct record_entry *entry);
/* Makes the entry with this hash, order and type one that is gone; its link. */
uint32_t record_drop(struct layer_record *record, uint64_t hash, uint32_t order,
                     enum entry_type type);
void record_merge(struct layer_record *record);
/* All entries with one hash in their order, those that were inserted among them. */
struct record_cursor {
    const struct record_entry *sealed, *sealed_end, *inserted, *inserted_end;
};
void record_seek(const struct layer_record *record, uint64_t hash,
                 struct record_cursor *ret_cursor);
const struct record_entry *record_next(struct record_cursor *cursor); /* NULL: no more */
/* Where the entry `order` is in the image, when that is not where the layer has it; else NULL. */
const struct record_moved *record_moved_find(const struct layer_record *record, uint32_t order);
/* Brings the index up to date, so that record_file_find() costs a look-up. */
void record_index_files(struct layer_record *record);
/* The file with this path for this reader, the last one; or NULL. Files behind the index are gone
 * through one by one. */
struct record_file *record_file_find(const struct layer_record *record, struct str path,
                                     unsigned reader);
/* The one of the entry `order`: a layer can have several files of one name. The last time that it
 * was taken up, as record_file_find(). */
struct record_file *record_file_find_at(const struct layer_record *record, struct str path,
                                        unsigned reader, uint32_t order);
/* The same among the files of the index alone. */
struct record_file *record_file_find_indexed(const struct layer_record *record, struct str path,
                                             unsigned reader, uint32_t order);
/* Drops those of the files from `first` on in which there was nothing: most programs tell of no
 * package. */
void record_forget_nothing(struct layer_record *record, size_t first);
