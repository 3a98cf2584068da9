/* Documents that are attached to an image: signatures of cosign, attestations, bills of materials.
 *
 * Sources: cosign, specs/SIGNATURE_SPEC.md (tags, media types, annotations), containers/image,
 * docs/containers-signature.5.md ("simple signing"), in-toto attestation, sigstore's
 * protobuf-specs (bundle v0.3), BuildKit, docs/attestations. */
#pragma once

#include "base/buf.h"
#include "io/signature.h"

enum attachment_kind {
    ATTACHMENT_SIGNATURE, /* a payload of simple signing, with its signature apart */
    ATTACHMENT_ENVELOPE,  /* DSSE around an in-toto statement */
    ATTACHMENT_BUNDLE,    /* sigstore's bundle: an envelope, or a signature of the manifest */
    ATTACHMENT_STATEMENT, /* an in-toto statement that nobody signed */
    ATTACHMENT_SBOM,      /* a bill of materials that nobody signed */
    ATTACHMENT_KIND_COUNT
};

/* What an image's parts of this media type (of a layer, or of the whole artifact) are; false: none
 * of these. */
bool attachment_kind_of(struct str media_type, enum attachment_kind *ret_kind);

struct attachment {
    enum attachment_kind kind;
    struct str place;     /* digest of the blob: for messages */
    struct str bytes;     /* of the blob */
    struct str signature; /* base64; of ATTACHMENT_SIGNATURE */
};

/* The image that it should be about. */
struct attachment_subject {
    struct str digests[2]; /* of the manifest and of what its name stands for; empty: not known */
};

struct attachment_keys {
    const struct signature_key *const *keys;
    const struct str *names; /* their files */
    size_t count;
};

/* What was found good in one. */
struct attachment_content {
    bool signs_image; /* it says nothing but that the image is the signer's */
    struct str key;   /* that signed it; empty: none was asked for */
    struct buf predicate_type;
    struct buf document;  /* the predicate's JSON text, or the bill of materials */
    struct buf statement; /* the whole statement, when there is one */
};
void attachment_content_free(struct attachment_content *content);
#define AUTO_ATTACHMENT CLEANUP(attachment_content_free) struct attachment_content

/* Opens one. With keys, PL_E_DIGEST when it is not signed by any of them; PL_E_NOT_FOUND when it is
 * about another image; PL_E_FORMAT when it is none. */
int attachment_open(const struct attachment *attachment, const struct attachment_subject *subject,
                    const struct attachment_keys *keys, struct attachment_content *ret_content,
                    struct pl_err *err);
