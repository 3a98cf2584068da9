/* The inspectors of a scan at work on one layer: each entry is shown to all of them, bytes go to
 * those that want them, and archives are opened for them. */
#pragma once

#include "base/vec.h"
#include "catalog/checksum.h"
#include "image/inspector.h"
#include "io/content.h"

enum { INSPECTORS_MAX = 16 };
struct inspectors {
    struct inspector items[INSPECTORS_MAX];
    size_t count;
};

/* What all layers of an image share. */
struct inspect_budget {
    uint64_t findings; /* left of LIMIT_FILE_FINDINGS; these are taken from atomically */
    uint64_t members;  /* of LIMIT_ARCHIVE_MEMBERS */
    uint64_t inflated; /* of LIMIT_ARCHIVE_INFLATED */
    uint64_t spent;    /* counts up: struct inspect_sink */
};
void inspect_budget_init(struct inspect_budget *budget);

enum archive_kind {
    ARCHIVE_NONE,
    ARCHIVE_ZIP,
    ARCHIVE_BEHIND_SCRIPT, /* a zip archive, perhaps; the script is looked at as a file, too */
    ARCHIVE_TAR,
    ARCHIVE_PACKED, /* one stream, which may be a tar */
};

/* One file on its way through the inspectors. */
struct inspected_file {
    struct inspect_entry entry;
    enum inspect_want wants[INSPECTORS_MAX];
    bool wanted;    /* by some of them */
    bool whole;     /* by some of them as a whole */
    bool members;   /* as an archive, when it is one */
    bool decided;   /* what kind it is of */
    bool too_large; /* for those that want it whole */
    enum archive_kind kind;
    struct buf head;  /* its first bytes, until that is decided */
    struct buf bytes; /* of one that is wanted as a whole */
    /* Of one that a package of the system may have brought: its bytes, to be summed up when
     * something is found in it. */
    bool summed;
    uint64_t seen;   /* bytes that came */
    struct str only; /* all of them, where they came as one; valid until the file is ended */
    bool ended;      /* everybody was told that these were all */
    size_t findings_before;
    struct buf copy;
    uint64_t whole_max;
    struct content gathered; /* of an archive */
    struct pl_err problem;   /* while it was gathered */
    bool broken;
    bool cut; /* not all bytes came */
};

/* Checksums of a file in which something was found: is it as its package brought it? */
struct found_sums {
    uint32_t order;
    struct str path;
    struct file_sums sums;
};
struct found_sums_list {
    VEC(struct found_sums) items;
};

struct inspection {
    const struct inspectors *inspectors;
    struct inspect_budget *budget;
    void *readers[INSPECTORS_MAX];
    struct inspect_sink *sink;
    struct found_sums_list *sums;
    struct inspected_file file; /* of the layer itself */
    struct buf path;            /* of it */
    bool told_limit;
    void *context; /* of `problem` */
    void (*problem)(void *context, bool incomplete, const struct pl_err *problem);
};

void inspection_open(struct inspection *inspection);
void inspection_close(struct inspection *inspection);
/* struct walk_visitor's inspect, inspect_bytes and inspect_end. */
bool inspection_entry(struct inspection *inspection, const struct inspect_entry *entry,
                      uint32_t order);
void inspection_bytes(struct inspection *inspection, struct str chunk);
void inspection_end(struct inspection *inspection, struct pl_err *problem);

/* The same of any file, for what opens archives. */
bool inspected_file_begin(struct inspection *inspection, struct inspected_file *file,
                          const struct inspect_entry *entry);
void inspected_file_add(struct inspection *inspection, struct inspected_file *file,
                        struct str chunk);
/* `problem`: its bytes could not all be read; NULL. */
void inspected_file_end(struct inspection *inspection, struct inspected_file *file,
                        const struct pl_err *problem);

/* inspect_archive.c */
enum archive_kind archive_kind_of(struct str head, const struct inspect_entry *entry);
/* Every member goes through the inspectors. Negative: not all could be read. */
int inspect_members(struct inspection *inspection, const struct inspected_file *file,
                    struct pl_err *err);
