#include "decide/attachment.h"

#include "base/base64.h"
#include "io/dsse.h"

static const char SIGNS_IMAGE[] = "https://sigstore.dev/cosign/sign/v1";

bool attachment_kind_of(struct str media_type, enum attachment_kind *ret_kind)
{
    static const struct {
        const char *type;
        enum attachment_kind kind;
    } known[] = {
        {"application/vnd.dev.cosign.simplesigning.v1+json", ATTACHMENT_SIGNATURE},
        {"application/vnd.dsse.envelope.v1+json", ATTACHMENT_ENVELOPE},
        {"application/vnd.dev.sigstore.bundle", ATTACHMENT_BUNDLE},
        {"application/vnd.in-toto+json", ATTACHMENT_STATEMENT},
        {"application/vnd.cyclonedx", ATTACHMENT_SBOM},
        {"application/spdx", ATTACHMENT_SBOM},
        {"text/spdx", ATTACHMENT_SBOM},
        {"application/vnd.syft+json", ATTACHMENT_SBOM},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_starts(media_type, str_of(known[i].type))) {
            *ret_kind = known[i].kind;
            return true;
        }
    return false;
}

void attachment_content_free(struct attachment_content *content)
{
    buf_free(&content->predicate_type);
    buf_free(&content->document);
    buf_free(&content->statement);
}

static int not_signed(struct pl_err *err)
{
    return err_set(err, PL_E_DIGEST, "it is not signed by a key that is trusted");
}

static int about_another(struct pl_err *err)
{
    return err_set(err, PL_E_NOT_FOUND, "it is about another image");
}

static bool is_subject(const struct attachment_subject *subject, struct str digest)
{
    for (size_t i = 0; i < ARRAY_LEN(subject->digests); i++)
        if (digest.len && str_equal(subject->digests[i], digest))
            return true;
    return false;
}

/* ---- simple signing ---- */

static int open_signature(const struct attachment *attachment,
                          const struct attachment_subject *subject,
                          const struct attachment_keys *keys, struct attachment_content *content,
                          struct pl_err *err)
{
    AUTO_BUF signature = {0};
    AUTO_JSON *payload = NULL;
    size_t i = 0;
    if (!base64_decode(attachment->signature, &signature) || signature.len == 0)
        return err_set(err, PL_E_FORMAT, "its signature is no base64");
    for (; i < keys->count; i++)
        if (signature_verify(keys->keys[i], attachment->bytes, buf_str(&signature)))
            break;
    if (i == keys->count)
        return not_signed(err);
    int r = json_document(attachment->bytes, &payload, err);
    if (r < 0)
        return r;
    const json_t *critical = json_member(payload, "critical");
    struct str type = json_text(critical, "type");
    if (!str_is(type, "cosign container image signature") &&
        !str_is(type, "atomic container signature"))
        return err_set(err, PL_E_FORMAT, "it is no signature of an image");
    if (!is_subject(subject, json_text(json_member(critical, "image"), "docker-manifest-digest")))
        return about_another(err);
    content->signs_image = true;
    content->key = keys->names[i];
    return 0;
}

/* ---- statements ---- */

static int take_statement(struct str text, const struct attachment_subject *subject,
                          struct attachment_content *content, struct pl_err *err)
{
    AUTO_JSON *statement = NULL;
    int r = json_document(text, &statement, err);
    if (r < 0)
        return r;
    if (!statement_is(statement))
        return err_set(err, PL_E_FORMAT, "it is no in-toto statement");
    bool about = false;
    for (size_t i = 0; i < ARRAY_LEN(subject->digests); i++)
        about = about ||
                (subject->digests[i].len && statement_is_about(statement, subject->digests[i]));
    if (!about)
        return about_another(err);
    buf_add(&content->statement, text);
    json_t *type = json_object_get(statement, "predicateType");
    const json_t *predicate = json_object_get(statement, "predicate");
    /* cosign wraps what it cannot read as JSON: {"Data": "..."} */
    struct str data = json_text(predicate, "Data");
    if (data.len) {
        buf_add(&content->document, data);
    } else {
        char *document = json_dumps(predicate, JSON_COMPACT | JSON_ENCODE_ANY);
        buf_puts(&content->document, document ? document : "");
        free(document);
    }
    buf_add(&content->predicate_type, json_value_text(type));
    content->signs_image = str_is(buf_str(&content->predicate_type), SIGNS_IMAGE);
    return 0;
}

static int open_envelope(const json_t *envelope, const struct attachment_subject *subject,
                         const struct attachment_keys *keys, struct attachment_content *content,
                         struct pl_err *err)
{
    AUTO_BUF payload = {0};
    int r = -PL_E_DIGEST;
    if (keys->count == 0)
        r = dsse_open(envelope, NULL, 0, &payload, err);
    for (size_t i = 0; i < keys->count && r == -PL_E_DIGEST; i++) {
        r = dsse_open(envelope, &keys->keys[i], 1, &payload, err);
        content->key = keys->names[i];
    }
    return r < 0 ? r : take_statement(buf_str(&payload), subject, content, err);
}

/* ---- sigstore's bundle ---- */

static int open_message(const json_t *message, const struct attachment_subject *subject,
                        const struct attachment_keys *keys, struct attachment_content *content,
                        struct pl_err *err)
{
    AUTO_BUF digest = {0};
    AUTO_BUF signature = {0};
    char text[DIGEST_TEXT];
    const json_t *named = json_member(message, "messageDigest");
    if (!base64_decode(json_text(named, "digest"), &digest) || digest.len != SHA256_BYTES ||
        !base64_decode(json_text(message, "signature"), &signature))
        return err_set(err, PL_E_FORMAT, "the bundle's signature or digest is none");
    sha256_text((const unsigned char *)digest.data, text);
    if (!is_subject(subject, str_of(text)))
        return about_another(err);
    for (size_t i = 0; i < keys->count; i++)
        if (signature_verify_digest(keys->keys[i], (const unsigned char *)digest.data,
                                    buf_str(&signature))) {
            content->signs_image = true;
            content->key = keys->names[i];
            return 0;
        }
    return not_signed(err);
}

static int open_bundle(const json_t *bundle, const struct attachment_subject *subject,
                       const struct attachment_keys *keys, struct attachment_content *content,
                       struct pl_err *err)
{
    const json_t *envelope = json_member(bundle, "dsseEnvelope");
    const json_t *message = json_member(bundle, "messageSignature");
    if (envelope && dsse_is_envelope(envelope))
        return open_envelope(envelope, subject, keys, content, err);
    if (message)
        return open_message(message, subject, keys, content, err);
    return err_set(err, PL_E_FORMAT, "it is no bundle of sigstore");
}

int attachment_open(const struct attachment *attachment, const struct attachment_subject *subject,
                    const struct attachment_keys *keys, struct attachment_content *ret_content,
                    struct pl_err *err)
{
    AUTO_JSON *document = NULL;
    int r = 0;
    *ret_content = (struct attachment_content){0};
    if (attachment->kind == ATTACHMENT_SIGNATURE)
        return open_signature(attachment, subject, keys, ret_content, err);
    if (attachment->kind == ATTACHMENT_SBOM || attachment->kind == ATTACHMENT_STATEMENT) {
        if (keys->count)
            return not_signed(err);
        if (attachment->kind == ATTACHMENT_STATEMENT)
            return take_statement(attachment->bytes, subject, ret_content, err);
        buf_add(&ret_content->document, attachment->bytes);
        return 0;
    }
    r = json_document(attachment->bytes, &document, err);
    if (r < 0)
        return r;
    if (attachment->kind == ATTACHMENT_BUNDLE)
        return open_bundle(document, subject, keys, ret_content, err);
    if (!dsse_is_envelope(document))
        return err_set(err, PL_E_FORMAT, "it is no DSSE envelope");
    return open_envelope(document, subject, keys, ret_content, err);
}
