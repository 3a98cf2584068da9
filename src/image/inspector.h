/* Inspectors: what looks for what is wrong in the files of a layer themselves: secrets, weak
 * passwords, permissions, malware. The walker shows each entry of a layer once to all of them and
 * hands them the bytes of the files that one of them wants, in order. What an inspector finds in a
 * layer is a function of the layer's bytes and of its configuration, as with catalogers. */
#pragma once

#include "base/buf.h"
#include "image/record.h"
#include "model/report.h"

struct inspect_entry {
    struct str path;      /* clean */
    struct str inner;     /* of what stands in an archive: the way to it in there; else empty */
    struct str link;      /* target of links, as written */
    enum entry_type type; /* FILE, DIR, SYMLINK, HARDLINK, OTHER */
    uint64_t size;
    uint32_t mode; /* permission bits, setuid, setgid and sticky with them */
    uint32_t uid, gid;
    char special; /* of OTHER: 'b', 'c' a device with these numbers, 'p' a pipe; else 0 */
    uint32_t major, minor;
    struct str capability; /* xattr security.capability as it is (capabilities(7)); empty: none */
    unsigned depth;        /* in how many archives it stands */
    bool sparse;
};

/* What was found in one file. The texts that its id stands for (title, reason, remedy) are told by
 * describe() once it is in a report. */
struct file_finding {
    enum finding_kind kind;
    enum severity severity;
    struct str id;
    struct str path, inner;
    unsigned inspector; /* index among those of the scan */
    uint32_t order;     /* turn of the entry in the layer */
    uint32_t line, column;
    struct str excerpt, identity;    /* model/report.h */
    struct str detail, detail_local; /* what exactly: English, the person's language; empty: none */
    bool seen_only;                  /* it matters only where the image still shows the file */
};

/* Where findings go. Strings are copied. */
struct inspect_sink {
    struct arena *arena;
    VEC(struct file_finding) findings;
    unsigned inspector; /* that is at work */
    uint32_t order;     /* of the entry that is shown */
    struct str path, inner;
    uint64_t file_count; /* findings of it */
    uint64_t *left;      /* of LIMIT_FILE_FINDINGS, for the whole image; atomically */
    uint64_t *spent;     /* microseconds of dear work of the whole image; atomically; NULL */
    uint64_t left_out;   /* past LIMIT_FILE_FINDINGS or LIMIT_FINDINGS_OF_FILE */
    bool detail;         /* some finding has a detail_local */
};
/* `finding`: kind, severity, id, line, column, excerpt, identity, detail, seen_only; path, order
 * and inspector are the sink's. False when there is no room for more: it is counted. */
bool inspect_add(struct inspect_sink *sink, const struct file_finding *finding);
/* False when inspect_add() would have no room: what costs much need not be made. */
bool inspect_has_room(const struct inspect_sink *sink);
void inspect_sink_free(struct inspect_sink *sink);

enum inspect_want {
    INSPECT_NOTHING,
    INSPECT_BYTES, /* add() is called with the bytes in order, then end() */
    INSPECT_WHOLE, /* whole() is called with all of them, up to whole_max */
};

struct inspector_class {
    const char *name;
    enum finding_kind kind;
    unsigned version;   /* raised when its results change */
    uint64_t whole_max; /* a file for whole() that is larger is told and passed over */
    /* Of archives inside of the layer: it has no use for what is in them, or unpacks them itself;
     * it has use for nothing else. */
    bool no_members, members_only;
    /* Packs what its results depend on beside the program itself; NULL: nothing. */
    void (*pack)(const void *config, struct buf *buf);
    /* A reader for one layer; NULL where config is all that it needs. */
    void *(*open)(const void *config);
    void (*close)(void *reader);
    /* Every entry. Findings that need no bytes are added here. NULL reader where open is NULL. */
    enum inspect_want (*entry)(const void *config, void *reader, const struct inspect_entry *entry,
                               struct inspect_sink *sink);
    /* Above 0: the problem is told, and the file counts as examined all the same. */
    int (*whole)(const void *config, void *reader, const struct inspect_entry *entry,
                 struct str bytes, struct inspect_sink *sink, struct pl_err *err);
    int (*add)(const void *config, void *reader, struct str chunk, struct inspect_sink *sink,
               struct pl_err *err);
    int (*end)(const void *config, void *reader, struct inspect_sink *sink, struct pl_err *err);
    /* Fills title, why, mend (with their twins), references and aliases by the id; severity and all
     * else is set. Texts that are made go into the arena. */
    void (*describe)(const void *config, struct arena *arena, struct finding *finding);
};

struct inspector {
    const struct inspector_class *class;
    const void *config; /* shared by all layers: nobody writes it */
};
