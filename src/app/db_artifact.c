#include <unistd.h>

#include "app/db_artifact_internal.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "io/tempfile.h"
#include "vulndb/transport.h"

int artifact_open(const struct artifact_options *options, struct artifact *ret_artifact,
                  struct pl_err *err)
{
    *ret_artifact = (struct artifact){.registry = NULL};
    int r = reference_parse(str_of(options->reference), &ret_artifact->arena,
                            &ret_artifact->reference, err);
    if (r < 0)
        return r;
    if (options->database->offline)
        return err_set(err, PL_E_USAGE, "%s is in a registry, and --offline forbids to ask it",
                       options->reference);
    struct registry_options registry = *options->registry;
    registry.user_host = ret_artifact->reference.host;
    ret_artifact->registry = registry_open(&registry);
    ret_artifact->repository = registry_repository(
        ret_artifact->registry, ret_artifact->reference.host, ret_artifact->reference.repository);
    ret_artifact->name = reference_text(&ret_artifact->arena, &ret_artifact->reference);
    return 0;
}

void artifact_close(struct artifact *artifact)
{
    if (artifact->registry)
        registry_close(artifact->registry);
    arena_free(&artifact->arena);
    *artifact = (struct artifact){.registry = NULL};
}

/* Registries that know no artifactType keep the type of the config. */
static bool is_ours(const json_t *manifest)
{
    return str_equal(json_text(manifest, "artifactType"), STR(DATABASE_ARTIFACT)) ||
           str_equal(json_text(json_member(manifest, "config"), "mediaType"), STR(DATABASE_CONFIG));
}

static bool find_statement(const json_t *manifest, struct named_bytes *ret_blob)
{
    size_t index;
    json_t *layer;
    json_array_foreach(json_list(manifest, "layers"), index, layer)
    {
        struct str type = json_text(layer, "mediaType");
        *ret_blob =
            (struct named_bytes){json_text(layer, "digest"), json_count(layer, "size", UINT64_MAX)};
        if (str_equal(type, STR(ENVELOPE_TYPE)) || str_equal(type, STR(STATEMENT_TYPE)))
            return digest_is_valid(ret_blob->digest);
    }
    return false;
}

int artifact_statement(struct artifact *artifact, const struct signature_key *const *keys,
                       size_t key_count, struct database_statement *ret_statement,
                       struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    struct registry_document manifest;
    struct named_bytes blob;
    struct str document;
    const struct reference *reference = &artifact->reference;
    int r = repository_manifest(artifact->repository,
                                reference->digest.len ? reference->digest : reference->tag,
                                &artifact->arena, &manifest, err);
    if (r == 0)
        r = json_document(manifest.bytes, &root, err);
    if (r == 0 && (!is_ours(root) || !find_statement(root, &blob)))
        r = err_set(err, PL_E_FORMAT, "it is no advisory database of plimsoll");
    if (r == 0)
        r = repository_blob(artifact->repository, blob.digest, LIMIT_DATABASE_STATEMENT,
                            &artifact->arena, &document, err);
    if (r == 0)
        r = artifact_check(document, blob.digest, err);
    if (r == 0)
        r = statement_read(document, keys, key_count, &artifact->arena, ret_statement, err);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(artifact->name)) : 0;
}

int artifact_check(struct str bytes, struct str digest, struct pl_err *err)
{
    char got[DIGEST_TEXT];
    sha256_of(bytes, got);
    if (str_equal(str_of(got), digest))
        return 0;
    return err_set(err, PL_E_DIGEST, "%.*s: the bytes have the digest %s", STR_ARG(digest), got);
}

static int receive(struct stream *stream, const struct named_bytes *blob, int fd,
                   const struct progress *progress, struct pl_err *err)
{
    uint64_t done = 0;
    struct str bytes;
    int r = 0;
    while (r == 0 && (r = stream->read(stream, &bytes, err)) == 0 && bytes.len) {
        done += bytes.len;
        if (done > blob->size)
            return err_set(err, PL_E_DIGEST, "%.*s: there are more than %llu bytes",
                           STR_ARG(blob->digest), (unsigned long long)blob->size);
        r = tempfile_write(fd, bytes, err);
        progress_tell(progress, "fetching the database", done, blob->size, "B");
    }
    if (r == 0 && done < blob->size)
        r = err_set(err, PL_E_DIGEST, "%.*s: there are %llu bytes instead of %llu",
                    STR_ARG(blob->digest), (unsigned long long)done,
                    (unsigned long long)blob->size);
    return r;
}

int artifact_fetch(struct artifact *artifact, const struct named_bytes *blob,
                   const struct progress *progress, struct mapped *ret_file, struct pl_err *err)
{
    AUTO_MAPPED file = MAPPED_NONE;
    struct stream *stream = NULL;
    int fd = tempfile_nameless(err);
    if (fd < 0)
        return fd;
    int r =
        repository_stream(artifact->repository, blob->digest, blob->size, STR_NONE, &stream, err);
    if (r == 0) {
        r = receive(stream, blob, fd, progress, err);
        stream->close(stream);
    }
    if (r < 0) {
        close(fd);
        return r;
    }
    r = mapped_take(fd, &file, err);
    if (r == 0)
        r = artifact_check(mapped_str(&file), blob->digest, err);
    if (r == 0) {
        *ret_file = file;
        file = MAPPED_NONE;
    }
    return r;
}

/* Entries are small: they are gathered before they are written. */
struct gatherer {
    int fd;
    struct buf buffer;
};
enum { GATHERED = 1 << 20 };

static int gather(void *context, struct str bytes, struct pl_err *err)
{
    struct gatherer *gatherer = context;
    buf_add(&gatherer->buffer, bytes);
    if (gatherer->buffer.len < GATHERED)
        return 0;
    int r = tempfile_write(gatherer->fd, buf_str(&gatherer->buffer), err);
    gatherer->buffer.len = 0;
    return r;
}

int artifact_form(const struct vulndb *db, struct mapped *ret_form, char ret_digest[DIGEST_TEXT],
                  struct pl_err *err)
{
    struct gatherer gatherer = {.fd = tempfile_nameless(err)};
    uint64_t size;
    if (gatherer.fd < 0)
        return gatherer.fd;
    int r = transport_write(db, (struct transport_sink){gather, &gatherer}, &size, ret_digest, err);
    if (r == 0)
        r = tempfile_write(gatherer.fd, buf_str(&gatherer.buffer), err);
    buf_free(&gatherer.buffer);
    if (r == 0)
        return mapped_take(gatherer.fd, ret_form, err);
    close(gatherer.fd);
    return r;
}
