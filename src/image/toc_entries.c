#include "image/toc_entries.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"

enum { BUFFER = 256 * 1024 };

/* ---- one file ---- */

/* A file while it is fetched, as an input that content_gather() reads. */
struct loading {
    struct input input; /* first */
    const struct toc *toc;
    const struct toc_entry *entry;
    struct toc_fetch *fetch;
    struct inflate_budget *budget;
    size_t chunk; /* of the entry's, the current one */
    struct decoder *decoder;
    uint64_t place, end; /* in the layer, of the next packed bytes */
    uint64_t left;       /* of the chunk, unpacked */
    struct sha256 whole, part;
    char *buffer;
};

static const struct toc_chunk *chunk_of(const struct loading *loading)
{
    return &loading->toc->chunks.items[loading->entry->first_chunk + loading->chunk];
}

static int read_packed(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct loading *loading = context;
    *ret_bytes = STR_NONE;
    if (loading->place >= loading->end)
        return 0;
    int r = toc_fetch_read(loading->fetch, loading->place, loading->end, ret_bytes, err);
    if (r == 0)
        loading->place += ret_bytes->len;
    return r;
}

/* Exactly `len` bytes, at most BUFFER, into the buffer. */
static int read_exactly(struct loading *loading, size_t len, struct pl_err *err)
{
    size_t got;
    uint64_t before = decoder_consumed(loading->decoder);
    int r = decoder_read(loading->decoder, loading->buffer, len, &got, err);
    if (r == 0)
        r = inflate_budget_take(loading->budget, decoder_consumed(loading->decoder) - before, got,
                                err);
    if (r == 0 && got < len)
        r = err_set(err, PL_E_FORMAT,
                    "the layer has fewer bytes of this file than its table of contents tells");
    return r;
}

static int begin_chunk(struct loading *loading, struct pl_err *err)
{
    const struct toc_chunk *chunk = chunk_of(loading);
    loading->place = chunk->offset;
    loading->end = chunk->end;
    loading->left = chunk->size;
    sha256_init(&loading->part);
    int r = decoder_new(loading->toc->packing, (struct decoder_input){loading, read_packed},
                        &loading->decoder, err);
    for (uint64_t skip = chunk->inner; r == 0 && skip;) {
        size_t len = skip < BUFFER ? (size_t)skip : BUFFER;
        r = read_exactly(loading, len, err);
        skip -= len;
    }
    return r;
}

static int check_sum(struct sha256 *sha, const unsigned char *want, struct pl_err *err)
{
    unsigned char digest[SHA256_BYTES];
    char text[DIGEST_TEXT];
    sha256_end(sha, digest);
    if (!want || memcmp(digest, want, sizeof(digest)) == 0)
        return 0;
    sha256_text(want, text);
    return err_set(err, PL_E_DIGEST,
                   "the bytes in the layer do not have the digest %s of its table of contents",
                   text);
}

/* A file of one chunk is summed up once when both digests are told and the same. */
static bool sums_chunk(const struct loading *loading)
{
    const unsigned char *digest = chunk_of(loading)->digest, *whole = loading->entry->digest;
    return digest &&
           !(whole && loading->entry->chunk_count == 1 && memcmp(digest, whole, SHA256_BYTES) == 0);
}

static int end_chunk(struct loading *loading, struct pl_err *err)
{
    int r = sums_chunk(loading) ? check_sum(&loading->part, chunk_of(loading)->digest, err) : 0;
    decoder_free(loading->decoder);
    loading->decoder = NULL;
    loading->chunk++;
    if (r == 0 && loading->chunk == loading->entry->chunk_count && loading->entry->digest)
        r = check_sum(&loading->whole, loading->entry->digest, err);
    return r;
}

static int next_loaded(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct loading *loading = (struct loading *)input;
    *ret_chunk = STR_NONE;
    if (loading->chunk == loading->entry->chunk_count)
        return 0;
    int r = loading->decoder ? 0 : begin_chunk(loading, err);
    size_t len = loading->left < BUFFER ? (size_t)loading->left : BUFFER;
    if (r == 0)
        r = read_exactly(loading, len, err);
    if (r < 0)
        return r;
    *ret_chunk = str_make(loading->buffer, len);
    if (sums_chunk(loading))
        sha256_add(&loading->part, loading->buffer, len);
    if (loading->entry->digest)
        sha256_add(&loading->whole, loading->buffer, len);
    loading->left -= len;
    return loading->left ? 0 : end_chunk(loading, err);
}

static const struct toc_entry *current_entry(const struct toc_entries *self)
{
    return &self->toc->entries.items[self->entries.number - 1];
}

static int gather(struct toc_entries *self, struct pl_err *err)
{
    const struct toc_entry *entry = current_entry(self);
    if (entry->size > LIMIT_FILE_STREAM)
        return err_limit(err, LIMIT_NAME(LIMIT_FILE_STREAM),
                         "%llu bytes are more than %s (%llu) allows; it was not read",
                         (unsigned long long)entry->size, LIMIT_NAME(LIMIT_FILE_STREAM),
                         LIMIT_FILE_STREAM);
    struct loading loading = {
        .input = {.size = entry->size, .next = next_loaded, .fd = -1},
        .toc = self->toc,
        .entry = entry,
        .fetch = self->fetch,
        .budget = self->budget,
        .buffer = self->buffer,
    };
    sha256_init(&loading.whole);
    int r = content_gather(&loading.input, &self->content, err);
    if (loading.decoder)
        decoder_free(loading.decoder);
    return r;
}

/* Once for each file; the error stays. */
static int load(struct toc_entries *self, struct pl_err *err)
{
    if (!self->loaded) {
        self->loaded = true;
        self->failed = gather(self, &self->why);
    }
    if (self->failed < 0)
        *err = self->why;
    return self->failed;
}

/* ---- all of them ---- */

static int next_entry(struct entries *entries, struct pl_err *err)
{
    struct toc_entries *self = (struct toc_entries *)entries;
    (void)err;
    if (self->loaded)
        content_free(&self->content);
    self->loaded = false;
    self->at = 0;
    if (entries->number == self->toc->entries.count)
        return 0;
    entries->number++;
    const struct toc_entry *entry = current_entry(self);
    self->entry = (struct tar_entry){
        .type = entry->type,
        .path = entry->name,
        .link = entry->link,
        .size = entry->size,
        .mode = entry->mode & 07777,
    };
    return 1;
}

static int next_bytes(struct entries *entries, struct str *ret_chunk, struct pl_err *err)
{
    struct toc_entries *self = (struct toc_entries *)entries;
    const unsigned char *bytes = NULL;
    *ret_chunk = STR_NONE;
    if (self->at == self->entry.size)
        return 0;
    int r = load(self, err);
    uint64_t left = self->content.size - self->at;
    size_t len = left < BUFFER ? (size_t)left : BUFFER;
    if (r == 0)
        r = content_read(&self->content, self->at, len, self->buffer, &bytes, err);
    if (r < 0)
        return r;
    *ret_chunk = str_make((const char *)bytes, len);
    self->at += len;
    return 0;
}

/* The walker takes a head that cannot be had for one of no interest: that it was not seen has to be
 * told here. */
static int first_bytes(struct entries *entries, struct str *ret_head, struct pl_err *err)
{
    struct toc_entries *self = (struct toc_entries *)entries;
    const unsigned char *bytes;
    *ret_head = STR_NONE;
    if (!self->wanted[entries->number - 1])
        return 0;
    int r = load(self, err);
    size_t len = self->entry.size < TAR_BLOCK ? (size_t)self->entry.size : TAR_BLOCK;
    if (r == 0)
        r = content_read(&self->content, 0, len, self->buffer, &bytes, err);
    if (r == 0) {
        *ret_head = str_make((const char *)bytes, len);
        return 0;
    }
    AUTO_BUF scratch = {0};
    bool escapes;
    struct pl_err problem = *err;
    err_prefix(&problem, "%.*s", STR_ARG(path_clean(self->entry.path, &scratch, &escapes)));
    self->problem(self->context, true, &problem);
    return r;
}

static void find_in_file(struct entries *entries, struct input *input)
{
    struct toc_entries *self = (struct toc_entries *)entries;
    struct pl_err ignored; /* next_bytes() meets it again */
    if (self->entry.type == TAR_FILE && self->entry.size && load(self, &ignored) == 0 &&
        self->content.fd >= 0) {
        input->fd = self->content.fd;
        input->fd_offset = self->content.offset;
    }
}

void toc_entries_init(struct toc_entries *entries, const struct toc *toc, struct toc_fetch *fetch,
                      const bool *wanted)
{
    *entries = (struct toc_entries){
        .entries = {.entry = &entries->entry,
                    .next = next_entry,
                    .content = next_bytes,
                    .head = first_bytes,
                    .place = find_in_file},
        .toc = toc,
        .fetch = fetch,
        .wanted = wanted,
        .content = {.fd = -1},
        .buffer = mem_alloc(BUFFER),
    };
}

void toc_entries_free(struct toc_entries *entries)
{
    if (entries->loaded)
        content_free(&entries->content);
    free(entries->buffer);
}
