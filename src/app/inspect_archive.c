/* Archives inside of layers: what stands in them goes through the inspectors like files. */
#include <stdlib.h>

#include "app/inspection.h"
#include "base/limits.h"
#include "base/path.h"
#include "io/content_source.h"
#include "io/decoder.h"
#include "io/tar.h"
#include "io/zip.h"

enum { CHUNK = 256 * 1024 };

static const struct str zip_magic = {"PK\003\004", 4};

/* Zip archives are read from their ends, so that a program may stand before them: an interpreter's
 * line (Python's zipapp and pex), or the start script of an executable jar. */
static bool has_script_before(struct str head, const struct inspect_entry *entry)
{
    static const char *const endings[] = {".jar", ".war", ".ear", ".pyz", ".pex", ".par"};
    struct str name = entry->inner.len ? entry->inner : entry->path;
    if (!str_starts(head, STR("#!")))
        return false;
    size_t line = str_index(head, '\n');
    bool is = line != SIZE_MAX && str_starts(str_from(head, line + 1), zip_magic);
    for (size_t i = 0; i < ARRAY_LEN(endings) && !is; i++)
        is = str_ends(name, str_of(endings[i]));
    return is;
}

enum archive_kind archive_kind_of(struct str head, const struct inspect_entry *entry)
{
    if (entry->depth >= LIMIT_ARCHIVE_DEPTH || entry->sparse)
        return ARCHIVE_NONE;
    if (str_starts(head, zip_magic))
        return ARCHIVE_ZIP;
    if (has_script_before(head, entry))
        return ARCHIVE_BEHIND_SCRIPT;
    if (head.len >= COMPRESSION_HEAD && compression_detect(head) != COMPRESSION_NONE)
        return ARCHIVE_PACKED;
    return head.len >= TAR_BLOCK && tar_is_header((const unsigned char *)head.data) ? ARCHIVE_TAR
                                                                                    : ARCHIVE_NONE;
}

/* ---- bounds ---- */

struct opened {
    struct inspection *inspection;
    const struct inspected_file *file;
    uint64_t inflated; /* of this archive */
};

static bool take(uint64_t *budget, uint64_t amount)
{
    uint64_t left = __atomic_load_n(budget, __ATOMIC_RELAXED);
    while (left >= amount)
        if (__atomic_compare_exchange_n(budget, &left, left - amount, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

static int take_inflated(struct opened *opened, uint64_t len, struct pl_err *err)
{
    uint64_t packed = opened->file->gathered.size;
    opened->inflated += len;
    if (opened->inflated > LIMIT_ARCHIVE_FREE && opened->inflated / LIMIT_ARCHIVE_RATIO > packed)
        return err_limit(
            err, LIMIT_NAME(LIMIT_ARCHIVE_RATIO),
            "the archive grows to more than LIMIT_ARCHIVE_RATIO (%llu) times its size; "
            "the rest was not examined",
            LIMIT_ARCHIVE_RATIO);
    if (!take(&opened->inspection->budget->inflated, len))
        return err_limit(
            err, LIMIT_NAME(LIMIT_ARCHIVE_INFLATED),
            "archives in the image hold more than LIMIT_ARCHIVE_INFLATED (%llu bytes); "
            "the rest was not examined",
            LIMIT_ARCHIVE_INFLATED);
    return 0;
}

static int take_member(struct opened *opened, struct pl_err *err)
{
    if (take(&opened->inspection->budget->members, 1))
        return 0;
    return err_limit(err, LIMIT_NAME(LIMIT_ARCHIVE_MEMBERS),
                     "archives in the image have more files than LIMIT_ARCHIVE_MEMBERS (%llu); the "
                     "rest was not examined",
                     LIMIT_ARCHIVE_MEMBERS);
}

/* ---- members ---- */

/* The way to a member: names that lead out of the archive are shown without that. */
static struct str inner_path(const struct inspect_entry *outer, struct str name, struct buf *clean,
                             struct buf *ret)
{
    bool escapes;
    name = path_clean(str_first(name, LIMIT_PATH), clean, &escapes);
    ret->len = 0;
    buf_add(ret, outer->inner);
    buf_puts(ret, outer->inner.len ? "!/" : "");
    buf_add(ret, name);
    return buf_str(ret);
}

static struct inspect_entry member_entry(const struct inspect_entry *outer, struct str inner,
                                         uint64_t size)
{
    return (struct inspect_entry){
        .path = outer->path,
        .inner = inner,
        .type = ENTRY_FILE,
        .size = size,
        .mode = 0644,
        .depth = outer->depth + 1,
    };
}

/* `next` hands out the member's bytes. */
static int pass_member(struct opened *opened, const struct inspect_entry *entry,
                       int (*next)(void *context, struct str *ret_chunk, struct pl_err *err),
                       void *context, struct pl_err *err)
{
    struct inspected_file file;
    struct str chunk;
    if (!inspected_file_begin(opened->inspection, &file, entry))
        return 0;
    int r;
    while ((r = next(context, &chunk, err)) == 0 && chunk.len) {
        r = take_inflated(opened, chunk.len, err);
        if (r < 0)
            break;
        inspected_file_add(opened->inspection, &file, chunk);
    }
    inspected_file_end(opened->inspection, &file, NULL);
    return r;
}

static int next_of_zip(void *context, struct str *ret_chunk, struct pl_err *err)
{
    return zip_read(context, ret_chunk, err);
}

static int zip_members(struct opened *opened, struct zip *zip, struct pl_err *err)
{
    AUTO_BUF clean = {0}, inner = {0};
    struct zip_member member;
    struct pl_err problem;
    uint64_t unread = 0;
    int r;
    while ((r = zip_next(zip, &member, err)) > 0) {
        if (member.is_folder)
            continue;
        r = take_member(opened, err);
        if (r < 0)
            return r;
        struct inspect_entry entry = member_entry(
            &opened->file->entry, inner_path(&opened->file->entry, member.name, &clean, &inner),
            member.size);
        r = zip_start(zip, &member, &problem);
        if (r == 0)
            r = pass_member(opened, &entry, next_of_zip, zip, &problem);
        if (r < 0 && problem.limit) {
            *err = problem;
            return r;
        }
        if (r < 0 && unread++ == 0)
            *err = problem;
    }
    if (r == 0 && unread)
        return err_prefix(err, "%llu of its files cannot be read, the first because",
                          (unsigned long long)unread);
    return r;
}

static int open_zip(struct opened *opened, struct pl_err *err)
{
    CLEANUP(zip_closep) struct zip *zip = NULL;
    int r = zip_open_content(&opened->file->gathered, &zip, err);
    return r < 0 ? r : zip_members(opened, zip, err);
}

static int next_of_tar(void *context, struct str *ret_chunk, struct pl_err *err)
{
    return tar_content(context, ret_chunk, err);
}

static int tar_members(struct opened *opened, struct tar *tar, struct pl_err *err)
{
    AUTO_BUF clean = {0}, inner = {0};
    int r;
    while ((r = tar_next(tar, err)) > 0) {
        if (tar->entry.type != TAR_FILE)
            continue;
        struct inspect_entry entry = member_entry(
            &opened->file->entry, inner_path(&opened->file->entry, tar->entry.path, &clean, &inner),
            tar->entry.size);
        entry.sparse = tar->entry.sparse;
        r = take_member(opened, err);
        if (r == 0)
            r = pass_member(opened, &entry, next_of_tar, tar, err);
        if (r < 0)
            return r;
    }
    return r;
}

static int open_tar(struct opened *opened, const struct content *content, struct pl_err *err)
{
    struct content_source source;
    struct tar tar;
    content_source_init(&source, content);
    tar_init(&tar, &source.source);
    int r = tar_members(opened, &tar, err);
    tar_free(&tar);
    content_source_free(&source);
    return r;
}

/* ---- one stream ---- */

struct packed {
    const struct content *content;
    uint64_t at;
    char *buffer;
    struct decoder *decoder;
    char *unpacked;
    struct str first; /* what was unpacked to see what it is */
};

static int next_packed(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct packed *packed = context;
    const unsigned char *bytes;
    uint64_t left = packed->content->size - packed->at;
    size_t len = left < CHUNK ? (size_t)left : CHUNK;
    *ret_bytes = STR_NONE;
    if (len == 0)
        return 0;
    int r = content_read(packed->content, packed->at, len, packed->buffer, &bytes, err);
    if (r < 0)
        return r;
    packed->at += len;
    *ret_bytes = str_make((const char *)bytes, len);
    return 0;
}

static int next_unpacked(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct packed *packed = context;
    size_t len;
    *ret_chunk = packed->first;
    packed->first = STR_NONE;
    if (ret_chunk->len)
        return 0;
    int r = decoder_read(packed->decoder, packed->unpacked, CHUNK, &len, err);
    if (r == 0)
        *ret_chunk = str_make(packed->unpacked, len);
    return r;
}

/* A tar is wanted in any order, so that it is unpacked first. */
static int open_packed_tar(struct opened *opened, struct packed *packed, struct pl_err *err)
{
    AUTO_CONTENT content = {.fd = -1};
    struct str chunk;
    int r;
    while ((r = next_unpacked(packed, &chunk, err)) == 0 && chunk.len) {
        r = take_inflated(opened, chunk.len, err);
        if (r == 0 && content.size + chunk.len > LIMIT_ARCHIVE_UNPACKED)
            r = err_limit(
                err, LIMIT_NAME(LIMIT_ARCHIVE_UNPACKED),
                "the archive is larger than LIMIT_ARCHIVE_UNPACKED (%llu bytes) when it is "
                "unpacked; it was not examined",
                LIMIT_ARCHIVE_UNPACKED);
        if (r == 0)
            r = content_add(&content, chunk, err);
        if (r < 0)
            return r;
    }
    content_seal(&content);
    return r < 0 ? r : open_tar(opened, &content, err);
}

static int unpack(struct opened *opened, struct packed *packed, struct pl_err *err)
{
    const struct inspect_entry *outer = &opened->file->entry;
    int r = next_unpacked(packed, &packed->first, err);
    if (r < 0)
        return r;
    if (packed->first.len >= TAR_BLOCK && tar_is_header((const unsigned char *)packed->first.data))
        return open_packed_tar(opened, packed, err);
    struct inspect_entry entry = *outer;
    entry.depth++;
    entry.size = 0;
    r = take_member(opened, err);
    return r < 0 ? r : pass_member(opened, &entry, next_unpacked, packed, err);
}

static int open_packed(struct opened *opened, struct pl_err *err)
{
    const struct content *content = &opened->file->gathered;
    unsigned char head[COMPRESSION_HEAD];
    const unsigned char *bytes;
    int r = content_read(content, 0, sizeof(head), head, &bytes, err);
    if (r < 0)
        return r;
    struct packed packed = {.content = content};
    enum compression compression = compression_detect(str_make((const char *)bytes, sizeof(head)));
    packed.buffer = mem_alloc(CHUNK);
    packed.unpacked = mem_alloc(CHUNK);
    r = decoder_new(compression, (struct decoder_input){&packed, next_packed}, &packed.decoder,
                    err);
    if (r == 0) {
        r = unpack(opened, &packed, err);
        decoder_free(packed.decoder);
    }
    free(packed.buffer);
    free(packed.unpacked);
    return r;
}

int inspect_members(struct inspection *inspection, const struct inspected_file *file,
                    struct pl_err *err)
{
    struct opened opened = {inspection, file, 0};
    switch (file->kind) {
    case ARCHIVE_ZIP:
    case ARCHIVE_BEHIND_SCRIPT:
        return open_zip(&opened, err);
    case ARCHIVE_TAR:
        return open_tar(&opened, &file->gathered, err);
    case ARCHIVE_PACKED:
        return open_packed(&opened, err);
    case ARCHIVE_NONE:
        break;
    }
    return 0;
}
