/* Advisory feeds. Each is one file with one `const struct feed`, and one word in meson.build. A
 * feed knows its documents by their content, reads them into a builder, and says where it is
 * published. */
#pragma once

#include "base/clock.h"
#include "base/progress.h"
#include "base/vec.h"
#include "io/json_doc.h"
#include "vulndb/builder.h"

/* One document: a file, decompressed, or a member of an archive. */
struct feed_document {
    struct str name; /* for messages: "osv/all.zip: GHSA-1.json" */
    /* It came out of an archive: its publisher put the whole of a unit there. */
    bool in_archive;
    struct str head; /* its first bytes, FEED_HEAD at the most */
    /* The next bytes from the first on, len 0 at the end; valid until the next call. */
    int (*next)(struct feed_document *document, struct str *ret_chunk, struct pl_err *err);
    /* All bytes where they are in memory anyway; data is NULL else. */
    struct str whole;
};
enum { FEED_HEAD = 64 * 1024 };

/* One run of imports. */
struct feed_import {
    struct builder *builder;
    /* Something that can't be used; the rest is. `where` names the file, the member, the record. */
    void (*problem)(void *context, struct str where, const struct pl_err *problem);
    void *context;
    const struct progress *progress;
    bool named; /* the file at hand is what was asked for, not one of many */
    uint64_t documents, records, problems; /* read so far */
    char snapshot_date[CLOCK_DATE]; /* of a snapshot of feeds, feed/snapshot.c; empty: none */
    uint64_t bad_scores; /* CVSS vectors that are none: left out, their records are not */
    uint64_t bytes_done, bytes_total; /* of files */
    VEC(uint32_t) whole_units;        /* see feed_brings_whole() */
};

struct feed_address {
    const char *url;
    const char *what; /* for the progress line: "Alpine v3.19 main" */
    /* A document with a line "sha256:HEX" over the decompressed file (NVD's .meta); NULL: none. */
    const char *checksum;
};

struct feed {
    const char *name; /* "debian" */
    const char *help; /* whose, and which format; translatable */
    enum feed_id id;
    /* Looks at document->head alone. */
    bool (*recognise)(struct str head);
    /* Reads all records. An error means that the rest of the document is lost. */
    int (*read)(struct feed_import *import, struct feed_document *document, struct pl_err *err);
    const struct feed_address *addresses; /* ended by a NULL url; NULL: nothing to download */
    /* Large ones, which are downloaded only when the feed is asked for by its name. */
    const struct feed_address *large_addresses;
};

/* All feeds, ended by NULL; generated from feed/meson.build. */
extern const struct feed *const feeds[];
const struct feed *feed_find(struct str name);
/* NULL: none of them. */
const struct feed *feed_recognise(struct str head);

/* Reads a file or, with everything below it, a folder. What it is decides by its content. Problems
 * are told; an error is only what ends the run (memory of the builder, an unreadable path). */
int feed_import_path(struct feed_import *import, const char *path, struct pl_err *err);
/* Bytes of all files at and below a path, for the progress. */
uint64_t feed_path_bytes(const char *path);

/* For the feeds: */

/* Tells a problem of one record. `place` is the record's id or number; empty: the document. */
void feed_tell(struct feed_import *import, const struct feed_document *document, struct str place,
               const struct pl_err *problem);
/* The whole document, LIMIT_JSON_ENTRY at the most. */
int feed_read_whole(struct feed_document *document, struct buf *ret_text, struct pl_err *err);
/* A document over bytes in memory, with the name of another. */
struct feed_document feed_document_again(const struct feed_document *document, struct str text);
/* The document (or the archive that it is in) is the whole of this unit: once it has been read to
 * its end, nothing of the unit is carried over from the old database. After an error the old stays.
 */
void feed_brings_whole(struct feed_import *import, uint32_t unit);
/* Lines of a text, without "\n" or "\r\n", from number 1 on. */
typedef void feed_line_fn(void *context, struct str line, uint64_t number);
int feed_read_lines(struct feed_document *document, feed_line_fn *take, void *context,
                    struct pl_err *err);
/* Entries of a large JSON document, each parsed: `path` as for json_cut(). What can't be parsed is
 * told as a problem. `entry` gets the names on the way, and tells its problems itself. */
typedef void feed_entry_fn(struct feed_import *import, const struct feed_document *document,
                           const struct str *names, const json_t *entry, void *context);
int feed_read_entries(struct feed_import *import, struct feed_document *document,
                      const char *const *path, feed_entry_fn *entry,
                      int (*scalar)(void *context, struct str name, struct str text,
                                    struct pl_err *err),
                      void *context, struct pl_err *err);
