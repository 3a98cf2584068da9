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
    free(intern->wanted);
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

static uint64_t slot_value(uint64_t hash, size_t index)
{
    return (hash & 0xffffffff00000000) | (uint64_t)(index + 1);
}

static uint32_t slot_index(uint64_t slot)
{
    return (uint32_t)slot - 1;
}

/* The slot of the text, or the empty one where it belongs. The hash's upper half tells most others
 * apart without a look at their texts. */
static size_t find_slot(const struct intern *intern, struct str text, uint64_t hash)
{
    size_t mask = intern->slot_count - 1, at = hash & mask;
    for (;; at = (at + 1) & mask) {
        uint64_t slot = intern->slots[at];
        if (!slot ||
            (slot >> 32 == hash >> 32 && str_equal(intern_text(intern, slot_index(slot)), text)))
            return at;
    }
}

static void grow_slots(struct intern *intern)
{
    free(intern->slots);
    intern->slot_count *= 2;
    intern->slots = mem_zalloc(intern->slot_count, sizeof(*intern->slots));
    for (size_t i = 0; i < intern->count; i++) {
        struct str text = intern_text(intern, (uint32_t)i);
        uint64_t hash = hash_str(text);
        intern->slots[find_slot(intern, text, hash)] = slot_value(hash, i);
    }
}

uint32_t intern_add(struct intern *intern, struct str text)
{
    uint64_t hash = hash_str(text);
    size_t slot = find_slot(intern, text, hash);
    if (intern->slots[slot]) {
        uint32_t known = slot_index(intern->slots[slot]);
        intern->wanted[known] = true;
        return known;
    }
    if (intern->bytes.len + text.len + 10 > UINT32_MAX) {
        intern->full = true;
        return 0;
    }
    if (intern->count == intern->capacity) {
        intern->capacity = intern->capacity ? intern->capacity * 2 : FIRST_SLOTS;
        intern->offsets = mem_realloc(intern->offsets, intern->capacity * sizeof(*intern->offsets));
        intern->wanted = mem_realloc(intern->wanted, intern->capacity * sizeof(*intern->wanted));
    }
    intern->wanted[intern->count] = true;
    intern->offsets[intern->count] = (uint32_t)intern->bytes.len;
    format_put_number(&intern->bytes, text.len);
    buf_add(&intern->bytes, text);
    intern->slots[slot] = slot_value(hash, intern->count++);
    if (intern->count * 4 > intern->slot_count * 3)
        grow_slots(intern);
    return (uint32_t)intern->count - 1;
}

uint32_t intern_find(const struct intern *intern, struct str text)
{
    uint64_t slot = intern->slots[find_slot(intern, text, hash_str(text))];
    return slot ? slot_index(slot) : UINT32_MAX;
}

void intern_seed(struct intern *intern, struct str text)
{
    size_t before = intern->count;
    uint32_t index = intern_add(intern, text);
    if (index >= before)
        intern->wanted[index] = false;
}

uint64_t intern_unwanted(const struct intern *intern)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < intern->count; i++) {
        uint64_t end = i + 1 < intern->count ? intern->offsets[i + 1] : intern->bytes.len;
        if (!intern->wanted[i])
            bytes += end - intern->offsets[i];
    }
    return bytes;
}
