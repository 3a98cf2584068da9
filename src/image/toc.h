/* Tables of contents that some layers carry at their end: what stands where in the layer as it is
 * stored, so that single files can be fetched out of a registry. Two kinds, with one list of
 * entries: eStargz (gzip; stargz-snapshotter, docs/estargz.md) and zstd:chunked
 * (containers/storage, docs/containers-storage-zstd-chunked.md).
 *
 * A table is used only when its digest stands in the manifest; every byte that is read by it is
 * held against the digests in it. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/vec.h"
#include "io/decoder.h"
#include "io/tar.h"

/* A run of a file's bytes, packed by itself. */
struct toc_chunk {
    uint64_t offset, end; /* where it is in the layer as stored; others may follow before end */
    uint64_t inner;       /* unpacked bytes of others before it */
    uint64_t size;        /* unpacked */
    const unsigned char *digest; /* SHA-256; NULL: not told */
};

struct toc_entry {
    struct str name, link; /* as written */
    uint64_t size;
    uint32_t mode;
    enum tar_type type;
    uint32_t first_chunk, chunk_count;
    const unsigned char *digest; /* of the whole file; NULL: not told */
};

struct toc {
    struct arena arena;
    VEC(struct toc_entry) entries; /* in their order in the layer */
    VEC(struct toc_chunk) chunks;
    enum compression packing;
    uint64_t fetched; /* bytes of the layer, so far */
};

/* Files lie before byte `files_end` of the layer. PL_E_FORMAT when the table contradicts itself, or
 * tells of bytes that nothing can be held against; PL_E_LIMIT. */
int toc_parse(struct str json, uint64_t files_end, struct toc **ret_toc, struct pl_err *err);
void toc_free(struct toc *toc);

/* ---- where a table is ---- */

enum toc_kind { TOC_NONE, TOC_ESTARGZ, TOC_ZSTD_CHUNKED };

/* What the layer's descriptor in the manifest tells. */
struct toc_place {
    enum toc_kind kind;
    struct str digest;              /* of the JSON (eStargz), or of its packed form */
    uint64_t offset, stored, plain; /* of zstd:chunked: place, packed and unpacked size */
};

/* The annotation's "OFFSET:PACKED:UNPACKED:TYPE"; false when it is none that can be used. */
bool toc_place_parse(struct str position, struct toc_place *ret_place);
enum { TOC_FOOTER = 51 };
/* Where eStargz's table begins; false when these bytes are no such footer. */
bool toc_footer_parse(struct str footer, uint64_t *ret_offset);
/* The JSON in the packed table: of zstd:chunked all of it, of eStargz the file of a small tar. */
int toc_unpack(const struct toc_place *place, struct str packed, struct buf *ret_json,
               struct pl_err *err);
