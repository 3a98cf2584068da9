#include "vulndb/intern.h"

#include <stdlib.h>

#include "base/hash.h"
#include "vulndb/format.h"

enum { FIRST_SLOTS = 1024 };

void intern_init(struct intern *intern)
{
    *intern = (struct intern){.slot_count = FIRST_SLOTS};
    intern->slots = mem_zalloc(FIRST_SLOTS, sizeof(*intern->slots));
    intern_add(intern, STR(""));
}

void intern_free(struct intern *intern)
{
    buf_free(&intern->bytes);
    free(intern->slots);
    free(intern->offsets);
    *intern = (struct intern){.count = 0};
}

struct str intern_text(const struct intern *intern, uint32_t index)
{
    const unsigned char *at = (const unsigned char *)intern->bytes.data + intern->offsets[index];
    struct format_reader reader = {
        at, (const unsigned char *)intern->bytes.data + intern->bytes.len, false};
    uint64_t len = format_number(&reader);
    return str_make((const char *)reader.next, len);
}

/* The slot of the text, or the empty one where it belongs. */
static size_t find_slot(const struct intern *intern, struct str text)
{
    size_t mask = intern->slot_count - 1, slot = hash_str(text) & mask;
    while (intern->slots[slot] && !str_equal(intern_text(intern, intern->slots[slot] - 1), text))
        slot = (slot + 1) & mask;
    return slot;
}

static void grow_slots(struct intern *intern)
{
    free(intern->slots);
    intern->slot_count *= 2;
    intern->slots = mem_zalloc(intern->slot_count, sizeof(*intern->slots));
    for (size_t i = 0; i < intern->count; i++) {
        size_t slot = find_slot(intern, intern_text(intern, (uint32_t)i));
        intern->slots[slot] = (uint32_t)i + 1;
    }
}

uint32_t intern_add(struct intern *intern, struct str text)
{
    size_t slot = find_slot(intern, text);
    if (intern->slots[slot])
        return intern->slots[slot] - 1;
    if (intern->bytes.len + text.len + 10 > UINT32_MAX) {
        intern->full = true;
        return 0;
    }
    if (intern->count == intern->capacity) {
        intern->capacity = intern->capacity ? intern->capacity * 2 : FIRST_SLOTS;
        intern->offsets = mem_realloc(intern->offsets, intern->capacity * sizeof(*intern->offsets));
    }
    intern->offsets[intern->count] = (uint32_t)intern->bytes.len;
    format_put_number(&intern->bytes, text.len);
    buf_add(&intern->bytes, text);
    intern->slots[slot] = (uint32_t)++intern->count;
    if (intern->count * 4 > intern->slot_count * 3)
        grow_slots(intern);
    return (uint32_t)intern->count - 1;
}

uint32_t intern_find(const struct intern *intern, struct str text)
{
    size_t slot = find_slot(intern, text);
    return intern->slots[slot] ? intern->slots[slot] - 1 : UINT32_MAX;
}
