#include "image/toc.h"

#include <stdlib.h>

#include "base/limits.h"
#include "io/json_cutter.h"
#include "io/json_doc.h"

struct parsing {
    struct toc *toc;
    uint64_t files_end;
    uint64_t at;  /* bytes of the current file that its chunks so far have */
    bool in_file; /* the last entry that was no chunk is a file with bytes */
};

/* Says which entry an error is about. */
static int in_entry(const struct parsing *parsing, struct pl_err *err)
{
    return err_prefix(err, "entry %zu of the table of contents", parsing->toc->entries.count);
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 bytes in the arena; NULL when the text is no digest that can be computed here. */
static const unsigned char *digest_bytes(struct arena *arena, struct str text)
{
    if (!digest_is_valid(text))
        return NULL;
    unsigned char *bytes = arena_alloc(arena, SHA256_BYTES);
    const char *hex = text.data + text.len - SHA256_HEX;
    for (size_t i = 0; i < SHA256_BYTES; i++)
        bytes[i] = (unsigned char)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
    return bytes;
}

static bool type_of(struct str text, enum tar_type *ret_type)
{
    static const struct {
        const char *text;
        enum tar_type type;
    } types[] = {
        {"reg", TAR_FILE},          {"dir", TAR_DIR},    {"symlink", TAR_SYMLINK},
        {"hardlink", TAR_HARDLINK}, {"char", TAR_OTHER}, {"block", TAR_OTHER},
        {"fifo", TAR_OTHER},
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(text, types[i].text)) {
            *ret_type = types[i].type;
            return true;
        }
    return false;
}

/* Numbers that are left out are 0. */
static bool number_of(const json_t *object, const char *key, uint64_t *ret_number)
{
    const json_t *value = json_object_get(object, key);
    *ret_number = value ? json_count(object, key, UINT64_MAX) : 0;
    return *ret_number != UINT64_MAX;
}

/* The last chunk need not tell its size: it is the rest. */
static int add_chunk(struct parsing *parsing, const json_t *object, struct pl_err *err)
{
    struct toc *toc = parsing->toc;
    struct toc_entry *entry = &toc->entries.items[toc->entries.count - 1];
    struct toc_chunk chunk = {
        .digest = digest_bytes(&toc->arena, json_text(object, "chunkDigest")),
    };
    uint64_t at;
    if (!number_of(object, "offset", &chunk.offset) ||
        !number_of(object, "endOffset", &chunk.end) ||
        !number_of(object, "innerOffset", &chunk.inner) ||
        !number_of(object, "chunkSize", &chunk.size) || !number_of(object, "chunkOffset", &at))
        return err_set(err, PL_E_FORMAT, "a number is none");
    if (chunk.offset >= parsing->files_end || chunk.end > parsing->files_end ||
        (chunk.end && chunk.end <= chunk.offset))
        return err_set(err, PL_E_FORMAT, "its place is outside of the layer");
    if (chunk.inner > LIMIT_TOC_INNER)
        return err_set(err, PL_E_FORMAT, "too many bytes of others stand before it");
    if (at != parsing->at)
        return err_set(err, PL_E_FORMAT, "the parts of the file do not follow one another");
    if (chunk.size == 0)
        chunk.size = entry->size - parsing->at;
    if (chunk.size > entry->size - parsing->at)
        return err_set(err, PL_E_FORMAT, "the parts of the file are larger than the file");
    if (chunk.size == 0)
        return err_set(err, PL_E_FORMAT, "a part of the file is empty");
    if (!chunk.digest && !entry->digest)
        return err_set(err, PL_E_FORMAT, "it has no digest");
    parsing->at += chunk.size;
    *VEC_ADD(&toc->chunks) = chunk;
    entry->chunk_count++;
    return 0;
}

static int end_file(struct parsing *parsing, struct pl_err *err)
{
    const struct toc *toc = parsing->toc;
    if (parsing->in_file && parsing->at != toc->entries.items[toc->entries.count - 1].size)
        return err_set(err, PL_E_FORMAT, "the parts of the file are smaller than the file");
    parsing->in_file = false;
    return 0;
}

static int add_entry(struct parsing *parsing, const json_t *object, struct pl_err *err)
{
    struct toc *toc = parsing->toc;
    struct toc_entry entry = {.first_chunk = (uint32_t)toc->chunks.count};
    uint64_t mode;
    int r = end_file(parsing, err);
    if (r < 0)
        return r;
    if (toc->entries.count >= LIMIT_ENTRIES)
        return err_limit(err, LIMIT_NAME(LIMIT_ENTRIES),
                         "the layers have more entries than LIMIT_ENTRIES (%llu)", LIMIT_ENTRIES);
    bool known = type_of(json_text(object, "type"), &entry.type);
    bool right = number_of(object, "size", &entry.size) && number_of(object, "mode", &mode);
    entry.mode = right ? (uint32_t)mode : 0;
    entry.name = arena_str(&toc->arena, json_text(object, "name"));
    entry.link = arena_str(&toc->arena, json_text(object, "linkName"));
    if (entry.type != TAR_FILE)
        entry.size = 0;
    else
        entry.digest = digest_bytes(&toc->arena, json_text(object, "digest"));
    *VEC_ADD(&toc->entries) = entry;
    if (!known)
        return err_set(err, PL_E_FORMAT, "it is of an unknown type");
    if (!right)
        return err_set(err, PL_E_FORMAT, "a number is none");
    parsing->at = 0;
    parsing->in_file = entry.size > 0;
    return parsing->in_file ? add_chunk(parsing, object, err) : 0;
}

/* A further part of the file before it. */
static int add_part(struct parsing *parsing, const json_t *object, struct pl_err *err)
{
    const struct toc *toc = parsing->toc;
    if (!parsing->in_file ||
        !str_equal(json_text(object, "name"), toc->entries.items[toc->entries.count - 1].name))
        return err_set(err, PL_E_FORMAT, "a part of another file stands behind it");
    return add_chunk(parsing, object, err);
}

static int take_entry(void *context, const struct str *names, struct str text, struct pl_err *err)
{
    struct parsing *parsing = context;
    AUTO_JSON *object = NULL;
    (void)names;
    int r = json_document(text, &object, err);
    if (r == 0)
        r = str_equal(json_text(object, "type"), STR("chunk")) ? add_part(parsing, object, err)
                                                               : add_entry(parsing, object, err);
    return r < 0 ? in_entry(parsing, err) : 0;
}

static int take_scalar(void *context, struct str name, struct str text, struct pl_err *err)
{
    (void)context;
    if (str_equal(name, STR("version")) && !str_is(text, "1"))
        return err_set(err, PL_E_UNSUPPORTED,
                       "the table of contents is of version %.*s, which is not known",
                       STR_ARG(str_first(text, 20)));
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Where the next chunk begins, the one before it has ended. */
static void find_ends(struct toc *toc, uint64_t files_end)
{
    size_t count = toc->chunks.count;
    AUTO_FREE uint64_t *offsets = mem_zalloc(count + 1, sizeof(*offsets));
    for (size_t i = 0; i < count; i++)
        offsets[i] = toc->chunks.items[i].offset;
    qsort(offsets, count, sizeof(*offsets), by_number);
    for (size_t i = 0; i < count; i++) {
        struct toc_chunk *chunk = &toc->chunks.items[i];
        size_t low = 0, high = count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (offsets[middle] > chunk->offset)
                high = middle;
            else
                low = middle + 1;
        }
        uint64_t next = low < count ? offsets[low] : files_end;
        bool alone = chunk->end && chunk->end < next;
        chunk->end = alone ? chunk->end : next;
    }
}

int toc_parse(struct str json, uint64_t files_end, struct toc **ret_toc, struct pl_err *err)
{
    static const char *const path[] = {"entries", JSON_ANY_ELEMENT, NULL};
    struct parsing parsing = {
        .toc = mem_zalloc(1, sizeof(*parsing.toc)),
        .files_end = files_end,
    };
    struct json_cutter cutter = {
        .path = path,
        .entry = take_entry,
        .scalar = take_scalar,
        .context = &parsing,
        .text = json,
    };
    int r = json_cut(&cutter, err);
    if (r == 0)
        r = end_file(&parsing, err);
    if (r == 0 && parsing.toc->entries.count == 0)
        r = err_set(err, PL_E_FORMAT, "the table of contents has no entries");
    if (r < 0) {
        toc_free(parsing.toc);
        return r;
    }
    find_ends(parsing.toc, files_end);
    *ret_toc = parsing.toc;
    return 0;
}

void toc_free(struct toc *toc)
{
    if (!toc)
        return;
    VEC_FREE(&toc->entries);
    VEC_FREE(&toc->chunks);
    arena_free(&toc->arena);
    free(toc);
}
