#include "cache/value.h"

#include <zstd.h>

#include "base/limits.h"
#include "base/pack.h"

/* Hashes do not get smaller, names and texts to a fifth: at this level packing costs less than
 * writing what it saves. */
enum { LEVEL = 1 };

static struct str key_text(const struct cache_key *key)
{
    return str_make((const char *)key->bytes, sizeof(key->bytes));
}

bool value_seal(const struct cache_key *key, struct str plain, struct buf *ret_stored)
{
    if (plain.len > LIMIT_CACHE_VALUE)
        return false;
    size_t bound = ZSTD_compressBound(plain.len);
    unsigned char sum[XXH128_BYTES] = {0};
    buf_add(ret_stored, str_make((const char *)sum, sizeof(sum)));
    pack_number(ret_stored, plain.len);
    char *to = buf_reserve(ret_stored, bound);
    size_t packed = ZSTD_compress(to, bound, plain.data, plain.len, LEVEL);
    if (ZSTD_isError(packed))
        return false;
    ret_stored->len += packed;
    hash_xxh3_128(key_text(key), str_from(buf_str(ret_stored), sizeof(sum)), sum);
    memcpy(ret_stored->data, sum, sizeof(sum));
    return true;
}

bool value_open(const struct cache_key *key, struct str stored, struct buf *ret_plain)
{
    unsigned char sum[XXH128_BYTES];
    if (stored.len <= sizeof(sum))
        return false;
    hash_xxh3_128(key_text(key), str_from(stored, sizeof(sum)), sum);
    if (memcmp(stored.data, sum, sizeof(sum)) != 0)
        return false;
    struct unpack unpack = unpack_begin(str_from(stored, sizeof(sum)));
    uint64_t size = unpack_number(&unpack);
    if (unpack.wrong || size > LIMIT_CACHE_VALUE)
        return false;
    size_t packed = (size_t)(unpack.end - unpack.at);
    size_t len =
        ZSTD_decompress(buf_reserve(ret_plain, (size_t)size + 1), (size_t)size, unpack.at, packed);
    if (ZSTD_isError(len) || len != size)
        return false;
    ret_plain->len += len;
    return true;
}
