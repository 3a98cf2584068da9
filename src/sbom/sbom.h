/* Bills of materials that other programs, or this one, wrote: they become the packages and the
 * system of a report, as a scan of the image would give them.
 *
 * A reader is one const struct in one file, and one word in this folder's meson.build. */
#pragma once

#include "base/err.h"
#include "io/rewind_input.h"
#include "model/report.h"
#include "sbom/builder.h"

struct sbom_format {
    const char *name; /* "cyclonedx", "spdx", "syft" ... */
    const char *help; /* which versions; translatable */
    /* Whether the document is of this format: from its first 64 KiB. */
    bool (*detect)(struct str head);
    /* Tells the builder of the target and of every entry, in any order. An entry that cannot be
     * used is a diagnostic, the others are read. Negative only when the document as a whole is not
     * usable (PL_E_FORMAT, PL_E_LIMIT, PL_E_UNSUPPORTED), and then names the place. The input
     * stands at its beginning; it may be read several times. */
    int (*read)(struct rewind_input *input, struct sbom_builder *builder, struct pl_err *err);
};

extern const struct sbom_format *const sbom_formats[]; /* ended by NULL */

/* The format of a document that begins with `head`; NULL: none of ours. */
const struct sbom_format *sbom_find(struct str head);

/* Reads the file (also packed by gzip, zstd, xz or bzip2; "-": standard input) into a zeroed
 * report: packages in their final order, each with its purl, dependencies and owners pointing at
 * the right ones. PL_E_FORMAT when it is no bill of materials; LIMIT_SBOM. */
int sbom_read(const char *path, struct report *report, struct pl_err *err);
/* The same of bytes that are in memory; `name` says where they are from. */
int sbom_read_bytes(struct str bytes, struct str name, struct report *report, struct pl_err *err);
/* True when the file begins like one of ours. */
bool sbom_detect(const char *path);
