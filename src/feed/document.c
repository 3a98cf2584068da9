#include "feed/document.h"

#include <stdlib.h>

#include "base/limits.h"
#include "io/decoded_source.h"
#include "io/tar.h"

enum { CHUNK = 256 * 1024 };

static int next_decoded(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct document_source *source = context;
    size_t len = 0;
    if (!source->first_given) {
        source->first_given = true;
        *ret_chunk = source->first;
        return 0;
    }
    if (source->ended) {
        *ret_chunk = STR_NONE;
        return 0;
    }
    int r = decoder_read(source->decoder, source->buffer, CHUNK, &len, err);
    if (r < 0)
        return r;
    source->ended = len < CHUNK;
    source->decoded += len;
    if (source->decoded > LIMIT_INFLATE_FREE &&
        source->decoded / LIMIT_INFLATE_RATIO > decoder_consumed(source->decoder))
        return err_limit(err, LIMIT_NAME(LIMIT_INFLATE_RATIO),
                         "the file inflates to more than %llu times its size: it is a bomb",
                         LIMIT_INFLATE_RATIO);
    *ret_chunk = str_make(source->buffer, len);
    return 0;
}

static int set_up_decoder(struct document_source *source, enum compression compression,
                          struct pl_err *err)
{
    int r = decoder_new(compression, file_input_decoder(&source->input), &source->decoder, err);
    if (r < 0)
        return r;
    size_t len = 0;
    source->buffer = mem_alloc(CHUNK);
    r = decoder_read(source->decoder, source->buffer, CHUNK, &len, err);
    if (r < 0)
        return r;
    source->first = str_make(source->buffer, len);
    source->ended = len < CHUNK;
    source->decoded = len;
    if (len >= TAR_BLOCK && tar_is_header((const unsigned char *)source->buffer))
        source->kind = DOCUMENT_TAR;
    return 0;
}

int document_from_file(struct document_source *source, int fd, uint64_t size, struct pl_err *err)
{
    char magic[COMPRESSION_HEAD];
    size_t len = size < sizeof(magic) ? (size_t)size : sizeof(magic);
    *source = (struct document_source){.size = size};
    int r = file_read_at(fd, magic, len, 0, err);
    if (r < 0)
        return r;
    struct str head = str_make(magic, len);
    if (str_starts(head, STR("PK\3\4")) || str_starts(head, STR("PK\5\6"))) {
        source->kind = DOCUMENT_ZIP;
        return 0;
    }
    enum compression compression = compression_detect(head);
    if (compression != COMPRESSION_NONE)
        source->size = UINT64_MAX;
    file_input_init(&source->input, fd, 0, size);
    source->next = next_decoded;
    source->context = source;
    return set_up_decoder(source, compression, err);
}

void document_source_free(struct document_source *source)
{
    decoder_free(source->decoder);
    file_input_free(&source->input);
    free(source->buffer);
    *source = (struct document_source){.next = NULL};
}

static int next_in_zip(void *context, struct str *ret_chunk, struct pl_err *err)
{
    return zip_read(context, ret_chunk, err);
}

/* A member that can't be begun is read as far as that error. */
static int failed_start(void *context, struct str *ret_chunk, struct pl_err *err)
{
    (void)ret_chunk;
    (void)context;
    return err_set(
        err, PL_E_UNSUPPORTED,
        "the archive's member can't be read: it is encrypted, damaged, or packed in a way "
        "that is not known");
}

void document_from_zip(struct document_source *source, struct zip *zip,
                       const struct zip_member *member)
{
    *source = (struct document_source){.size = member->size, .next = next_in_zip, .context = zip};
    if (zip_start(zip, member, NULL) < 0)
        source->next = failed_start;
}

struct document_tar {
    struct tar tar;
    struct decoded_source source;
    struct file_input input;
    struct inflate_budget budget;
};

int document_tar_open(struct document_source *outer, struct document_tar **ret_tar,
                      struct pl_err *err)
{
    /* From the beginning again: the outer source has given its first bytes away. */
    char magic[COMPRESSION_HEAD];
    struct decoder *decoder = NULL;
    int r = file_read_at(outer->input.fd, magic, sizeof(magic), 0, err);
    if (r < 0)
        return r;
    struct document_tar *tar = mem_zalloc(1, sizeof(*tar));
    file_input_init(&tar->input, outer->input.fd, 0, outer->input.offset + outer->input.left);
    r = decoder_new(compression_detect(str_make(magic, sizeof(magic))),
                    file_input_decoder(&tar->input), &decoder, err);
    if (r == 0)
        r = decoded_source_init(&tar->source, decoder, &tar->budget, false, err);
    if (r < 0) {
        file_input_free(&tar->input);
        free(tar);
        return r;
    }
    tar_init(&tar->tar, &tar->source.source);
    *ret_tar = tar;
    return 0;
}

int document_tar_next(struct document_tar *tar, struct str *ret_name, struct pl_err *err)
{
    int r;
    do
        r = tar_next(&tar->tar, err);
    while (r == 1 && tar->tar.entry.type != TAR_FILE);
    if (r == 1)
        *ret_name = tar->tar.entry.path;
    return r;
}

static int next_in_tar(void *context, struct str *ret_chunk, struct pl_err *err)
{
    struct document_tar *tar = context;
    return tar_content(&tar->tar, ret_chunk, err);
}

void document_from_tar(struct document_source *source, struct document_tar *tar)
{
    *source =
        (struct document_source){.size = tar->tar.entry.size, .next = next_in_tar, .context = tar};
}

void document_tar_close(struct document_tar *tar)
{
    if (!tar)
        return;
    tar_free(&tar->tar);
    decoded_source_free(&tar->source);
    file_input_free(&tar->input);
    free(tar);
}

struct document {
    struct feed_document feed; /* first */
    struct document_source *source;
    struct buf head;
    bool head_given, ended;
};

static int next_of_document(struct feed_document *feed, struct str *ret_chunk, struct pl_err *err)
{
    struct document *document = (struct document *)feed;
    if (!document->head_given) {
        document->head_given = true;
        if (document->head.len) {
            *ret_chunk = buf_str(&document->head);
            return 0;
        }
    }
    if (document->ended) {
        *ret_chunk = STR_NONE;
        return 0;
    }
    int r = document->source->next(document->source->context, ret_chunk, err);
    document->ended = r == 0 && !ret_chunk->len;
    return r;
}

int document_open(struct document_source *source, struct str name, bool in_archive,
                  struct feed_document **ret_document, struct pl_err *err)
{
    struct document *document = mem_zalloc(1, sizeof(*document));
    document->feed =
        (struct feed_document){.name = name, .in_archive = in_archive, .next = next_of_document};
    document->source = source;
    while (!document->ended && document->head.len < FEED_HEAD) {
        struct str chunk = STR_NONE;
        int r = source->next(source->context, &chunk, err);
        if (r < 0) {
            document_close(&document->feed);
            return r;
        }
        document->ended = !chunk.len;
        buf_add(&document->head, chunk);
    }
    document->feed.head = str_first(buf_str(&document->head), FEED_HEAD);
    if (document->ended)
        document->feed.whole = buf_str(&document->head);
    *ret_document = &document->feed;
    return 0;
}

void document_close(struct feed_document *feed)
{
    struct document *document = (struct document *)feed;
    if (!document)
        return;
    buf_free(&document->head);
    free(document);
}
