#include "image/image.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "image/folder_image.h"
#include "image/toc_walk.h"
#include "io/tar.h"

/* SHA-256 of a range of a file. */
static int digest_range(const struct blob *blob, char ret_text[DIGEST_TEXT], struct pl_err *err)
{
    struct sha256 sha;
    unsigned char digest[SHA256_BYTES];
    struct file_source source;
    int r = 0;
    sha256_init(&sha);
    file_source_init(&source, blob->fd, blob->offset, blob->length);
    for (uint64_t left = blob->length; left && r == 0;) {
        struct str chunk;
        r = source.source.chunk(&source.source, left, &chunk, err);
        if (r == 0 && chunk.len == 0)
            r = err_set(err, PL_E_FORMAT, "the file ends too early");
        if (r == 0)
            sha256_add(&sha, chunk.data, chunk.len);
        left -= r == 0 ? chunk.len : 0;
    }
    file_source_free(&source);
    sha256_end(&sha, digest);
    sha256_text(digest, ret_text);
    return r;
}

static int check_digest(struct str want, const char *got, const char *what, struct pl_err *err)
{
    if (want.len == 0 || str_is(want, got))
        return 0;
    return err_set(err, PL_E_DIGEST, "the %s is %s, but its bytes have %s", what,
                   str_starts(want, STR("sha256:")) ? want.data : "of an unknown kind", got);
}

/* An archive that stops between two entries has no end mark: it was written so, or is cut off. Only
 * its digest can tell. */
static int check_end(const struct image_layer *layer, const struct blob *blob, struct pl_err *err)
{
    char text[DIGEST_TEXT];
    struct str want = layer->diff_id.len ? layer->diff_id : layer->digest;
    int r = digest_range(blob, text, err);
    if (r == 0 && !str_is(want, text))
        r = err_set(
            err, PL_E_FORMAT,
            "the archive stops at byte %llu without an end mark and has other bytes than its "
            "digest tells: it is cut off",
            (unsigned long long)blob->length);
    return r;
}

/* Plain tar: headers are read where they stand, skipped files are not touched. */
static int walk_plain(const struct image_layer *layer, const struct blob *blob,
                      const struct layer_options *options, const struct walk_visitor *visitor,
                      struct layer_record *record, struct pl_err *err)
{
    struct file_source source;
    file_source_init(&source, blob->fd, blob->offset, blob->length);
    int r = walk_tar(&source.source, options->walk, visitor, record, err);
    file_source_free(&source);
    if (r > 0)
        r = options->walk->second_pass ? 0 : check_end(layer, blob, err);
    return r;
}

/* The bytes of a stream on their way to the decoder: the first ones, which tell the compression,
 * are handed out again. */
struct stored_input {
    struct stream *stream;
    struct buf head;
    bool head_given, ended;
};

static int next_stored(struct stored_input *input, struct str *ret_bytes, struct pl_err *err)
{
    *ret_bytes = STR_NONE;
    if (input->ended)
        return 0;
    int r = input->stream->read(input->stream, ret_bytes, err);
    if (r < 0)
        return r;
    input->ended = ret_bytes->len == 0;
    return 0;
}

static int read_stored(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct stored_input *input = context;
    if (!input->head_given && input->head.len) {
        input->head_given = true;
        *ret_bytes = buf_str(&input->head);
        return 0;
    }
    return next_stored(input, ret_bytes, err);
}

static int begin_stored(struct stored_input *input, struct stream *stream, struct pl_err *err)
{
    *input = (struct stored_input){.stream = stream};
    while (input->head.len < COMPRESSION_HEAD && !input->ended) {
        struct str bytes;
        int r = next_stored(input, &bytes, err);
        if (r < 0)
            return r;
        buf_add(&input->head, bytes);
    }
    return 0;
}

/* Reads what the decoder left, and holds the whole against the blob's digest. */
static int end_stored(struct stored_input *input, const struct image_layer *layer,
                      char ret_text[DIGEST_TEXT], struct pl_err *err)
{
    while (!input->ended) {
        struct str ignored;
        int r = next_stored(input, &ignored, err);
        if (r < 0)
            return r;
    }
    input->stream->digest(input->stream, ret_text);
    return check_digest(layer->digest, ret_text, "digest", err);
}

static int walk_decoded(struct image *image, const struct image_layer *layer,
                        struct decoder_input input, enum compression compression,
                        const struct layer_options *options, const struct walk_visitor *visitor,
                        struct layer_record *record, char ret_diff_id[DIGEST_TEXT],
                        struct pl_err *err)
{
    struct decoder *decoder;
    struct decoded_source source;
    unsigned char digest[SHA256_BYTES];
    int r = decoder_new(compression, input, &decoder, err);
    if (r < 0)
        return r;
    r = decoded_source_init(&source, decoder, &image->budget, true, err);
    if (r < 0)
        return r;
    r = walk_tar(&source.source, options->walk, visitor, record, err);
    if (r >= 0)
        r = decoded_source_finish(&source, digest, err);
    decoded_source_free(&source);
    if (r < 0)
        return r;
    sha256_text(digest, ret_diff_id);
    return check_digest(layer->diff_id, ret_diff_id, "diff ID", err);
}

static int walk_stream(struct image *image, const struct image_layer *layer, struct stream *stream,
                       const struct layer_options *options, const struct walk_visitor *visitor,
                       struct layer_record *record, struct layer_digests *ret_digests,
                       struct pl_err *err)
{
    struct stored_input input;
    int r = begin_stored(&input, stream, err);
    if (r == 0)
        r = walk_decoded(image, layer, (struct decoder_input){&input, read_stored},
                         compression_detect(buf_str(&input.head)), options, visitor, record,
                         ret_digests->diff_id, err);
    /* Bytes that cannot be read may be others than were asked for: that is then what is wrong. */
    struct pl_err other;
    if (r == 0)
        r = end_stored(&input, layer, ret_digests->blob, err);
    else if (r == -PL_E_FORMAT &&
             end_stored(&input, layer, ret_digests->blob, &other) == -PL_E_DIGEST) {
        *err = other;
        r = -PL_E_DIGEST;
    }
    buf_free(&input.head);
    return r;
}

static int walk_file(struct image *image, const struct image_layer *layer, const struct blob *blob,
                     const struct layer_options *options, const struct walk_visitor *visitor,
                     struct layer_record *record, struct layer_digests *ret_digests,
                     struct pl_err *err)
{
    unsigned char head[TAR_BLOCK];
    size_t have = blob->length < TAR_BLOCK ? (size_t)blob->length : TAR_BLOCK;
    int r = file_read_at(blob->fd, head, have, blob->offset, err);
    if (r < 0)
        return r;
    enum compression compression = compression_detect(str_make((char *)head, have));
    if (options->verify && layer->digest.len && !options->walk->second_pass) {
        r = digest_range(blob, ret_digests->blob, err);
        if (r == 0)
            r = check_digest(layer->digest, ret_digests->blob, "digest", err);
        if (r < 0) {
            struct pl_err ignored;
            if (compression == COMPRESSION_NONE)
                walk_plain(layer, blob, options, visitor, record, &ignored);
            return r;
        }
    }
    if (compression == COMPRESSION_NONE && (!options->verify || layer->diff_id.len == 0)) {
        r = walk_plain(layer, blob, options, visitor, record, err);
        inflate_budget_tell(&image->budget, blob->length);
        return r;
    }
    struct file_input input;
    file_input_init(&input, blob->fd, blob->offset, blob->length);
    r = walk_decoded(image, layer, file_input_decoder(&input), compression, options, visitor,
                     record, ret_digests->diff_id, err);
    file_input_free(&input);
    return r;
}

/* A layer that an engine keeps as a folder, read where it is. */
static int walk_in_place(struct image *image, const struct image_layer *layer,
                         const struct layer_options *options, const struct walk_visitor *visitor,
                         struct layer_record *record, struct pl_err *err)
{
    struct layer_folder folder = {.fd = -1, .below_fd = -1, .user_marks = layer->user_marks};
    struct walk_options walk = *options->walk;
    int r = folder_open(layer->folder, &folder.fd, err);
    if (r == 0 && layer->below.len)
        r = folder_open(layer->below, &folder.below_fd, err);
    walk.plain_names = !layer->name_marks;
    if (r == 0)
        r = walk_layer_folder(&folder, &walk, visitor, record, err);
    if (folder.fd >= 0)
        close(folder.fd);
    if (folder.below_fd >= 0)
        close(folder.below_fd);
    inflate_budget_tell(&image->budget, layer->size == UINT64_MAX ? 0 : layer->size);
    return r;
}

static int walk_blob(struct image *image, struct image_layer *layer,
                     const struct layer_options *given, const struct walk_visitor *visitor,
                     struct layer_record *record, struct layer_digests *digests, bool want_file,
                     struct pl_err *err)
{
    struct blob_descriptor descriptor = {layer->digest, layer->size, layer->url};
    struct walk_options walk = *given->walk;
    struct layer_options options = {&walk, given->verify};
    struct file_identity before;
    struct blob blob;
    walk.plain_names = layer->plain_names;
    /* Inspectors look at all bytes, so that nothing is gained by ranges. */
    int r =
        given->verify || visitor->inspect ? 0 : toc_walk(image, layer, &walk, visitor, record, err);
    if (r != 0)
        return r < 0 ? r : 0;
    r = archive_open_blob(image->archive, layer->member, &descriptor, &blob, err);
    if (r < 0)
        return r;
    bool known =
        want_file && !blob.stream && file_identity_get(blob.fd, blob.offset, blob.length, &before);
    r = blob.stream
            ? walk_stream(image, layer, blob.stream, &options, visitor, record, digests, err)
            : walk_file(image, layer, &blob, &options, visitor, record, digests, err);
    digests->has_file = known &&
                        file_identity_get(blob.fd, blob.offset, blob.length, &digests->file) &&
                        file_identity_equal(&before, &digests->file);
    digests->file.settled = digests->has_file && before.settled;
    blob_close(&blob);
    return r;
}

int image_walk_layer(struct image *image, size_t index, const struct layer_options *options,
                     const struct walk_visitor *visitor, struct layer_record *record,
                     struct layer_digests *ret_digests, struct pl_err *err)
{
    struct image_layer *layer = &image->layers.items[index];
    struct layer_digests digests = {.has_file = false};
    int r;
    if (str_ends(layer->media_type, STR("+encrypted")))
        r = err_set(err, PL_E_UNSUPPORTED, "the layer is encrypted; decrypt the image first (%.*s)",
                    STR_ARG(layer->media_type));
    else if (layer->folder.len)
        r = walk_in_place(image, layer, options, visitor, record, err);
    else
        r = walk_blob(image, layer, options, visitor, record, &digests, ret_digests != NULL, err);
    if (!record->sealed)
        record_seal(record);
    if (r < 0) {
        struct str name = layer->diff_id.len ? layer->diff_id : layer->member;
        return err_prefix(err, "layer %zu (%.*s)", index + 1, STR_ARG(str_first(name, 100)));
    }
    if (ret_digests)
        *ret_digests = digests;
    return 0;
}

/* ---- without walking it ---- */

/* The caller closes the blob. */
static bool find_file(const struct image *image, size_t index, struct blob *ret_blob)
{
    const struct image_layer *layer = &image->layers.items[index];
    struct pl_err ignored;
    return image->archive && !archive_is_remote(image->archive) &&
           !str_ends(layer->media_type, STR("+encrypted")) &&
           archive_find(image->archive, layer->member, ret_blob, &ignored) == 0;
}

bool image_layer_file(const struct image *image, size_t index, struct file_identity *ret_file)
{
    struct blob blob;
    if (!find_file(image, index, &blob))
        return false;
    bool known = file_identity_get(blob.fd, blob.offset, blob.length, ret_file);
    blob_close(&blob);
    return known;
}

enum compression image_layer_compression(const struct image *image, size_t index)
{
    unsigned char head[COMPRESSION_HEAD];
    struct blob blob;
    struct pl_err ignored;
    enum compression compression = COMPRESSION_NONE;
    if (!find_file(image, index, &blob))
        return COMPRESSION_NONE;
    if (blob.length >= sizeof(head) &&
        file_read_at(blob.fd, head, sizeof(head), blob.offset, &ignored) == 0)
        compression = compression_detect(str_make((char *)head, sizeof(head)));
    blob_close(&blob);
    return compression;
}

int image_layer_digest(const struct image *image, size_t index, char ret_text[DIGEST_TEXT],
                       struct pl_err *err)
{
    struct blob blob;
    if (!find_file(image, index, &blob))
        return err_set(err, PL_E_NOT_FOUND, "%.*s is missing",
                       STR_ARG(str_first(image->layers.items[index].member, 300)));
    int r = digest_range(&blob, ret_text, err);
    blob_close(&blob);
    return r;
}
