/* Layer records as bytes, and back. */
#include "image/record_pack.h"

#include "base/hash.h"
#include "test.h"

static void fill(struct layer_record *record)
{
    static const char *const paths[] = {"etc/os-release", "usr/lib/x", "usr/lib/x"};
    record_add(record, hash_str(STR("etc")), 1, ENTRY_DIR, STR_NONE);
    record_add(record, hash_str(STR("etc/a")), 2, ENTRY_SYMLINK, STR("../b"));
    record_add(record, hash_str(STR("etc/a")), 3, ENTRY_HARDLINK, STR(""));
    record_add(record, hash_str(STR("etc/c")), 4, ENTRY_WHITEOUT, STR_NONE);
    record_add(record, UINT64_MAX, UINT32_MAX - 1, ENTRY_GONE, STR_NONE);
    record_seal(record);
    *VEC_ADD(&record->moved) = (struct record_moved){STR("usr/lib/x"), 2};
    *VEC_ADD(&record->moved) = (struct record_moved){STR("usr/lib/y"), 9};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        *VEC_ADD(&record->files) = (struct record_file){
            .path = str_of(paths[i]),
            .hash = hash_str(str_of(paths[i])),
            .size = i ? UINT64_MAX - i : 17,
            .order = (uint32_t)i + 2,
            .mode = 0644,
            .type = i == 2 ? ENTRY_SYMLINK : ENTRY_FILE,
            .reader = (unsigned)i | 0x4000,
            .read = i == 0,
            .by_magic = i == 1,
        };
    record->entries_taken = 77;
    record->files_taken = 1ULL << 40;
}

static void check_equal(const struct layer_record *a, const struct layer_record *b)
{
    CHECK_INT(b->entries.count, a->entries.count);
    for (size_t i = 0; i < a->entries.count && i < b->entries.count; i++) {
        CHECK(a->entries.items[i].hash == b->entries.items[i].hash);
        CHECK_INT(b->entries.items[i].order, a->entries.items[i].order);
        CHECK_INT(b->entries.items[i].type, a->entries.items[i].type);
        CHECK_INT(b->entries.items[i].link, a->entries.items[i].link);
    }
    CHECK_INT(b->links.count, a->links.count);
    for (size_t i = 0; i < a->links.count && i < b->links.count; i++)
        CHECK(str_equal(a->links.items[i], b->links.items[i]));
    CHECK_INT(b->moved.count, a->moved.count);
    for (size_t i = 0; i < a->moved.count && i < b->moved.count; i++) {
        CHECK(str_equal(a->moved.items[i].path, b->moved.items[i].path));
        CHECK_INT(b->moved.items[i].order, a->moved.items[i].order);
    }
    CHECK_INT(b->files.count, a->files.count);
    for (size_t i = 0; i < a->files.count && i < b->files.count; i++) {
        const struct record_file *x = &a->files.items[i], *y = &b->files.items[i];
        CHECK(str_equal(x->path, y->path));
        CHECK(x->hash == y->hash && x->size == y->size && x->order == y->order);
        CHECK(x->mode == y->mode && x->type == y->type && x->reader == y->reader);
        CHECK(x->read == y->read && x->by_magic == y->by_magic && !y->nothing && !y->content);
    }
    CHECK(a->entries_taken == b->entries_taken && a->files_taken == b->files_taken);
    CHECK(b->sealed);
    CHECK_INT(b->index.count, b->files.count);
}

static void goes_and_comes_back(void)
{
    struct layer_record record = {0}, again = {0};
    AUTO_BUF buf = {0};
    fill(&record);
    record_pack(&record, &buf);
    struct unpack unpack = unpack_begin(buf_str(&buf));
    record_unpack(&unpack, &again);
    CHECK(unpack_ended(&unpack));
    check_equal(&record, &again);
    CHECK(record_file_find(&again, STR("usr/lib/x"), 2 | 0x4000) == &again.files.items[2]);
    record_free(&record);
    record_free(&again);
}

static void takes_an_empty_one(void)
{
    struct layer_record record = {0}, again = {0};
    AUTO_BUF buf = {0};
    record_seal(&record);
    record_pack(&record, &buf);
    struct unpack unpack = unpack_begin(buf_str(&buf));
    record_unpack(&unpack, &again);
    CHECK(unpack_ended(&unpack));
    CHECK_INT(again.entries.count, 0);
    record_free(&again);
    record_free(&record);
}

/* Every entry that is read back can be used: links lead into the list. */
static void check_usable(struct str bytes)
{
    struct layer_record record = {0};
    struct unpack unpack = unpack_begin(bytes);
    record_unpack(&unpack, &record);
    for (size_t i = 0; unpack_ended(&unpack) && i < record.entries.count; i++) {
        const struct record_entry *entry = &record.entries.items[i];
        if (entry->type == ENTRY_SYMLINK || entry->type == ENTRY_HARDLINK)
            CHECK(entry->link < record.links.count);
        CHECK(entry->type <= ENTRY_GONE);
        CHECK(i == 0 || entry[-1].hash <= entry->hash);
    }
    record_free(&record);
}

static void stands_damage(void)
{
    struct layer_record record = {0};
    AUTO_BUF buf = {0};
    fill(&record);
    record_pack(&record, &buf);
    for (size_t len = 0; len < buf.len; len++) {
        AUTO_BUF cut = {0}; /* of its own, so that a byte too far is seen */
        struct layer_record part = {0};
        buf_add(&cut, str_first(buf_str(&buf), len));
        struct unpack unpack = unpack_begin(buf_str(&cut));
        record_unpack(&unpack, &part);
        CHECK(!unpack_ended(&unpack));
        record_free(&part);
    }
    for (size_t bit = 0; bit < buf.len * 8; bit++) {
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ (1 << bit % 8));
        check_usable(buf_str(&buf));
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ (1 << bit % 8));
    }
    record_free(&record);
}

int main(void)
{
    RUN(goes_and_comes_back);
    RUN(takes_an_empty_one);
    RUN(stands_damage);
    return test_end();
}
