#include "app/attached.h"

#include "app/target_registry.h"
#include "base/limits.h"
#include "io/json_doc.h"
#include "registry/client.h"

struct reading {
    struct repository *repository;
    struct attached_wanted wanted;
    struct attached *attached;
};

void attached_free(struct attached *attached)
{
    VEC_FREE(&attached->items);
    VEC_FREE(&attached->problems);
    arena_free(&attached->arena);
}

struct attachment_subject attached_subject(const struct image *image)
{
    return (struct attachment_subject){{image->digest, image->top_digest}};
}

static bool is_wanted(const struct reading *reading, enum attachment_kind kind)
{
    return kind == ATTACHMENT_SIGNATURE ? reading->wanted.signatures
           : kind == ATTACHMENT_BUNDLE  ? true
                                        : reading->wanted.documents;
}

static void tell(struct reading *reading, struct str digest, struct pl_err *problem)
{
    err_prefix(problem, "%.*s, which is attached to the image", STR_ARG(digest));
    *VEC_ADD(&reading->attached->problems) = *problem;
}

/* Bytes that do not have the digest that names them are nobody's document. */
static int read_blob(struct reading *reading, struct str digest, struct str *ret_bytes,
                     struct pl_err *err)
{
    char text[DIGEST_TEXT];
    struct str bytes;
    int r = repository_blob(reading->repository, digest, LIMIT_ATTACHMENT,
                            &reading->attached->arena, &bytes, err);
    if (r < 0)
        return r;
    sha256_of(bytes, text);
    if (!str_is(digest, text))
        return err_set(err, PL_E_DIGEST, "it has other bytes: their digest is %s", text);
    *ret_bytes = bytes;
    return 0;
}

static void take_layer(struct reading *reading, const json_t *layer)
{
    struct attached *attached = reading->attached;
    struct attachment attachment = {0};
    struct pl_err problem;
    struct str digest = arena_str(&attached->arena, json_text(layer, "digest"));
    if (!attachment_kind_of(json_text(layer, "mediaType"), &attachment.kind) ||
        !is_wanted(reading, attachment.kind) || !digest_is_valid(digest) ||
        attached->items.count >= LIMIT_REFERRERS)
        return;
    attachment.place = digest;
    attachment.signature =
        arena_str(&attached->arena, json_text(json_member(layer, "annotations"),
                                              "dev.cosignproject.cosign/signature"));
    if (read_blob(reading, digest, &attachment.bytes, &problem) < 0)
        tell(reading, digest, &problem);
    else
        *VEC_ADD(&attached->items) = attachment;
}

/* `optional`: nothing is wrong when it is not there. */
static void read_manifest(struct reading *reading, struct str reference, bool optional)
{
    struct registry_document document;
    struct pl_err problem;
    AUTO_JSON *manifest = NULL;
    size_t index;
    json_t *layer;
    int r = repository_manifest(reading->repository, reference, &reading->attached->arena,
                                &document, &problem);
    if (r == 0)
        r = json_document(document.bytes, &manifest, &problem);
    if (r < 0 && !(optional && (r == -PL_E_NOT_FOUND || r == -PL_E_DENIED)))
        tell(reading, reference, &problem);
    if (r < 0)
        return;
    json_array_foreach(json_list(manifest, "layers"), index, layer)
    {
        if (index >= LIMIT_REFERRERS)
            break;
        take_layer(reading, layer);
    }
}

static void read_referrers(struct reading *reading, struct str subject)
{
    struct registry_referrer *items;
    size_t count;
    struct pl_err problem;
    if (repository_referrers(reading->repository, subject, &reading->attached->arena, &items,
                             &count, &problem) < 0) {
        tell(reading, subject, &problem);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        enum attachment_kind kind;
        bool known = attachment_kind_of(items[i].artifact_type, &kind);
        /* A type that says nothing ("application/octet-stream", an empty config) is looked into. */
        if (!known || is_wanted(reading, kind))
            read_manifest(reading, items[i].digest, false);
    }
}

/* "sha256-HEX.sig": cosign, where there were no referrers yet. */
static void read_tags(struct reading *reading, struct str subject)
{
    static const struct {
        const char *ending;
        bool signature;
    } tags[] = {{"sig", true}, {"att", false}, {"sbom", false}};
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (tags[i].signature ? !reading->wanted.signatures : !reading->wanted.documents)
            continue;
        read_manifest(reading,
                      arena_printf(&reading->attached->arena, "sha256-%.*s.%s",
                                   STR_ARG(str_from(subject, 7)), tags[i].ending),
                      true);
    }
}

/* BuildKit's attestations ride in the index, each beside the manifest that it is about. */
static void read_index(struct reading *reading, struct str index_bytes, struct str subject)
{
    AUTO_JSON *document = NULL;
    struct pl_err ignored;
    size_t index;
    json_t *descriptor;
    if (!reading->wanted.documents || json_document(index_bytes, &document, &ignored) < 0)
        return;
    json_array_foreach(json_list(document, "manifests"), index, descriptor)
    {
        const json_t *annotations = json_member(descriptor, "annotations");
        struct str digest = json_text(descriptor, "digest");
        if (index < LIMIT_REFERRERS && digest_is_valid(digest) &&
            str_is(json_text(annotations, "vnd.docker.reference.type"), "attestation-manifest") &&
            str_equal(json_text(annotations, "vnd.docker.reference.digest"), subject))
            read_manifest(reading, arena_str(&reading->attached->arena, digest), false);
    }
}

void attached_read(const struct image *image, struct attached_wanted wanted,
                   struct attached *ret_attached)
{
    struct reading reading = {target_repository(image), wanted, ret_attached};
    if (!reading.repository || !(wanted.signatures || wanted.documents))
        return;
    struct attachment_subject subject = attached_subject(image);
    for (size_t i = 0; i < ARRAY_LEN(subject.digests); i++) {
        if (i && str_equal(subject.digests[i], subject.digests[0]))
            continue;
        read_referrers(&reading, subject.digests[i]);
        read_tags(&reading, subject.digests[i]);
    }
    read_index(&reading, target_top_document(image), image->digest);
}
