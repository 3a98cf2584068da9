/* A layer's record: sorted, found by hash, added to. */
#include "image/record.h"
#include "test.h"

/* Entries come by their order and with any hashes; behind the seal they stand by hash, then order.
 */
static void check_sorted(const struct layer_record *record, size_t count)
{
    CHECK(record->sealed);
    CHECK_INT(record->entries.count, count);
    for (size_t i = 1; i < record->entries.count; i++) {
        const struct record_entry *a = &record->entries.items[i - 1], *b = a + 1;
        if (a->hash > b->hash || (a->hash == b->hash && a->order > b->order)) {
            FAIL("entries %zu and %zu are out of order", i - 1, i);
            return;
        }
    }
}

static void sorts(void)
{
    static const struct {
        size_t count;
        uint64_t factor, mask; /* what hashes are made of */
    } cases[] = {
        {0, 1, 0},
        {1, 1, UINT64_MAX},
        {100, 0x9e3779b97f4a7c15U, UINT64_MAX},
        {511, 0x9e3779b97f4a7c15U, UINT64_MAX},
        {512, 0x9e3779b97f4a7c15U, UINT64_MAX},
        {50000, 0x9e3779b97f4a7c15U, UINT64_MAX},
        {50000, 0x9e3779b97f4a7c15U, 0xfff000000000000fU}, /* many in a bucket, many equal */
        {5000, 0x9e3779b97f4a7c15U, 0x3f},                 /* one bucket */
        {5000, 0, 0},                                      /* all equal */
        {5000, 1ULL << 52, UINT64_MAX},                    /* one of each bucket in turn */
    };
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct layer_record record = {0};
        uint64_t sum = 0, again = 0;
        for (size_t i = 0; i < cases[k].count; i++) {
            uint64_t hash = (i * cases[k].factor) & cases[k].mask;
            record_add(&record, hash, (uint32_t)i + 1, ENTRY_FILE, STR_NONE);
            sum += hash ^ (i + 1);
        }
        record_seal(&record);
        check_sorted(&record, cases[k].count);
        for (size_t i = 0; i < record.entries.count; i++)
            again += record.entries.items[i].hash ^ record.entries.items[i].order;
        CHECK(sum == again);
        record_free(&record);
    }
}

static void finds(void)
{
    struct layer_record record = {0};
    const struct record_entry *first = NULL;
    record_seal(&record);
    CHECK_INT(record_find(&record, 7, &first), 0);
    CHECK(first == NULL);
    record_free(&record);

    record = (struct layer_record){0};
    record_add(&record, 20, 1, ENTRY_DIR, STR_NONE);
    record_add(&record, 10, 2, ENTRY_FILE, STR_NONE);
    record_add(&record, 20, 3, ENTRY_SYMLINK, STR("target"));
    record_add(&record, UINT64_MAX, 4, ENTRY_HARDLINK, STR(""));
    record_add(&record, 0, 5, ENTRY_OPAQUE, STR_NONE);
    record_seal(&record);
    CHECK_INT(record_find(&record, 20, &first), 2);
    CHECK_INT(first[0].order, 1);
    CHECK_INT(first[0].type, ENTRY_DIR);
    CHECK_INT(first[1].order, 3);
    CHECK_INT(first[1].type, ENTRY_SYMLINK);
    CHECK_STR(record.links.items[first[1].link], "target");
    CHECK_INT(record_find(&record, UINT64_MAX, &first), 1);
    CHECK_STR(record.links.items[first->link], "");
    CHECK_INT(record_find(&record, 0, &first), 1);
    CHECK_INT(first->type, ENTRY_OPAQUE);
    CHECK_INT(record_find(&record, 15, &first), 0);
    CHECK_INT(record_find(&record, 21, &first), 0);
    record_free(&record);
}

static void inserts(void)
{
    struct layer_record record = {0};
    const struct record_entry *first;
    for (uint32_t i = 0; i < 100; i++)
        record_add(&record, (i * 37) % 50, i + 1, ENTRY_FILE, STR_NONE);
    record_seal(&record);
    for (uint32_t i = 0; i < 60; i++)
        record_insert(&record,
                      &(struct record_entry){i, i * 3, i % 2 ? ENTRY_IMPLIED : ENTRY_FILE, 0});
    for (uint64_t hash = 0; hash < 60; hash++) {
        struct record_cursor cursor;
        uint32_t last = 0, count = 0;
        record_seek(&record, hash, &cursor);
        for (const struct record_entry *entry; (entry = record_next(&cursor)); count++) {
            CHECK(entry->hash == hash && entry->order >= last);
            last = entry->order;
        }
        CHECK_INT(count, hash < 50 ? 3 : 1);
    }
    record_merge(&record);
    check_sorted(&record, 160);
    for (uint64_t hash = 0; hash < 60; hash++) {
        size_t count = record_find(&record, hash, &first);
        CHECK_INT(count, hash < 50 ? 3 : 1);
        bool seen = false;
        for (size_t i = 0; i < count; i++)
            seen = seen || first[i].order == hash * 3;
        CHECK(seen);
    }
    record_free(&record);
}

static void files(void)
{
    struct layer_record record = {0};
    CHECK(record_file_find(&record, STR("a"), 0) == NULL);
    static const struct {
        const char *path;
        unsigned reader;
    } all[] = {{"a", 0}, {"a", 1}, {"b", 0}, {"a", 0}};
    for (uint32_t i = 0; i < 4; i++)
        *VEC_ADD(&record.files) =
            (struct record_file){.path = str_of(all[i].path), .reader = all[i].reader, .order = i};
    CHECK_INT(record_file_find(&record, STR("a"), 0)->order, 3); /* the last one counts */
    CHECK_INT(record_file_find(&record, STR("a"), 1)->order, 1);
    CHECK_INT(record_file_find(&record, STR("b"), 0)->order, 2);
    CHECK(record_file_find(&record, STR("b"), 1) == NULL);
    CHECK(record_file_find(&record, STR("c"), 0) == NULL);
    record_free(&record);
}

int main(void)
{
    RUN(sorts);
    RUN(finds);
    RUN(inserts);
    RUN(files);
    return test_end();
}
