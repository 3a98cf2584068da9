#include "base/hash.h"

/* OpenSSL's low-level interface: the provider interface costs a millisecond at the first use, as
 * much as the rest of a small scan. The functions are deprecated, not going away in 3.x. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct sha256 *)0)->state), "SHA256_CTX grew");
_Static_assert(sizeof(MD5_CTX) <= sizeof(((struct md5 *)0)->state), "MD5_CTX grew");
_Static_assert(sizeof(SHA_CTX) <= sizeof(((struct sha1 *)0)->state), "SHA_CTX grew");

uint64_t hash_xxh3(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

void hash_xxh3_128(struct str a, struct str b, unsigned char ret_hash[XXH128_BYTES])
{
    XXH128_canonical_t text;
    XXH128_hash_t first = XXH3_128bits(a.data, a.len);
    /* The second is seeded with the first, so that no byte can move from one to the other. */
    XXH128_hash_t both = XXH3_128bits_withSeed(b.data, b.len, first.low64 ^ first.high64);
    XXH128_canonicalFromHash(&text, both);
    memcpy(ret_hash, text.digest, XXH128_BYTES);
}

void sha256_init(struct sha256 *ctx)
{
    SHA256_Init((SHA256_CTX *)(void *)ctx->state);
}

void sha256_add(struct sha256 *ctx, const void *data, size_t len)
{
    SHA256_Update((SHA256_CTX *)(void *)ctx->state, data, len);
}

void sha256_end(struct sha256 *ctx, unsigned char ret_digest[SHA256_BYTES])
{
    SHA256_Final(ret_digest, (SHA256_CTX *)(void *)ctx->state);
}

void hash_hex(const unsigned char *bytes, size_t count, char *ret_text)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        ret_text[2 * i] = hex[bytes[i] >> 4];
        ret_text[2 * i + 1] = hex[bytes[i] & 15];
    }
    ret_text[2 * count] = '\0';
}

void sha256_text(const unsigned char digest[SHA256_BYTES], char ret_text[DIGEST_TEXT])
{
    memcpy(ret_text, "sha256:", 7);
    hash_hex(digest, SHA256_BYTES, ret_text + 7);
}

void sha256_of(struct str bytes, char ret_text[DIGEST_TEXT])
{
    struct sha256 sha;
    unsigned char digest[SHA256_BYTES];
    sha256_init(&sha);
    sha256_add(&sha, bytes.data, bytes.len);
    sha256_end(&sha, digest);
    sha256_text(digest, ret_text);
}

void md5_init(struct md5 *ctx)
{
    MD5_Init((MD5_CTX *)(void *)ctx->state);
}

void md5_add(struct md5 *ctx, const void *data, size_t len)
{
    MD5_Update((MD5_CTX *)(void *)ctx->state, data, len);
}

void md5_end(struct md5 *ctx, unsigned char ret_digest[MD5_BYTES])
{
    MD5_Final(ret_digest, (MD5_CTX *)(void *)ctx->state);
}

void sha1_end(struct sha1 *ctx, unsigned char ret_digest[SHA1_BYTES])
{
    SHA1_Final(ret_digest, (SHA_CTX *)(void *)ctx->state);
}

bool digest_is_valid(struct str text)
{
    if (text.len != DIGEST_TEXT - 1 || !str_starts(text, STR("sha256:")))
        return false;
    for (size_t i = 7; i < text.len; i++)
        if (!((text.data[i] >= '0' && text.data[i] <= '9') ||
              (text.data[i] >= 'a' && text.data[i] <= 'f')))
            return false;
    return true;
}

void sha1_init(struct sha1 *ctx)
{
    SHA1_Init((SHA_CTX *)(void *)ctx->state);
}

void sha1_add(struct sha1 *ctx, const void *data, size_t len)
{
    SHA1_Update((SHA_CTX *)(void *)ctx->state, data, len);
}

void sha1_text(struct sha1 *ctx, char ret_text[SHA1_TEXT])
{
    unsigned char digest[SHA1_BYTES];
    SHA1_Final(digest, (SHA_CTX *)(void *)ctx->state);
    hash_hex(digest, SHA1_BYTES, ret_text);
}

void digest_chain(char chain[DIGEST_TEXT], struct str diff_id)
{
    struct sha256 sha;
    unsigned char digest[SHA256_BYTES];
    if (chain[0] == 0) {
        memcpy(chain, diff_id.data, DIGEST_TEXT - 1);
        chain[DIGEST_TEXT - 1] = 0;
        return;
    }
    sha256_init(&sha);
    sha256_add(&sha, chain, DIGEST_TEXT - 1);
    sha256_add(&sha, " ", 1);
    sha256_add(&sha, diff_id.data, diff_id.len);
    sha256_end(&sha, digest);
    sha256_text(digest, chain);
}
