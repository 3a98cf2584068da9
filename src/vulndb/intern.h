/* Texts kept once: what a database refers to by offset, and what a builder groups by. The texts
 * stand one after the other as the file has them, each with its length (a varint) before it. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

struct intern {
    struct buf bytes;
    uint64_t *slots;   /* hash (32 bits), index + 1 into `offsets`; 0: empty */
    size_t slot_count; /* a power of two */
    uint32_t *offsets; /* where each text's length stands in `bytes` */
    bool *wanted;      /* of each text: asked for since it was seeded */
    size_t count, capacity;
    bool full; /* the bytes would pass 4 GiB: what was added since is lost */
};

void intern_init(struct intern *intern);
void intern_free(struct intern *intern);
/* Index of the text, from 0 in the order of their first appearance. */
uint32_t intern_add(struct intern *intern, struct str text);
/* Adds a text that may come to be wanted: it has its place, and is wanted once it is added, too. */
void intern_seed(struct intern *intern, struct str text);
/* Bytes of the texts that nobody wanted. */
uint64_t intern_unwanted(const struct intern *intern);
/* UINT32_MAX when it was never added. */
uint32_t intern_find(const struct intern *intern, struct str text);
struct str intern_text(const struct intern *intern, uint32_t index);
/* Where the text stands in `bytes`; 0 for the empty text, which is always there. */
static inline uint32_t intern_offset(struct intern *intern, struct str text)
{
    uint32_t index = intern_add(intern, text); /* moves `offsets` */
    return intern->offsets[index];
}
