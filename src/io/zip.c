#include "io/zip.h"

#include <errno.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "io/source.h"

enum {
    END_SIZE = 22, /* end of central directory record */
    END_COMMENT_MAX = 65535,
    END_COMMENT_FEW = 1000,
    END64_LOCATOR_SIZE = 20,
    END64_SIZE = 56,
    ENTRY_SIZE = 46, /* central directory entry */
    LOCAL_SIZE = 30,
    METHOD_STORED = 0,
    METHOD_DEFLATED = 8,
    FLAG_ENCRYPTED = 1,
    WINDOW = 256 * 1024,
    WINDOW_FIRST = 8 * 1024, /* where reading begins somewhere else */
    OUTPUT = 256 * 1024
};
static const uint32_t end_magic = 0x06054b50, end64_magic = 0x06064b50,
                      end64_locator_magic = 0x07064b50, entry_magic = 0x02014b50,
                      local_magic = 0x04034b50;

struct zip {
    struct content content; /* the caller's bytes */
    uint64_t file_size;
    uint64_t shift; /* of all offsets: bytes before the archive */
    unsigned char *directory;
    uint64_t directory_at, directory_size, directory_next;
    uint64_t entries, entries_read;
    uint64_t claimed; /* bytes of the file that members so far claim: more than there are overlap */
    uint64_t inflated; /* of all members so far */

    /* The file's bytes from window_at on. Members mostly follow one another. */
    unsigned char *window;
    uint64_t window_at;
    size_t window_len;

    struct zip_member member; /* being read */
    uint64_t data_at, data_left, out;
    uint32_t crc;
    bool ended;
    struct inflate_state inflate;
    unsigned char output[OUTPUT];
};

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const unsigned char *at)
{
    return (uint64_t)get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* Up to `len` bytes of the file at `offset`, at least one; NULL with err set. */
static const unsigned char *window_at(struct zip *zip, uint64_t offset, size_t len, size_t *ret_len,
                                      struct pl_err *err)
{
    if (zip->content.bytes) {
        if (offset >= zip->file_size) {
            err_set(err, PL_E_FORMAT, "the zip archive is cut off");
            return NULL;
        }
        *ret_len = len < zip->file_size - offset ? len : (size_t)(zip->file_size - offset);
        return (const unsigned char *)zip->content.bytes + offset;
    }
    bool inside = offset >= zip->window_at && offset < zip->window_at + zip->window_len;
    if (!inside || (zip->window_at + zip->window_len - offset < len &&
                    zip->window_at + zip->window_len < zip->file_size)) {
        /* A lone member is often all that is wanted of an archive. */
        bool follows = zip->window_len && offset >= zip->window_at &&
                       offset <= zip->window_at + zip->window_len;
        size_t want = follows || len > WINDOW_FIRST ? WINDOW : WINDOW_FIRST;
        if (offset >= zip->file_size)
            want = 0;
        else if (zip->file_size - offset < want)
            want = (size_t)(zip->file_size - offset);
        ssize_t got;
        do
            got = pread(zip->content.fd, zip->window, want, (off_t)(zip->content.offset + offset));
        while (got < 0 && errno == EINTR);
        if (got < 0) {
            err_errno(err, errno, "the archive can't be read");
            return NULL;
        }
        zip->window_at = offset;
        zip->window_len = (size_t)got;
    }
    size_t there = (size_t)(zip->window_at + zip->window_len - offset);
    if (!there) {
        err_set(err, PL_E_FORMAT, "the zip archive is cut off");
        return NULL;
    }
    *ret_len = there < len ? there : len;
    return zip->window + (offset - zip->window_at);
}

static const unsigned char *window_exactly(struct zip *zip, uint64_t offset, size_t len,
                                           struct pl_err *err)
{
    size_t got = 0;
    const unsigned char *bytes = window_at(zip, offset, len, &got, err);
    if (bytes && got < len) {
        err_set(err, PL_E_FORMAT, "the zip archive is cut off");
        return NULL;
    }
    return bytes;
}

static int no_directory(struct pl_err *err)
{
    return err_set(err, PL_E_FORMAT, "the zip archive has no directory at its end: it is cut off");
}

/* The zip64 record, where a field of the plain one is too small. */
static int read_end64(struct zip *zip, uint64_t end_at, uint64_t *ret_end, struct pl_err *err)
{
    if (end_at < END64_LOCATOR_SIZE)
        return no_directory(err);
    const unsigned char *at =
        window_exactly(zip, end_at - END64_LOCATOR_SIZE, END64_LOCATOR_SIZE, err);
    if (!at)
        return -PL_E_FORMAT;
    if (get32(at) != end64_locator_magic)
        return no_directory(err);
    uint64_t end64_at = get64(at + 8);
    if (end64_at > zip->file_size || zip->file_size - end64_at < END64_SIZE)
        return no_directory(err);
    at = window_exactly(zip, end64_at, END64_SIZE, err);
    if (!at)
        return -PL_E_FORMAT;
    if (get32(at) != end64_magic)
        return no_directory(err);
    zip->entries = get64(at + 32);
    zip->directory_size = get64(at + 40);
    zip->directory_at = get64(at + 48);
    *ret_end = end64_at;
    return 0;
}

/* Looks for the record in the last `tail` bytes; 0: it is not there. */
static int find_end_in(struct zip *zip, uint64_t tail, uint64_t *ret_end, struct pl_err *err)
{
    if (tail > zip->file_size)
        tail = zip->file_size;
    if (tail < END_SIZE)
        return no_directory(err);
    const unsigned char *bytes = window_exactly(zip, zip->file_size - tail, tail, err);
    if (!bytes)
        return -PL_E_FORMAT;
    for (uint64_t i = tail - END_SIZE + 1; i-- > 0;) {
        const unsigned char *at = bytes + i;
        if (get32(at) != end_magic || i + END_SIZE + get16(at + 20) != tail)
            continue;
        uint64_t end_at = zip->file_size - tail + i;
        *ret_end = end_at;
        zip->entries = get16(at + 10);
        zip->directory_size = get32(at + 12);
        zip->directory_at = get32(at + 16);
        if (zip->entries == UINT16_MAX || zip->directory_size == UINT32_MAX ||
            zip->directory_at == UINT32_MAX) {
            int r = read_end64(zip, end_at, ret_end, err);
            return r < 0 ? r : 1;
        }
        return 1;
    }
    return 0;
}

/* The record stands before a comment whose length it tells; the last that fits is it. Most have no
 * comment, or a short one. */
static int find_end(struct zip *zip, uint64_t *ret_end, struct pl_err *err)
{
    int r = find_end_in(zip, END_SIZE + END_COMMENT_FEW, ret_end, err);
    if (r == 0)
        r = find_end_in(zip, END_SIZE + END_COMMENT_MAX, ret_end, err);
    return r > 0 ? 0 : r < 0 ? r : no_directory(err);
}

/* Offsets that were written before something was put in front of the archive. */
static void find_shift(struct zip *zip, uint64_t end_at)
{
    struct pl_err ignored;
    const unsigned char *at;
    if (zip->entries == 0 || zip->directory_size > end_at ||
        zip->directory_at >= end_at - zip->directory_size)
        return;
    at = window_exactly(zip, end_at - zip->directory_size, 4, &ignored);
    if (!at || get32(at) != entry_magic)
        return;
    zip->shift = end_at - zip->directory_size - zip->directory_at;
    zip->directory_at += zip->shift;
}

static int read_directory(struct zip *zip, struct pl_err *err)
{
    uint64_t end_at = 0;
    int r = find_end(zip, &end_at, err);
    if (r < 0)
        return r;
    find_shift(zip, end_at);
    if (zip->directory_at > zip->file_size ||
        zip->directory_size > zip->file_size - zip->directory_at)
        return no_directory(err);
    if (zip->directory_size > LIMIT_ZIP_DIRECTORY)
        return err_limit(err, LIMIT_NAME(LIMIT_ZIP_DIRECTORY),
                         "the zip archive's directory has %llu bytes, %llu are allowed",
                         (unsigned long long)zip->directory_size, LIMIT_ZIP_DIRECTORY);
    const unsigned char *bytes;
    zip->directory = mem_alloc(zip->directory_size);
    r = content_read(&zip->content, zip->directory_at, zip->directory_size, zip->directory, &bytes,
                     err);
    if (r == 0 && bytes != zip->directory && zip->directory_size)
        memcpy(zip->directory, bytes, zip->directory_size);
    return r;
}

int zip_open_content(const struct content *content, struct zip **ret_zip, struct pl_err *err)
{
    struct zip *zip = mem_zalloc(1, sizeof(*zip));
    zip->content = *content;
    zip->file_size = content->size;
    zip->window = content->bytes ? NULL : mem_alloc(WINDOW);
    zip->ended = true;
    int r = read_directory(zip, err);
    if (r < 0) {
        zip_close(zip);
        return r;
    }
    *ret_zip = zip;
    return 0;
}

int zip_open(int fd, struct zip **ret_zip, struct pl_err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(err, errno, "the archive can't be read");
    struct content content = content_of_file(fd, 0, (uint64_t)st.st_size);
    return zip_open_content(&content, ret_zip, err);
}

void zip_close(struct zip *zip)
{
    free(zip->directory);
    free(zip->window);
    free(zip);
}

/* Fields that are all ones stand in the zip64 extra field, in this order. */
static bool read_extra64(struct zip_member *member, const unsigned char *extra, size_t len)
{
    while (len >= 4) {
        size_t size = get16(extra + 2);
        if (size > len - 4)
            return false;
        if (get16(extra) == 1) {
            uint64_t *fields[] = {&member->size, &member->compressed, &member->header_at};
            const unsigned char *at = extra + 4;
            for (size_t i = 0; i < 3; i++) {
                if (*fields[i] != UINT32_MAX)
                    continue;
                if (size < 8)
                    return false;
                *fields[i] = get64(at);
                at += 8;
                size -= 8;
            }
            return true;
        }
        extra += 4 + size;
        len -= 4 + size;
    }
    return true;
}

int zip_next(struct zip *zip, struct zip_member *ret_member, struct pl_err *err)
{
    if (zip->entries_read == zip->entries)
        return 0;
    const unsigned char *at = zip->directory + zip->directory_next;
    uint64_t left = zip->directory_size - zip->directory_next;
    if (left < ENTRY_SIZE || get32(at) != entry_magic)
        return err_set(err, PL_E_FORMAT, "the zip archive's directory is damaged at its entry %llu",
                       (unsigned long long)zip->entries_read + 1);
    size_t name = get16(at + 28), extra = get16(at + 30), comment = get16(at + 32);
    if (left < ENTRY_SIZE + name + extra + comment)
        return err_set(err, PL_E_FORMAT, "the zip archive's directory is damaged at its entry %llu",
                       (unsigned long long)zip->entries_read + 1);
    struct zip_member member = {.name = str_make((const char *)at + ENTRY_SIZE, name),
                                .flags = get16(at + 8),
                                .method = get16(at + 10),
                                .crc = get32(at + 16),
                                .compressed = get32(at + 20),
                                .size = get32(at + 24),
                                .header_at = get32(at + 42)};
    member.is_folder = str_ends(member.name, STR("/"));
    zip->directory_next += ENTRY_SIZE + name + extra + comment;
    zip->entries_read++;
    if (!read_extra64(&member, at + ENTRY_SIZE + name, extra) ||
        member.header_at > zip->file_size - zip->shift || member.compressed > zip->file_size)
        return err_set(err, PL_E_FORMAT, "the zip archive's directory is damaged at its entry %llu",
                       (unsigned long long)zip->entries_read);
    member.header_at += zip->shift;
    /* Members that lie over one another make small archives large without end. */
    zip->claimed += LOCAL_SIZE + member.compressed;
    if (zip->claimed > zip->file_size)
        return err_set(err, PL_E_FORMAT, "members of the zip archive overlap");
    *ret_member = member;
    return 1;
}

/* Where the member's bytes begin: behind its own header. */
static int find_data(struct zip *zip, const struct zip_member *member, uint64_t *ret_at,
                     struct pl_err *err)
{
    const unsigned char *at = window_exactly(zip, member->header_at, LOCAL_SIZE, err);
    if (!at)
        return -PL_E_FORMAT;
    if (get32(at) != local_magic)
        return err_set(err, PL_E_FORMAT, "it has no header where the directory says");
    *ret_at = member->header_at + LOCAL_SIZE + get16(at + 26) + get16(at + 28);
    if (*ret_at > zip->file_size || member->compressed > zip->file_size - *ret_at)
        return err_set(err, PL_E_FORMAT, "the zip archive is cut off");
    return 0;
}

bool zip_stored(struct zip *zip, const struct zip_member *member, struct content *ret_part)
{
    struct pl_err ignored;
    uint64_t at;
    return member->method == METHOD_STORED && !(member->flags & FLAG_ENCRYPTED) &&
           member->size == member->compressed && find_data(zip, member, &at, &ignored) == 0 &&
           content_part(&zip->content, at, member->size, ret_part);
}

int zip_start(struct zip *zip, const struct zip_member *member, struct pl_err *err)
{
    zip->ended = true;
    if (member->flags & FLAG_ENCRYPTED)
        return err_set(err, PL_E_UNSUPPORTED, "it is encrypted");
    if (member->method != METHOD_STORED && member->method != METHOD_DEFLATED)
        return err_set(err, PL_E_UNSUPPORTED,
                       "it is packed with zip's method %u, which is not read", member->method);
    int r = find_data(zip, member, &zip->data_at, err);
    if (r < 0)
        return r;
    zip->member = *member;
    zip->data_left = member->compressed;
    zip->out = 0;
    zip->crc = 0;
    zip->ended = false;
    if (member->method == METHOD_DEFLATED) {
        isal_inflate_init(&zip->inflate);
        zip->inflate.crc_flag = ISAL_DEFLATE;
    }
    return 0;
}

/* More compressed bytes, valid until the window moves. */
static const unsigned char *more_data(struct zip *zip, size_t *ret_len, struct pl_err *err)
{
    size_t want = zip->data_left < WINDOW ? (size_t)zip->data_left : WINDOW;
    const unsigned char *bytes = window_at(zip, zip->data_at, want, ret_len, err);
    if (bytes) {
        zip->data_at += *ret_len;
        zip->data_left -= *ret_len;
    }
    return bytes;
}

static int end_member(struct zip *zip, struct pl_err *err)
{
    zip->ended = true;
    if (zip->out != zip->member.size)
        return err_set(err, PL_E_FORMAT, "its size is not the one that the directory says");
    if (zip->crc != zip->member.crc)
        return err_set(err, PL_E_FORMAT, "its checksum is wrong");
    return 0;
}

static int inflate_some(struct zip *zip, struct str *ret_chunk, struct pl_err *err)
{
    struct inflate_state *state = &zip->inflate;
    state->next_out = zip->output;
    state->avail_out = OUTPUT;
    while (state->avail_out && state->block_state != ISAL_BLOCK_FINISH) {
        if (!state->avail_in && zip->data_left) {
            size_t len = 0;
            const unsigned char *bytes = more_data(zip, &len, err);
            if (!bytes)
                return -PL_E_IO;
            state->next_in = (unsigned char *)(uintptr_t)bytes;
            state->avail_in = (uint32_t)len;
        }
        uint32_t out_before = state->avail_out, in_before = state->avail_in;
        if (isal_inflate(state) < 0)
            return err_set(err, PL_E_FORMAT, "its compressed data is damaged");
        if (state->avail_out == out_before && state->avail_in == in_before && !zip->data_left &&
            state->block_state != ISAL_BLOCK_FINISH)
            return err_set(err, PL_E_FORMAT, "its compressed data ends too early");
    }
    *ret_chunk = str_make((const char *)zip->output, OUTPUT - state->avail_out);
    return 0;
}

static int check_bomb(struct zip *zip, size_t len, struct pl_err *err)
{
    zip->out += len;
    zip->inflated += len;
    if (zip->out > zip->member.size)
        return err_set(err, PL_E_FORMAT, "its size is not the one that the directory says");
    if (zip->inflated > LIMIT_INFLATE_FREE && zip->inflated / LIMIT_INFLATE_RATIO > zip->file_size)
        return err_limit(err, LIMIT_NAME(LIMIT_INFLATE_RATIO),
                         "the archive inflates to more than %llu times its size: it is a bomb",
                         LIMIT_INFLATE_RATIO);
    return 0;
}

int zip_read(struct zip *zip, struct str *ret_chunk, struct pl_err *err)
{
    struct str chunk = STR_NONE;
    int r = 0;
    if (!zip->ended && zip->member.method == METHOD_DEFLATED) {
        r = inflate_some(zip, &chunk, err);
    } else if (!zip->ended && zip->data_left) {
        size_t len = 0;
        const unsigned char *bytes = more_data(zip, &len, err);
        if (!bytes)
            return -PL_E_IO;
        chunk = str_make((const char *)bytes, len);
    }
    if (r == 0 && chunk.len) {
        zip->crc = crc32_gzip_refl(zip->crc, (const unsigned char *)chunk.data, chunk.len);
        r = check_bomb(zip, chunk.len, err);
    } else if (r == 0 && !zip->ended) {
        r = end_member(zip, err);
    }
    if (r < 0) {
        zip->ended = true;
        return r;
    }
    *ret_chunk = chunk;
    return 0;
}
