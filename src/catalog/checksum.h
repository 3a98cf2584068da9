/* Checksums of files as package managers keep them, and those of files that are there: is a file
 * still the one that its package brought? Eight bytes of each are kept: enough to tell a change,
 * not to stand against somebody who makes files with such beginnings on purpose
 * (docs/architecture.md, "Ownership"). */
#pragma once

#include "base/str.h"

enum checksum_kind {
    CHECKSUM_NONE,
    CHECKSUM_MD5,    /* dpkg, Portage, old rpms */
    CHECKSUM_SHA1,   /* apk */
    CHECKSUM_SHA256, /* rpm */
    CHECKSUM_KIND_COUNT
};

struct checksum {
    enum checksum_kind kind;
    uint64_t start; /* of the digest, the first byte the highest */
};
#define CHECKSUM_UNKNOWN ((struct checksum){CHECKSUM_NONE, 0})

/* Of a digest's bytes, or its hexadecimal digits: which kind it is, its length tells. NONE when it
 * is none of the above. */
struct checksum checksum_of_digest(struct str bytes);
struct checksum checksum_of_hex(struct str hex);

/* All kinds of one file. */
struct file_sums {
    uint64_t starts[CHECKSUM_KIND_COUNT];
};

struct file_summer;
struct file_summer *file_summer_new(void);
void file_summer_add(struct file_summer *summer, struct str bytes);
/* Frees the summer. */
void file_summer_end(struct file_summer *summer, struct file_sums *ret_sums);
