#include "io/signature.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

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
