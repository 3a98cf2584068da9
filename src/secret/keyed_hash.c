/* What stands for a secret in a fingerprint. */
#include "base/hash.h"
#include "secret/ruleset.h"

enum { BLOCK = 64 }; /* of SHA-256 */

/* RFC 2104, with a key of at most one block. */
static void hmac(const unsigned char *key, size_t key_len, const void *bytes, size_t len,
                 unsigned char ret_digest[SHA256_BYTES])
{
    unsigned char pad[BLOCK] = {0};
    struct sha256 sha;
    memcpy(pad, key, key_len);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36;
    sha256_init(&sha);
    sha256_add(&sha, pad, BLOCK);
    sha256_add(&sha, bytes, len);
    sha256_end(&sha, ret_digest);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    sha256_init(&sha);
    sha256_add(&sha, pad, BLOCK);
    sha256_add(&sha, ret_digest, SHA256_BYTES);
    sha256_end(&sha, ret_digest);
}

void secret_digest(struct str secret, unsigned char ret_digest[SHA256_BYTES])
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_add(&sha, secret.data, secret.len);
    sha256_end(&sha, ret_digest);
}

/* The secret is what is stretched; the key, which is people's own or none, comes last. */
void secret_hash(const struct secret_ruleset *set, const unsigned char digest[SHA256_BYTES],
                 char ret_text[SECRET_HASH])
{
    static const char salt[] = "plimsoll secret\0\0\0\1";
    unsigned char block[SHA256_BYTES], sum[SHA256_BYTES];
    hmac(digest, SHA256_BYTES, salt, sizeof(salt) - 1, block);
    memcpy(sum, block, sizeof(sum));
    for (int round = 1; round < SECRET_ROUNDS; round++) {
        hmac(digest, SHA256_BYTES, block, sizeof(block), block);
        for (size_t i = 0; i < sizeof(sum); i++)
            sum[i] ^= block[i];
    }
    hmac(set->key, sizeof(set->key), sum, sizeof(sum), block);
    hash_hex(block, (SECRET_HASH - 1) / 2, ret_text);
}
