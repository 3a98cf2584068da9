#include "io/signature.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "io/whole_file.h"

struct signature_key {
    EVP_PKEY *key;
};

int signature_key_read(const char *path, struct signature_key **ret_key, struct pl_err *err)
{
    AUTO_BUF text = {0};
    int r = whole_file_read(path, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text, err);
    if (r < 0)
        return r;
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    if (!key)
        return err_set(err, PL_E_FORMAT, "%s: this is no public key in PEM", path);
    struct signature_key *result = mem_alloc(sizeof(*result));
    result->key = key;
    *ret_key = result;
    return 0;
}

void signature_key_free(struct signature_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->key);
    free(key);
}

bool signature_verify(const struct signature_key *key, struct str message, struct str signature)
{
    int kind = EVP_PKEY_get_base_id(key->key);
    const EVP_MD *digest = kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448 ? NULL : EVP_sha256();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, key->key) == 1 &&
                EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.len,
                                 (const unsigned char *)message.data, message.len) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

bool signature_verify_digest(const struct signature_key *key,
                             const unsigned char digest[SHA256_BYTES], struct str signature)
{
    int kind = EVP_PKEY_get_base_id(key->key);
    if (kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448)
        return false;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->key, NULL);
    bool good = context && EVP_PKEY_verify_init(context) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                EVP_PKEY_verify(context, (const unsigned char *)signature.data, signature.len,
                                digest, SHA256_BYTES) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}

void signature_key_id(const struct signature_key *key, char ret_text[DIGEST_TEXT])
{
    unsigned char *bytes = NULL;
    int len = i2d_PUBKEY(key->key, &bytes);
    sha256_of(str_make((const char *)bytes, len > 0 ? (size_t)len : 0), ret_text);
    OPENSSL_free(bytes);
}

int signature_private_read(const char *path, struct signature_key **ret_key, struct pl_err *err)
{
    AUTO_BUF text = {0};
    int r = whole_file_read(path, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text, err);
    if (r < 0)
        return r;
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
    char none[] = ""; /* a key that is locked is refused instead of asked for at the terminal */
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, none) : NULL;
    BIO_free(bio);
    OPENSSL_cleanse(text.data, text.len);
    if (!key)
        return err_set(err, PL_E_FORMAT, "%s: this is no private key in PEM without a password",
                       path);
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(key);
        return err_set(err, PL_E_UNSUPPORTED, "%s: this is no Ed25519 key", path);
    }
    struct signature_key *result = mem_alloc(sizeof(*result));
    result->key = key;
    *ret_key = result;
    return 0;
}

int signature_sign(const struct signature_key *key, struct str message, struct buf *ret_signature,
                   struct pl_err *err)
{
    size_t len = 64; /* RFC 8032, section 5.1.6 */
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *bytes = (unsigned char *)buf_reserve(ret_signature, len);
    bool good =
        context && EVP_DigestSignInit(context, NULL, NULL, NULL, key->key) == 1 &&
        EVP_DigestSign(context, bytes, &len, (const unsigned char *)message.data, message.len) == 1;
    EVP_MD_CTX_free(context);
    if (!good)
        return err_set(err, PL_E_FAULT, "the signature cannot be made");
    ret_signature->len += len;
    return 0;
}
