#include "catalog/checksum.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

static uint64_t start_of(const unsigned char *bytes)
{
    uint64_t start = 0;
    for (size_t i = 0; i < sizeof(start); i++)
        start = start << 8 | bytes[i];
    return start;
}

static enum checksum_kind kind_of(size_t bytes)
{
    return bytes == MD5_BYTES      ? CHECKSUM_MD5
           : bytes == SHA1_BYTES   ? CHECKSUM_SHA1
           : bytes == SHA256_BYTES ? CHECKSUM_SHA256
                                   : CHECKSUM_NONE;
}

struct checksum checksum_of_digest(struct str bytes)
{
    enum checksum_kind kind = kind_of(bytes.len);
    if (kind == CHECKSUM_NONE)
        return CHECKSUM_UNKNOWN;
    return (struct checksum){kind, start_of((const unsigned char *)bytes.data)};
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct checksum checksum_of_hex(struct str hex)
{
    unsigned char bytes[sizeof(uint64_t)];
    enum checksum_kind kind = hex.len % 2 ? CHECKSUM_NONE : kind_of(hex.len / 2);
    for (size_t i = 0; i < sizeof(bytes) && kind; i++) {
        int high = digit_of(hex.data[2 * i]), low = digit_of(hex.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return CHECKSUM_UNKNOWN;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return kind ? (struct checksum){kind, start_of(bytes)} : CHECKSUM_UNKNOWN;
}

struct file_summer {
    struct md5 md5;
    struct sha1 sha1;
    struct sha256 sha256;
};

struct file_summer *file_summer_new(void)
{
    struct file_summer *summer = mem_alloc(sizeof(*summer));
    md5_init(&summer->md5);
    sha1_init(&summer->sha1);
    sha256_init(&summer->sha256);
    return summer;
}

void file_summer_add(struct file_summer *summer, struct str bytes)
{
    md5_add(&summer->md5, bytes.data, bytes.len);
    sha1_add(&summer->sha1, bytes.data, bytes.len);
    sha256_add(&summer->sha256, bytes.data, bytes.len);
}

void file_summer_end(struct file_summer *summer, struct file_sums *ret_sums)
{
    unsigned char digest[SHA256_BYTES];
    md5_end(&summer->md5, digest);
    ret_sums->starts[CHECKSUM_MD5] = start_of(digest);
    sha1_end(&summer->sha1, digest);
    ret_sums->starts[CHECKSUM_SHA1] = start_of(digest);
    sha256_end(&summer->sha256, digest);
    ret_sums->starts[CHECKSUM_SHA256] = start_of(digest);
    free(summer);
}
