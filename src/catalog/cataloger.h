/* Catalogers: what reads packages and facts out of the files of a tree.
 *
 * A cataloger names the paths it wants; the walker hands it each such file while it passes over the
 * layer. It sees one file of one layer at a time and keeps no state: what it finds is a function of
 * the file's bytes. Findings of several files together are made later by finishers. */
#pragma once

#include "base/err.h"
#include "catalog/checksum.h"
#include "io/input.h"
#include "model/package.h"

/* Lines of an input, without their '\n'. A line longer than LIMIT_LINE is cut there, its rest is
 * passed over and `cut` is set. */
struct line_reader {
    struct input *input;
    struct str chunk; /* what is left of the input's current chunk */
    char *joined;     /* a line that crosses chunks */
    size_t joined_len, joined_capacity;
    uint64_t line; /* number of the line handed out, from 1 */
    bool cut;      /* the line handed out was longer than LIMIT_LINE */
    bool ended;
};
void lines_init(struct line_reader *reader, struct input *input);
/* 1 and a line, 0 at the end, negative on an error of the input. */
int lines_next(struct line_reader *reader, struct str *ret_line, struct pl_err *err);
void lines_free(struct line_reader *reader);

struct catalog_files;

/* Where a cataloger puts what it finds. Strings handed over are copied by the sink. */
struct catalog_sink;
/* Copies the package with all its strings; name, version and type must be set, cataloger and paths
 * are filled by the sink where they are empty. A version or name longer than LIMIT_FIELD is a
 * diagnostic. */
void catalog_add_package(struct catalog_sink *sink, const struct package *package);
/* Whether hashes, needs and provides of packages are asked for: they cost time and memory, and only
 * bills of materials and policies on licences have a use for them. The sink drops them else. */
bool catalog_wants_details(const struct catalog_sink *sink);
/* A file that belongs to the package of this name: its path with or without a leading '/'. What
 * other catalogers find in it is then that package's own, as long as the file has the checksum.
 * Past LIMIT_RECORD_BYTES it is not kept, and the file counts as nobody's. */
void catalog_add_owned(struct catalog_sink *sink, enum package_type type, struct str package,
                       struct str path, struct checksum checksum);
/* The checksum of the file that was added last, where it is told behind the path. */
void catalog_set_owned_checksum(struct catalog_sink *sink, struct checksum checksum);
/* Keeps a text of this file for finish(), which sees all of them at once. One a file; past
 * LIMIT_RECORD_BYTES it is told and left out. */
void catalog_keep(struct catalog_sink *sink, struct str text);
/* In finish(): the file that packages and problems told from now on are of. */
void catalog_set_path(struct catalog_sink *sink, struct str path);
/* A record that could not be read, with the place in the file: "entry 812", "line 33". The file's
 * path is put before it. The report is then incomplete (exit code 5). */
void catalog_add_problem(struct catalog_sink *sink, const struct pl_err *problem);
/* False when there is no room for another problem, which is then counted as left out: asked before
 * a message is formatted, since hostile input can ask for millions of them. */
bool catalog_wants_problem(struct catalog_sink *sink);

enum catalog_mode {
    CATALOG_STREAM, /* bytes come in order through input.next */
    CATALOG_WHOLE,  /* input.whole holds all bytes, up to max_size (0: LIMIT_FILE_WHOLE) */
    CATALOG_KEEP,   /* not read now: small content that tells of the system (os-release) */
    CATALOG_RANDOM, /* input.content (io/content.h) holds all bytes, to be read in any order */
};

struct cataloger {
    const char *name;
    const char *help;  /* translatable */
    const char *group; /* "os", "language", "binary" */
    bool details;      /* it tells of nothing but details (catalog_wants_details()) */
    bool notes;        /* what it keeps tells of packages that others found: app/licenses.c */
    unsigned version;  /* raised when its results change: part of the cache's key */
    /* Globs (base/str.h: str_glob) without a leading '/', ended by NULL. Patterns of system files
     * have no wildcard, or one in their last component; they are found through links, too. Others,
     * which begin with a component of two stars, find files where they are. One that ends with '/'
     * wants folders: read() is called without bytes. NULL: none. */
    const char *const *wants;
    /* Every regular file that begins with these bytes, whatever it is called; RANDOM. NULL: none.
     */
    const char *magic;
    enum catalog_mode mode;
    uint64_t max_size;
    /* Suffix of a companion file that changes what this one says ("-wal" beside an SQLite file).
     * When the companion is visible and not empty, read() is called again with both. */
    const char *companion;
    /* Where several wanted files of one folder say the same, the one with the highest rank speaks
     * alone. NULL: all do. */
    int (*rank)(struct str path);
    /* Errors end the reading of this file and become a diagnostic; what was added before stays. */
    int (*read)(struct catalog_sink *sink, struct input *input, struct str companion,
                struct pl_err *err);
    /* What files that belong together say (a project's and its parent's): gets what read() kept of
     * those that can be seen in the image. catalog_set_path() before packages and problems. */
    int (*finish)(struct catalog_sink *sink, const struct catalog_files *files, struct pl_err *err);
};

/* What catalog_keep() kept of files, sorted by path; a path stands once. */
struct catalog_file {
    struct str path, content;
};
struct catalog_files {
    const struct catalog_file *items;
    size_t count;
};

extern const struct cataloger *const catalogers[]; /* ended by NULL */
