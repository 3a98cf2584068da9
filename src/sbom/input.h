/* The bytes of a bill of materials, read in pieces and as often as a reader likes: it is never in
 * memory as a whole. */
#pragma once

#include "io/decoder.h"

enum { SBOM_HEAD = 64 * 1024 };

struct sbom_input {
    int fd;
    uint64_t size;
    enum compression compression;
    struct file_input file;
    struct decoder *decoder;
    char *buffer;
    uint64_t total; /* bytes so far */
};

/* PL_E_NOT_FOUND, PL_E_IO, PL_E_UNSUPPORTED (a folder). */
int sbom_input_open(const char *path, struct sbom_input *ret_input, struct pl_err *err);
/* To the beginning, behind a byte order mark. */
int sbom_input_rewind(struct sbom_input *input, struct pl_err *err);
/* The next bytes, len 0 at the end; `context` is the input. LIMIT_SBOM. */
int sbom_input_read(void *context, struct str *ret_chunk, struct pl_err *err);
/* The first SBOM_HEAD bytes, in `bytes`; the input stands at its beginning again. */
int sbom_input_head(struct sbom_input *input, char *bytes, struct str *ret_head,
                    struct pl_err *err);
void sbom_input_close(struct sbom_input *input);
