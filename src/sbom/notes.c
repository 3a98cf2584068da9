#include "sbom/notes.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/search.h"

void sbom_notes_add(struct sbom_notes *notes, struct str about, struct str text)
{
    if (about.len == 0 || text.len == 0)
        return;
    if (notes->arena.total + text.len > LIMIT_SBOM_NOTES ||
        notes->items.count >= LIMIT_SBOM_EDGES) {
        notes->too_many = true;
        return;
    }
    size_t order = notes->items.count;
    *VEC_ADD(&notes->items) =
        (struct sbom_note){hash_str(about), order, arena_str(&notes->arena, text)};
}

static int by_about(const void *a, const void *b)
{
    const struct sbom_note *x = a, *y = b;
    if (x->about != y->about)
        return x->about < y->about ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void sbom_notes_sort(struct sbom_notes *notes)
{
    if (notes->items.count)
        qsort(notes->items.items, notes->items.count, sizeof(*notes->items.items), by_about);
}

const struct sbom_note *sbom_notes_of(const struct sbom_notes *notes, struct str about,
                                      size_t *ret_count)
{
    uint64_t hash = hash_str(about);
    size_t low =
        search_first_hash(notes->items.items, notes->items.count, sizeof(struct sbom_note), hash);
    size_t count = 0;
    while (low + count < notes->items.count && count < SBOM_NOTES_EACH &&
           notes->items.items[low + count].about == hash)
        count++;
    *ret_count = about.len ? count : 0;
    return count ? &notes->items.items[low] : NULL;
}

void sbom_notes_check(const struct sbom_notes *notes, struct sbom_builder *builder)
{
    struct pl_err problem;
    if (!notes->too_many)
        return;
    err_limit(&problem, LIMIT_NAME(LIMIT_SBOM_NOTES),
              "annotations and licences have more than %llu bytes: the others were not read",
              (unsigned long long)LIMIT_SBOM_NOTES);
    report_tell(builder->report, true, STR_NONE, &problem);
}

void sbom_notes_free(struct sbom_notes *notes)
{
    VEC_FREE(&notes->items);
    arena_free(&notes->arena);
}
