#include "runtime/bolt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/source.h"

enum {
    PAGE_HEAD = 16, /* id 8, flags 2, count 2, overflow 4 */
    ELEMENT = 16,   /* leaf: flags 4, pos 4, key 4, value 4; branch: pos 4, key 4, page 8 */
    META_BYTES = 64,
    META_CHECKED = 56, /* the checksum stands behind them */
    BUCKET_HEAD = 16,  /* root 8, sequence 8 */
    FLAG_BRANCH = 1,
    FLAG_LEAF = 2,
    ELEMENT_IS_BUCKET = 1,
    DEEPEST = 32,
};

#define BOLT_MAGIC 0xED0CDAEDU
#define BOLT_VERSION 2U

struct meta {
    uint64_t root, pages, transaction;
    uint32_t page_size;
};

struct bolt {
    int fd;
    uint64_t size; /* of the file when it was opened */
    struct meta meta;
    struct arena arena;  /* of pages */
    uint64_t bytes_left; /* of LIMIT_BOLT_BYTES */
};

/* The file is of a little-endian machine, as nearly all are: bbolt writes its own machine's order.
 */
static uint32_t get32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t get64(const char *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static uint16_t get16(const char *at)
{
    return (uint16_t)(get32(at) & 0xffff);
}

static int damaged(const char *what, struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT, "the database is damaged (%s)", what);
}

/* ---- meta pages ---- */

/* FNV-1a, 64 bits. */
static uint64_t checksum(const char *bytes, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3ULL;
    return hash;
}

static bool read_meta(int fd, uint64_t at, struct meta *ret)
{
    char bytes[PAGE_HEAD + META_BYTES];
    struct pl_err ignored;
    if (file_read_at(fd, bytes, sizeof(bytes), at, &ignored) < 0)
        return false;
    const char *meta = bytes + PAGE_HEAD;
    if (get32(meta) != BOLT_MAGIC || get32(meta + 4) != BOLT_VERSION ||
        get64(meta + META_CHECKED) != checksum(meta, META_CHECKED))
        return false;
    *ret = (struct meta){.page_size = get32(meta + 8),
                         .root = get64(meta + 16),
                         .pages = get64(meta + 40),
                         .transaction = get64(meta + 48)};
    return ret->page_size >= 512 && ret->page_size <= 1 << 20 &&
           (ret->page_size & (ret->page_size - 1)) == 0;
}

/* Of the two the newer one that is whole: the other is being written, or was last time. */
static bool choose_meta(int fd, struct meta *ret)
{
    struct meta first, second;
    bool found = read_meta(fd, 0, &first);
    if (found)
        *ret = first;
    for (uint64_t size = found ? first.page_size : 512; size <= 1 << 20; size *= 2) {
        bool good = read_meta(fd, size, &second) && second.page_size == size;
        if (good && (!found || second.transaction > ret->transaction)) {
            *ret = second;
            found = true;
        }
        if (good || (found && size == ret->page_size))
            break;
    }
    return found;
}

int bolt_open(const char *path, struct bolt **ret_bolt, struct pl_err *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_errno(err, errno, "cannot open %s", path);
    struct bolt *bolt = mem_zalloc(1, sizeof(*bolt));
    bolt->fd = fd;
    bolt->bytes_left = LIMIT_BOLT_BYTES;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || !choose_meta(fd, &bolt->meta)) {
        bolt_close(bolt);
        return err_set(err, PL_E_FORMAT, "%s is no database of bbolt", path);
    }
    bolt->size = (uint64_t)status.st_size;
    *ret_bolt = bolt;
    return 0;
}

void bolt_close(struct bolt *bolt)
{
    close(bolt->fd);
    arena_free(&bolt->arena);
    free(bolt);
}

bool bolt_changed(const struct bolt *bolt)
{
    struct meta now;
    return !choose_meta(bolt->fd, &now) || now.transaction != bolt->meta.transaction;
}

/* ---- pages ---- */

static int read_bytes(struct bolt *bolt, uint64_t at, uint64_t len, struct str *ret,
                      struct pl_err *err)
{
    if (at > bolt->size || len > bolt->size - at)
        return damaged("a page is behind the end of the file", err);
    if (len > bolt->bytes_left)
        return err_limit(err, LIMIT_NAME(LIMIT_BOLT_BYTES),
                         "more than LIMIT_BOLT_BYTES (%llu) would have to be read of the database",
                         LIMIT_BOLT_BYTES);
    bolt->bytes_left -= len;
    char *bytes = arena_alloc(&bolt->arena, (size_t)len);
    *ret = str_make(bytes, (size_t)len);
    return file_read_at(bolt->fd, bytes, (size_t)len, at, err);
}

static int load_page(struct bolt *bolt, uint64_t id, struct str *ret_page, struct pl_err *err)
{
    uint64_t size = bolt->meta.page_size;
    char head[PAGE_HEAD];
    if (id < 2 || id >= bolt->meta.pages || id > UINT64_MAX / size / 2)
        return damaged("the number of a page", err);
    if (id * size > bolt->size || PAGE_HEAD > bolt->size - id * size)
        return damaged("a page is behind the end of the file", err);
    int r = file_read_at(bolt->fd, head, sizeof(head), id * size, err);
    if (r < 0)
        return r;
    uint64_t overflow = get32(head + 12);
    if (get64(head) != id || overflow >= bolt->meta.pages - id)
        return damaged("the head of a page", err);
    return read_bytes(bolt, id * size, (overflow + 1) * size, ret_page, err);
}

/* One element of a page, within its bytes. */
struct element {
    struct str key, value;
    uint64_t page; /* of a branch */
    bool is_bucket;
};

static size_t page_count(struct str page)
{
    return get16(page.data + 10);
}

static bool is_branch(struct str page)
{
    return (get16(page.data + 8) & FLAG_BRANCH) != 0;
}

static int check_page(struct str page, struct pl_err *err)
{
    if (page.len < PAGE_HEAD)
        return damaged("a page without a head", err);
    unsigned flags = get16(page.data + 8);
    if (flags != FLAG_BRANCH && flags != FLAG_LEAF)
        return damaged("the kind of a page", err);
    if (page_count(page) > (page.len - PAGE_HEAD) / ELEMENT)
        return damaged("the number of elements of a page", err);
    return 0;
}

static int get_element(struct str page, size_t index, struct element *ret, struct pl_err *err)
{
    uint64_t at = PAGE_HEAD + ELEMENT * (uint64_t)index;
    const char *bytes = page.data + at;
    bool branch = is_branch(page);
    uint64_t position = at + get32(branch ? bytes : bytes + 4);
    uint64_t key = get32(branch ? bytes + 4 : bytes + 8), value = branch ? 0 : get32(bytes + 12);
    if (position > page.len || key > page.len - position || value > page.len - position - key)
        return damaged("an element is outside of its page", err);
    *ret = (struct element){
        .key = str_make(page.data + position, key),
        .value = str_make(page.data + position + key, value),
        .page = branch ? get64(bytes + 8) : 0,
        .is_bucket = !branch && (get32(bytes) & ELEMENT_IS_BUCKET),
    };
    return 0;
}

static int bucket_of(const struct element *element, struct bolt_bucket *ret, struct pl_err *err)
{
    if (element->value.len < BUCKET_HEAD)
        return damaged("a bucket without a head", err);
    ret->root = get64(element->value.data);
    ret->inline_page = ret->root ? STR_NONE : str_from(element->value, BUCKET_HEAD);
    return 0;
}

/* The uppermost page of a bucket. */
static int bucket_page(struct bolt *bolt, const struct bolt_bucket *bucket, struct str *ret_page,
                       struct pl_err *err)
{
    *ret_page = bucket->inline_page;
    int r = bucket->root ? load_page(bolt, bucket->root, ret_page, err) : 0;
    if (r == 0)
        r = check_page(*ret_page, err);
    if (r == 0 && !bucket->root && is_branch(*ret_page))
        r = damaged("a branch inside of a value", err);
    return r;
}

struct bolt_bucket bolt_root(const struct bolt *bolt)
{
    return (struct bolt_bucket){bolt->meta.root, STR_NONE};
}

/* ---- one key ---- */

/* The last element whose key is not behind `key`; SIZE_MAX: none. */
static int search_page(struct str page, struct str key, size_t *ret_index, struct pl_err *err)
{
    size_t low = 0, high = page_count(page);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct element element = {0};
        int r = get_element(page, middle, &element, err);
        if (r < 0)
            return r;
        if (str_compare(element.key, key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_index = low ? low - 1 : SIZE_MAX;
    return 0;
}

static int find(struct bolt *bolt, const struct bolt_bucket *in, struct str key,
                struct element *ret, struct pl_err *err)
{
    struct str page;
    size_t index;
    int r = bucket_page(bolt, in, &page, err);
    for (int depth = 0; r == 0; depth++) {
        r = search_page(page, key, &index, err);
        if (r < 0)
            return r;
        if (index == SIZE_MAX)
            break;
        r = get_element(page, index, ret, err);
        if (r < 0)
            return r;
        if (!is_branch(page)) {
            if (!str_equal(ret->key, key))
                break;
            return 0;
        }
        if (depth == DEEPEST)
            return damaged("pages inside of pages without end", err);
        r = load_page(bolt, ret->page, &page, err);
        if (r == 0)
            r = check_page(page, err);
    }
    return r < 0 ? r
                 : err_set(err, PL_E_NOT_FOUND, "the database has no \"%.*s\"",
                           STR_ARG(str_first(key, 300)));
}

int bolt_find_bucket(struct bolt *bolt, const struct bolt_bucket *in, struct str key,
                     struct bolt_bucket *ret_bucket, struct pl_err *err)
{
    struct element element = {0};
    int r = find(bolt, in, key, &element, err);
    if (r == 0 && !element.is_bucket)
        r = damaged("a value in the place of a bucket", err);
    return r < 0 ? r : bucket_of(&element, ret_bucket, err);
}

int bolt_find_value(struct bolt *bolt, const struct bolt_bucket *in, struct str key,
                    struct str *ret_value, struct pl_err *err)
{
    struct element element = {0};
    int r = find(bolt, in, key, &element, err);
    if (r == 0 && element.is_bucket)
        r = damaged("a bucket in the place of a value", err);
    if (r == 0)
        *ret_value = element.value;
    return r;
}

/* ---- all keys ---- */

struct walk {
    struct bolt *bolt;
    bolt_visit *visit;
    void *context;
    struct pl_err *err;
};

static int visit_element(const struct walk *walk, const struct element *element)
{
    struct bolt_bucket bucket;
    if (!element->is_bucket)
        return walk->visit(walk->context, element->key, element->value, NULL);
    int r = bucket_of(element, &bucket, walk->err);
    return r < 0 ? r : walk->visit(walk->context, element->key, STR_NONE, &bucket);
}

static int visit_page(const struct walk *walk, struct str page, int depth)
{
    int r = check_page(page, walk->err);
    for (size_t i = 0; r == 0 && i < page_count(page); i++) {
        struct element element = {0};
        struct str below;
        r = get_element(page, i, &element, walk->err);
        if (r < 0)
            return r;
        if (!is_branch(page)) {
            r = visit_element(walk, &element);
            continue;
        }
        if (depth == DEEPEST)
            return damaged("pages inside of pages without end", walk->err);
        r = load_page(walk->bolt, element.page, &below, walk->err);
        if (r == 0)
            r = visit_page(walk, below, depth + 1);
    }
    return r;
}

int bolt_each(struct bolt *bolt, const struct bolt_bucket *in, bolt_visit *visit, void *context,
              struct pl_err *err)
{
    struct walk walk = {bolt, visit, context, err};
    struct str page;
    int r = bucket_page(bolt, in, &page, err);
    return r < 0 ? r : visit_page(&walk, page, 0);
}
