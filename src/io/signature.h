/* Signatures of documents, verified with a public key: Ed25519 (RFC 8032), ECDSA and RSA with
 * SHA-256, as cosign and DSSE have them. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct signature_key;

/* A public key in PEM (SubjectPublicKeyInfo, RFC 7468). */
int signature_key_read(const char *path, struct signature_key **ret_key, struct pl_err *err);
void signature_key_free(struct signature_key *key);
static inline void signature_key_freep(struct signature_key **key)
{
    signature_key_free(*key);
}
bool signature_verify(const struct signature_key *key, struct str message, struct str signature);
