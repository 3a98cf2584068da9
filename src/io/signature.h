/* Signatures of documents, verified with a public key: Ed25519 (RFC 8032), ECDSA and RSA with
 * SHA-256, as cosign and DSSE have them. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

struct signature_key;

/* A public key in PEM (SubjectPublicKeyInfo, RFC 7468). */
int signature_key_read(const char *path, struct signature_key **ret_key, struct pl_err *err);
void signature_key_free(struct signature_key *key);
static inline void signature_key_freep(struct signature_key **key)
{
    signature_key_free(*key);
}
bool signature_verify(const struct signature_key *key, struct str message, struct str signature);
/* The same for a message of which the SHA-256 alone is known; false for Ed25519, which signs
 * messages as a whole. */
bool signature_verify_digest(const struct signature_key *key,
                             const unsigned char digest[SHA256_BYTES], struct str signature);
/* The key's own name: SHA-256 of its SubjectPublicKeyInfo, "sha256:...". */
void signature_key_id(const struct signature_key *key, char ret_text[DIGEST_TEXT]);

/* A private key in PEM (PKCS #8), for signing with Ed25519. PL_E_UNSUPPORTED for other kinds. */
int signature_private_read(const char *path, struct signature_key **ret_key, struct pl_err *err);
/* Adds the signature's bytes. */
int signature_sign(const struct signature_key *key, struct str message, struct buf *ret_signature,
                   struct pl_err *err);
