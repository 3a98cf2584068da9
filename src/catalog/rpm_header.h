/* The header of an installed package, as every kind of rpm database keeps it: rpm's "Header format"
 * (docs/manual/format_header.md), without the magic: count of index entries, size of the store, the
 * index (tag, type, offset, count) and the store, all big-endian. */
#pragma once

#include "base/vec.h"
#include "catalog/sink.h"

/* A record's bytes where they stand in the database: a header of 200 kB on pages of 4 kB is not
 * copied together for the few hundred bytes that are wanted of it. */
struct rpm_piece {
    uint64_t start; /* of these bytes in the record */
    struct str bytes;
};
struct rpm_blob {
    VEC(struct rpm_piece) pieces; /* in order, without holes, none empty */
    uint64_t total;               /* bytes of all pieces */
    uint64_t from, len;           /* the header's part of them */
    char *joined;                 /* a range that crosses pieces */
    size_t joined_capacity;
};
/* Empties it for the next record. */
void rpm_blob_clear(struct rpm_blob *blob);
void rpm_blob_free(struct rpm_blob *blob);
void rpm_blob_add(struct rpm_blob *blob, struct str bytes);
/* The bytes [offset, offset + len) of the record (not of its header part), which must be inside
 * total. Valid until the next call. */
const unsigned char *rpm_blob_get(struct rpm_blob *blob, uint64_t offset, size_t len);

/* Adds the package that the header part of `blob` tells of; whatever is wrong with it becomes a
 * problem that names the record by its number. */
void rpm_header_add(struct catalog_sink *sink, struct rpm_blob *blob, uint64_t record);

/* The three arrays of a header that tell its files (rpm's tags DIRINDEXES, BASENAMES, DIRNAMES):
 * offsets into the store and counts, as the header has them. */
struct rpm_file_list {
    struct str owner;
    const unsigned char *store;
    uint32_t store_size;
    uint32_t indexes_at, names_at, dirs_at;
    uint32_t index_count, name_count, dir_count;
    uint32_t digests_at, digest_count; /* hexadecimal; empty for what is no file */
};
/* Adds every file that the arrays tell as the owner's; stops where they leave the store. */
void rpm_files_add(struct catalog_sink *sink, const struct rpm_file_list *list);
