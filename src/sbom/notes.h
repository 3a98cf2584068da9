/* Texts that a document keeps apart from what they are about, by its reference: annotations,
 * licences. Gathered first, looked up later. */
#pragma once

#include "sbom/builder.h"

struct sbom_note {
    uint64_t about; /* hash of the reference */
    size_t order;
    struct str text;
};
struct sbom_notes {
    struct arena arena;
    VEC(struct sbom_note) items;
    bool too_many;
};
enum { SBOM_NOTES_EACH = 8 }; /* that are looked at of one reference */

/* LIMIT_SBOM_NOTES: what is past it is left out, and `too_many` set. */
void sbom_notes_add(struct sbom_notes *notes, struct str about, struct str text);
/* Before the first look-up. */
void sbom_notes_sort(struct sbom_notes *notes);
/* Those about the reference, in their order: the first, and how many. */
const struct sbom_note *sbom_notes_of(const struct sbom_notes *notes, struct str about,
                                      size_t *ret_count);
/* Says that there were too many. */
void sbom_notes_check(const struct sbom_notes *notes, struct sbom_builder *builder);
void sbom_notes_free(struct sbom_notes *notes);
