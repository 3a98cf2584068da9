/* Hashes: XXH3 for tables, SHA-256 for digests. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

uint64_t hash_xxh3(const void *data, size_t len);
static inline uint64_t hash_str(struct str text)
{
    return hash_xxh3(text.data, text.len);
}

/* 128 bits of the bytes of `a` and `b`, one behind the other: tells accidents, not attacks. */
enum { XXH128_BYTES = 16 };
void hash_xxh3_128(struct str a, struct str b, unsigned char ret_hash[XXH128_BYTES]);

/* SHA-256, FIPS 180-4. */
struct sha256 {
    _Alignas(16) unsigned char state[128];
};
enum { SHA256_BYTES = 32, SHA256_HEX = 64 };
void sha256_init(struct sha256 *ctx);
void sha256_add(struct sha256 *ctx, const void *data, size_t len);
void sha256_end(struct sha256 *ctx, unsigned char ret_digest[SHA256_BYTES]);
/* "sha256:" and 64 hex digits, NUL-terminated. */
enum { DIGEST_TEXT = 7 + SHA256_HEX + 1 };
void sha256_text(const unsigned char digest[SHA256_BYTES], char ret_text[DIGEST_TEXT]);
/* Two lower-case hex digits a byte, NUL-terminated. */
void hash_hex(const unsigned char *bytes, size_t len, char *ret_text);
/* The digest of bytes that are in memory. */
void sha256_of(struct str bytes, char ret_text[DIGEST_TEXT]);
/* SHA-1, for looking up files in lists that are kept by it; it guards nothing. */
struct sha1 {
    _Alignas(16) unsigned char state[128];
};
enum { SHA1_BYTES = 20, SHA1_TEXT = 2 * SHA1_BYTES + 1 };
void sha1_init(struct sha1 *ctx);
void sha1_add(struct sha1 *ctx, const void *data, size_t len);
/* 40 lower-case hex digits, NUL-terminated. */
void sha1_text(struct sha1 *ctx, char ret_text[SHA1_TEXT]);
/* MD5, for comparing files with lists that are kept by it; it guards against accidents only. */
enum { MD5_BYTES = 16 };
struct md5 {
    _Alignas(16) unsigned char state[128];
};
void md5_init(struct md5 *ctx);
void md5_add(struct md5 *ctx, const void *data, size_t len);
void md5_end(struct md5 *ctx, unsigned char ret_digest[MD5_BYTES]);
void sha1_end(struct sha1 *ctx, unsigned char ret_digest[SHA1_BYTES]);
/* True for "sha256:" and 64 lower-case hex digits. */
bool digest_is_valid(struct str text);
/* The chain ID of the layers up to one (image-spec, config.md, "Layer ChainID"), from that of those
 * below it: an empty text before the lowest. `diff_id`: a valid digest. */
void digest_chain(char chain[DIGEST_TEXT], struct str diff_id);
