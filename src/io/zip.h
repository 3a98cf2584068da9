/* Reads zip archives (PKWARE APPNOTE 6.3.10) by their central directory: stored and deflated
 * members, zip64. Encrypted members and other methods are errors of the member, not of the archive.
 * The file can be hostile: members that overlap, sizes that lie and bombs are errors. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "io/content.h"

struct zip;

/* `fd` stays the caller's and open. */
int zip_open(int fd, struct zip **ret_zip, struct pl_err *err);
/* Over a content that outlives it. A program may stand before the archive (executable jars). */
int zip_open_content(const struct content *content, struct zip **ret_zip, struct pl_err *err);
void zip_close(struct zip *zip);
static inline void zip_closep(struct zip **zip)
{
    if (*zip)
        zip_close(*zip);
}

struct zip_member {
    struct str name; /* as written; valid until zip_close() */
    bool is_folder;
    uint64_t size;       /* inflated, as the directory tells it */
    uint64_t compressed; /* bytes in the archive */
    /* for zip_start() */
    uint64_t header_at;
    uint32_t crc;
    unsigned method, flags;
};

/* 1: the next member of the directory; 0: there are no more. */
int zip_next(struct zip *zip, struct zip_member *ret_member, struct pl_err *err);

/* Begins to read a member. */
int zip_start(struct zip *zip, const struct zip_member *member, struct pl_err *err);
/* A stored member's bytes where they stand; false when it is packed. */
bool zip_stored(struct zip *zip, const struct zip_member *member, struct content *ret_part);
/* Its next bytes; len 0 at its end, where size and checksum have been checked. Valid until the next
 * call of any function here. */
int zip_read(struct zip *zip, struct str *ret_chunk, struct pl_err *err);
