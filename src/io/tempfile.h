/* Files that appear whole or not at all: written beside their final place under another name, then
 * renamed. Whatever is half-written can be removed from a signal handler. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct tempfile {
    int fd;     /* open for writing, the caller's until commit or discard; -1: closed */
    char *path; /* of the temporary file */
    char *final_path;
    int slot;
};

/* A new empty file in the folder of `final_path`, which must exist. */
int tempfile_create(const char *final_path, struct tempfile *ret, struct pl_err *err);
/* Flushes the file to disk, renames it to its final path and flushes the folder. The struct is
 * empty afterwards, also when it fails: then the temporary file is gone. */
int tempfile_commit(struct tempfile *file, struct pl_err *err);
/* Removes it. Harmless on an empty struct. */
void tempfile_discard(struct tempfile *file);
/* Removes all temporary files there are. Async-signal-safe: for a handler that ends the program. */
void tempfile_unlink_all(void);

#define TEMPFILE_NONE ((struct tempfile){.fd = -1, .slot = -1})
#define AUTO_TEMPFILE __attribute__((cleanup(tempfile_discard))) struct tempfile

/* An empty file that has no name and is gone once it is closed: in TMPDIR, /var/tmp or /tmp. */
int tempfile_nameless(struct pl_err *err);
/* All of the bytes. */
int tempfile_write(int fd, struct str bytes, struct pl_err *err);
