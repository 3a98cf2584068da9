/* Databases of bbolt, written by the test: pages of both kinds, buckets inside of values, and every
 * kind of damage. */
#include "runtime/bolt.h"

#include <stdint.h>
#include <unistd.h>

#include "io/tempfile.h"
#include "test.h"

enum { PAGE = 512, PAGES = 12, LEAF = 2, BRANCH = 1 };

static unsigned char file[PAGE * PAGES];
static char path[64];

static void put(size_t at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        file[at + i] = (unsigned char)(value >> 8 * i);
}

static uint64_t fnv(const unsigned char *bytes, size_t len)
{
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 1099511628211ULL;
    return hash;
}

static void put_meta(size_t page, uint64_t root, uint64_t transaction)
{
    size_t at = page * PAGE + 16;
    put(page * PAGE + 8, 4, 2);
    put(at, 0xED0CDAED, 4);
    put(at + 4, 2, 4);
    put(at + 8, PAGE, 4);
    put(at + 16, root, 8);
    put(at + 40, PAGES, 8);
    put(at + 48, transaction, 8);
    put(at + 56, fnv(file + at, 56), 8);
}

struct item {
    const char *key, *value;
    size_t value_len; /* 0: of the text */
    unsigned flags;
    uint64_t page; /* of a branch */
};

/* A page with these elements; its bytes. */
static size_t put_page(size_t at, uint64_t id, unsigned flags, const struct item *items,
                       size_t count)
{
    size_t data = at + 16 + 16 * count;
    put(at, id, 8);
    put(at + 8, flags, 2);
    put(at + 10, count, 2);
    for (size_t i = 0; i < count; i++) {
        size_t element = at + 16 + 16 * i, key = strlen(items[i].key);
        size_t value = !items[i].value      ? 0
                       : items[i].value_len ? items[i].value_len
                                            : strlen(items[i].value);
        if (flags == BRANCH) {
            put(element, data - element, 4);
            put(element + 4, key, 4);
            put(element + 8, items[i].page, 8);
        } else {
            put(element, items[i].flags, 4);
            put(element + 4, data - element, 4);
            put(element + 8, key, 4);
            put(element + 12, value, 4);
        }
        memcpy(file + data, items[i].key, key);
        if (value)
            memcpy(file + data + key, items[i].value, value);
        data += key + value;
    }
    return data - at;
}

/* Root: page 3, a branch over the leaves 4 and 5; "box" is a bucket of its own page 6, "in" one
 * inside of its value. */
static void build(void)
{
    static char inside[256], box[16];
    memset(file, 0, sizeof(file));
    memset(inside, 0, sizeof(inside));
    memset(box, 0, sizeof(box));
    put_meta(0, 3, 7);
    put_meta(1, 3, 6);
    size_t len = put_page(8 * PAGE, 0, LEAF,
                          (struct item[]){{"deep", "water", 0, 0, 0}, {"low", "tide", 0, 0, 0}}, 2);
    memcpy(inside + 16, file + 8 * PAGE, len);
    memset(file + 8 * PAGE, 0, PAGE);
    box[0] = 6;
    put_page(3 * PAGE, 3, BRANCH, (struct item[]){{"a", NULL, 0, 0, 4}, {"m", NULL, 0, 0, 5}}, 2);
    put_page(4 * PAGE, 4, LEAF,
             (struct item[]){
                 {"a", "1", 0, 0, 0}, {"box", box, 16, 1, 0}, {"in", inside, 16 + len, 1, 0}},
             3);
    put_page(5 * PAGE, 5, LEAF, (struct item[]){{"m", "2", 0, 0, 0}, {"z", "", 0, 0, 0}}, 2);
    put_page(6 * PAGE, 6, LEAF, (struct item[]){{"key", "value", 0, 0, 0}}, 1);
}

static int open_file(struct bolt **ret_bolt, struct pl_err *err)
{
    int fd = tempfile_nameless(err);
    tempfile_write(fd, str_make((const char *)file, sizeof(file)), err);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int r = bolt_open(path, ret_bolt, err);
    close(fd);
    return r;
}

struct seen {
    char text[400];
    size_t count;
};

static int note(void *context, struct str key, struct str value, const struct bolt_bucket *bucket)
{
    struct seen *seen = context;
    seen->count++;
    snprintf(seen->text + strlen(seen->text), 64, "%.*s=%.*s ", STR_ARG(key),
             STR_ARG(bucket ? STR("{}") : value));
    return seen->count > 100 ? -PL_E_LIMIT : 0;
}

static void finds(void)
{
    struct bolt *bolt = NULL;
    struct pl_err err;
    struct str value;
    struct bolt_bucket root, bucket;
    struct seen seen = {"", 0};
    build();
    CHECK_INT(open_file(&bolt, &err), 0);
    root = bolt_root(bolt);
    CHECK_INT(bolt_find_value(bolt, &root, STR("a"), &value, &err), 0);
    CHECK_STR(value, "1");
    CHECK_INT(bolt_find_value(bolt, &root, STR("m"), &value, &err), 0);
    CHECK_STR(value, "2");
    CHECK_INT(bolt_find_value(bolt, &root, STR("z"), &value, &err), 0);
    CHECK_INT(value.len, 0);
    static const char *const missing[] = {"", "0", "aa", "l", "n", "zz"};
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
        CHECK_INT(bolt_find_value(bolt, &root, str_of(missing[i]), &value, &err), -PL_E_NOT_FOUND);
    CHECK_INT(bolt_find_bucket(bolt, &root, STR("box"), &bucket, &err), 0);
    CHECK_INT(bolt_find_value(bolt, &bucket, STR("key"), &value, &err), 0);
    CHECK_STR(value, "value");
    CHECK_INT(bolt_find_bucket(bolt, &root, STR("in"), &bucket, &err), 0);
    CHECK_INT(bolt_find_value(bolt, &bucket, STR("low"), &value, &err), 0);
    CHECK_STR(value, "tide");
    CHECK_INT(bolt_find_bucket(bolt, &root, STR("a"), &bucket, &err), -PL_E_FORMAT);
    CHECK_INT(bolt_find_value(bolt, &root, STR("box"), &value, &err), -PL_E_FORMAT);
    CHECK_INT(bolt_each(bolt, &root, note, &seen, &err), 0);
    CHECK_STR(str_of(seen.text), "a=1 box={} in={} m=2 z= ");
    CHECK(!bolt_changed(bolt));
    bolt_close(bolt);
}

static void chooses_the_newer_meta(void)
{
    struct bolt *bolt = NULL;
    struct pl_err err;
    build();
    put_meta(1, 5, 8); /* another root */
    CHECK_INT(open_file(&bolt, &err), 0);
    CHECK_INT(bolt_root(bolt).root, 5);
    bolt_close(bolt);
    file[PAGE + 16 + 20] ^= 1; /* it is being written: its checksum does not hold */
    CHECK_INT(open_file(&bolt, &err), 0);
    CHECK_INT(bolt_root(bolt).root, 3);
    bolt_close(bolt);
    build();
    file[16 + 20] ^= 1; /* the first alone is damaged: the page's size is not known beforehand */
    CHECK_INT(open_file(&bolt, &err), 0);
    CHECK_INT(bolt_root(bolt).root, 3);
    bolt_close(bolt);
    file[PAGE + 16 + 20] ^= 1;
    CHECK_INT(open_file(&bolt, &err), -PL_E_FORMAT);
}

/* A change of one number, and whether all keys can still be gone through. */
static void refuses_damage(void)
{
    static const struct {
        size_t at;
        uint64_t value;
        size_t bytes;
    } cases[] = {
        {3 * PAGE, 9, 8},               /* another page's number */
        {3 * PAGE + 8, 16, 2},          /* a free list */
        {3 * PAGE + 10, 0xffff, 2},     /* elements */
        {3 * PAGE + 12, 0xffffffff, 4}, /* overflow */
        {3 * PAGE + 12, PAGES, 4},      /* behind the file */
        {3 * PAGE + 16 + 8, 3, 8},      /* itself: a ring */
        {3 * PAGE + 16 + 8, 1, 8},      /* a meta page */
        {3 * PAGE + 16 + 8, PAGES, 8},  /* behind the last one */
        {3 * PAGE + 16 + 8, ~0ULL, 8},
        {4 * PAGE + 16 + 4, 0xffffffff, 4}, /* position */
        {4 * PAGE + 16 + 8, 0xffffffff, 4}, /* key */
        {4 * PAGE + 16 + 12, PAGE, 4},      /* value */
        {4 * PAGE + 16 + 16 + 12, 8, 4},    /* a bucket without a whole head */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bolt *bolt = NULL;
        struct pl_err err = {.code = PL_OK};
        struct seen seen = {"", 0};
        build();
        put(cases[i].at, cases[i].value, cases[i].bytes);
        if (open_file(&bolt, &err) < 0) {
            FAIL("case %zu: it is not opened", i);
            continue;
        }
        struct bolt_bucket root = bolt_root(bolt);
        int r = bolt_each(bolt, &root, note, &seen, &err);
        if (r != -PL_E_FORMAT && r != -PL_E_LIMIT)
            FAIL("case %zu: %d", i, r);
        bolt_close(bolt);
    }
}

static void refuses_other_files(void)
{
    struct bolt *bolt = NULL;
    struct pl_err err;
    memset(file, 0, sizeof(file));
    CHECK_INT(open_file(&bolt, &err), -PL_E_FORMAT);
    build();
    put(16 + 8, 1000, 4); /* a page's size that is no power of two, with the right checksum */
    put(16 + 56, fnv(file + 16, 56), 8);
    put(PAGE + 16, 0, 4);
    CHECK_INT(open_file(&bolt, &err), -PL_E_FORMAT);
    CHECK_INT(bolt_open("/nowhere/meta.db", &bolt, &err), -PL_E_NOT_FOUND);
    CHECK_INT(bolt_open("/tmp", &bolt, &err), -PL_E_FORMAT);
}

int main(void)
{
    RUN(finds);
    RUN(chooses_the_newer_meta);
    RUN(refuses_damage);
    RUN(refuses_other_files);
    return test_end();
}
