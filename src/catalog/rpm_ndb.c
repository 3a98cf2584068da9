/* Reads rpm's ndb database, Packages.db: rpm's lib/backend/ndb/rpmpkg.c. All numbers are
 * little-endian. The file begins with slot pages; a slot says in which blocks of 16 bytes a record
 * stands; a record has a head, the header blob, zeros up to the last block's end, and a tail with
 * an Adler-32 sum over all that stands before the tail. */
#include <isa-l/igzip_lib.h>

#include "base/limits.h"
#include "catalog/bytes.h"
#include "catalog/rpm.h"
#include "catalog/rpm_header.h"

enum {
    PAGE = 4096,
    BLOCK = 16,
    SLOT = 16,
    FIRST_SLOT_AT = 32, /* behind the file's head */
    BLOB_HEAD = 16,
    BLOB_TAIL = 12,
};
#define SLOT_MAGIC 0x746f6c53U /* "Slot" */
#define HEAD_MAGIC 0x53626c42U /* "BlbS" */
#define TAIL_MAGIC 0x45626c42U /* "BlbE" */

struct slot {
    uint32_t record, first, count; /* number of the package; blocks */
};

struct reader {
    struct catalog_sink *sink;
    struct str file;
    VEC(struct slot) slots;
    struct rpm_blob blob;
};

static void read_slots(struct reader *reader, uint64_t end)
{
    struct pl_err problem;
    for (uint64_t at = FIRST_SLOT_AT; at + SLOT <= end; at += SLOT) {
        const char *bytes = reader->file.data + at;
        if (get_le32(bytes) != SLOT_MAGIC) {
            if (catalog_wants_problem(reader->sink)) {
                err_set(&problem, PL_E_FORMAT, "there is no slot at byte %llu, where one must be",
                        (unsigned long long)at);
                catalog_add_problem(reader->sink, &problem);
            }
            continue;
        }
        uint32_t record = get_le32(bytes + 4);
        if (record && reader->slots.count >= LIMIT_PACKAGES) {
            if (catalog_wants_problem(reader->sink)) {
                err_limit(&problem, LIMIT_NAME(LIMIT_PACKAGES),
                          "the slots from byte %llu on are passed over: there are more than "
                          "LIMIT_PACKAGES allows (%llu)",
                          (unsigned long long)at, LIMIT_PACKAGES);
                catalog_add_problem(reader->sink, &problem);
            }
            return;
        }
        if (record) /* else free */
            *VEC_ADD(&reader->slots) =
                (struct slot){record, get_le32(bytes + 8), get_le32(bytes + 12)};
    }
}

static int compare_slots(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* The record in the slot's blocks, which are inside the file. */
static int read_record(struct reader *reader, const struct slot *slot, struct pl_err *err)
{
    const char *head = reader->file.data + (uint64_t)slot->first * BLOCK;
    uint64_t size = (uint64_t)slot->count * BLOCK;
    if (size < BLOB_HEAD + BLOB_TAIL)
        return err_set(err, PL_E_FORMAT, "its %llu bytes are too few for head and tail",
                       (unsigned long long)size);
    const char *tail = head + size - BLOB_TAIL;
    uint32_t len = get_le32(head + 12);
    if (get_le32(head) != HEAD_MAGIC || get_le32(tail + 8) != TAIL_MAGIC)
        return err_set(err, PL_E_FORMAT, "its head or tail at byte %llu is missing",
                       (unsigned long long)slot->first * BLOCK);
    if (get_le32(head + 4) != slot->record)
        return err_set(err, PL_E_FORMAT, "its head says that it is record %u", get_le32(head + 4));
    if (len > size - BLOB_HEAD - BLOB_TAIL || get_le32(tail + 4) != len)
        return err_set(err, PL_E_FORMAT,
                       "its length is %u bytes in the head and %u in the tail, "
                       "in %u blocks",
                       len, get_le32(tail + 4), slot->count);
    if (isal_adler32(1, (const unsigned char *)head, size - BLOB_TAIL) != get_le32(tail))
        return err_set(err, PL_E_DIGEST, "its checksum is wrong");
    rpm_blob_clear(&reader->blob);
    rpm_blob_add(&reader->blob, str_make(head + BLOB_HEAD, len));
    rpm_header_add(reader->sink, &reader->blob, slot->record);
    return 0;
}

/* In the file's order, so that each block is read once: an overlap is found by its neighbour. */
static void read_records(struct reader *reader, uint64_t first_block)
{
    uint64_t blocks = reader->file.len / BLOCK, used = first_block;
    if (reader->slots.count)
        qsort(reader->slots.items, reader->slots.count, sizeof(struct slot), compare_slots);
    for (size_t i = 0; i < reader->slots.count; i++) {
        const struct slot *slot = &reader->slots.items[i];
        struct pl_err problem;
        int r;
        if (slot->first < used)
            r = err_set(&problem, PL_E_FORMAT, "its blocks from number %u on overlap with others",
                        slot->first);
        else if ((uint64_t)slot->first + slot->count > blocks)
            r = err_set(&problem, PL_E_FORMAT,
                        "its blocks %u and the %u behind it are outside of the file", slot->first,
                        slot->count);
        else {
            used = (uint64_t)slot->first + slot->count;
            r = read_record(reader, slot, &problem);
        }
        if (r < 0 && catalog_wants_problem(reader->sink)) {
            err_prefix(&problem, "record %u", slot->record);
            catalog_add_problem(reader->sink, &problem);
        }
    }
}

int rpm_ndb_read(struct catalog_sink *sink, struct str file, struct pl_err *err)
{
    struct reader reader = {.sink = sink, .file = file};
    if (file.len < FIRST_SLOT_AT)
        return err_set(err, PL_E_FORMAT, "the ndb file ends inside of its head");
    if (get_le32(file.data + 4) != 0)
        return err_set(err, PL_E_UNSUPPORTED, "the ndb file has version %u; 0 is known",
                       get_le32(file.data + 4));
    uint64_t end = (uint64_t)get_le32(file.data + 12) * PAGE;
    if (end == 0 || end > file.len)
        return err_set(err, PL_E_FORMAT, "the ndb file has %u slot pages, more than its %zu bytes",
                       get_le32(file.data + 12), file.len);
    read_slots(&reader, end);
    read_records(&reader, end / BLOCK);
    VEC_FREE(&reader.slots);
    rpm_blob_free(&reader.blob);
    return 0;
}
