/* All layers of one target being read: who reads which file, on how many threads, within which
 * budgets. */
#pragma once

#include <pthread.h>

#include "app/inspection.h"
#include "base/hash_set.h"
#include "base/progress.h"
#include "catalog/sink.h"
#include "image/image.h"
#include "image/tree.h"
#include "image/walk.h"
#include "model/report.h"

/* record_file.reader: the cataloger's index, and what is wanted of the file beside reading it. */
enum {
    READER_INDEX = 0x3fff,
    READER_RAW = 0x4000,       /* its bytes, for a second reading together with its journal */
    READER_COMPANION = 0x8000, /* a journal: only its size is noted at first */
};

/* record_file.content */
struct file_content {
    struct catalog_sink sink;
    struct str kept;        /* CATALOG_KEEP, READER_RAW, READER_COMPANION */
    struct file_sums *sums; /* of a file that a package of the system may have brought; NULL */
};

struct layer_problem {
    bool incomplete;
    struct str message, local, limit; /* in the layer's arena */
};

/* What reading a layer took of the budgets of struct layer_set. */
struct layer_use {
    uint64_t packages, bytes, small, content;
};

struct layer_state {
    struct layer_record record;
    struct arena arena; /* of what the readers found */
    VEC(struct layer_problem) problems;
    VEC(struct file_content *) contents;
    struct file_content *spare; /* of a file that told of nothing */
    struct inspect_sink found;  /* by inspectors */
    struct found_sums_list found_sums;
    struct inspection *inspection; /* while it is walked */
    struct layer_set *set;
    struct layer_use use;
    bool walked;  /* its bytes were read */
    bool passing; /* it was not read to its end, or a problem may be gone another time */
};

struct cache_key;
struct layer_cache;
struct layer_set {
    struct image *image;
    const bool *enabled;
    struct layer_state *states;
    size_t count;
    struct wants wants;
    bool verify, details;
    unsigned jobs;
    _Atomic uint64_t entry_budget, file_budget;
    uint64_t packages_left, bytes_left;  /* of LIMIT_PACKAGES, LIMIT_RECORD_BYTES; atomically */
    uint64_t small_left;                 /* kept aside for the files that tell of the system */
    _Atomic uint64_t content_left;       /* of LIMIT_CONTENT_BYTES */
    _Atomic size_t next;                 /* layer to be walked next */
    const struct inspectors *inspectors; /* NULL: none */
    struct inspect_budget inspect_budget;
    /* The current pass */
    const struct wants *pass_wants;
    const bool *pass_layers; /* NULL: all */
    bool second_pass;
    const struct cache_key *pass_input; /* of a second pass: what it looks for; NULL: not kept */
    struct layer_cache *cache;          /* app/layer_cache.h; NULL: none */
};

struct collect_options;
void layer_set_init(struct layer_set *set, struct image *image,
                    const struct collect_options *options);
void layer_set_free(struct layer_set *set);
/* Frees what is in it. */
void layer_state_reset(struct layer_state *state);
/* A problem of a layer, told by its walk. */
void layer_add_problem(void *state, bool incomplete, const struct pl_err *problem);
/* layer_inspect.c: makes the visitor of a first pass show what it meets to the inspectors, if there
 * are some. layer_inspect_end() once the layer was walked. */
void layer_inspect_begin(struct layer_state *state, struct inspection *inspection,
                         struct walk_visitor *visitor);
void layer_inspect_end(struct inspection *inspection);
/* The first pass over all layers, or the root folder. */
void layer_set_read(struct layer_set *set);

/* Puts right what stands below links; once, behind the first pass. */
void layer_set_settle(struct layer_set *set, const struct tree *tree);

/* Files that the first pass did not know to be wanted. */
struct layer_request {
    uint32_t layer; /* LAYER_NONE: every layer */
    struct str path;
    unsigned reader;
};
struct layer_requests {
    struct arena arena;
    VEC(struct layer_request) items;
    struct hash_set asked; /* path and reader, with and without the layer */
    size_t done;           /* of items, read already */
    bool full;             /* LIMIT_REQUESTS was hit: the rest is not asked for */
};
void layer_requests_add(struct layer_requests *requests, uint32_t layer, struct str path,
                        unsigned reader);
bool layer_requests_made(const struct layer_requests *requests, struct str path, unsigned reader);
void layer_requests_free(struct layer_requests *requests);
/* Reads what was asked for and is not yet read; false when there was nothing. */
bool layer_set_read_more(struct layer_set *set, struct layer_requests *requests);

/* A file of a layer's record. */
struct layer_file {
    uint32_t layer, order;
    struct str path;
};
/* Reads the database `file` anew together with its journal, replacing what it said. */
void layer_set_read_pair(struct layer_set *set, const struct layer_file *file,
                         const struct layer_file *journal, unsigned reader);
