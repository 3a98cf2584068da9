/* Where the bytes of documents come from: files (decompressed), members of zip and tar archives. */
#pragma once

#include "feed/feed.h"
#include "io/decoder.h"
#include "io/zip.h"

enum document_kind { DOCUMENT_PLAIN, DOCUMENT_ZIP, DOCUMENT_TAR };

struct document_tar;

struct document_source {
    enum document_kind kind;
    uint64_t size; /* of the bytes, as far as it is known; UINT64_MAX: not */
    int (*next)(void *context, struct str *ret_chunk, struct pl_err *err);
    void *context;
    /* of files */
    struct file_input input;
    struct decoder *decoder;
    struct str first; /* bytes that were read to tell the kind; handed out before the rest */
    char *buffer;
    bool first_given, ended;
    uint64_t decoded;
};

/* `fd` stays the caller's. Decompression is set up, the kind told. */
int document_from_file(struct document_source *source, int fd, uint64_t size, struct pl_err *err);
void document_from_zip(struct document_source *source, struct zip *zip,
                       const struct zip_member *member);
void document_source_free(struct document_source *source);

int document_tar_open(struct document_source *outer, struct document_tar **ret_tar,
                      struct pl_err *err);
/* 1: the next file; 0: no more. */
int document_tar_next(struct document_tar *tar, struct str *ret_name, struct pl_err *err);
void document_from_tar(struct document_source *source, struct document_tar *tar);
void document_tar_close(struct document_tar *tar);

/* Reads the head. Small documents are read whole. */
int document_open(struct document_source *source, struct str name, bool in_archive,
                  struct feed_document **ret_document, struct pl_err *err);
void document_close(struct feed_document *document);
