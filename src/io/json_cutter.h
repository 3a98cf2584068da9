/* Cuts a JSON document of any size (RFC 8259) into the entries that a reader wants, each to be
 * parsed on its own: nothing but one entry is ever in memory. The scanner knows only what nests and
 * where strings end; what an entry holds is its parser's to check. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* One step of the way to the entries: a member's name, any member, or any element of an array. */
#define JSON_ANY_MEMBER "*"
#define JSON_ANY_ELEMENT "[]"
enum { JSON_PATH_MAX = 4 };

struct json_cutter {
    /* The next bytes, len 0 at the end; valid until the next call. NULL: `text` is the document. */
    int (*read)(void *context, struct str *ret_chunk, struct pl_err *err);
    /* Steps from the root to the entries, ended by NULL; none: the document is the one entry. */
    const char *const *path;
    /* An entry: the names of the members on the way to it (not unescaped; an element has none) and
     * its text. An error ends the cutting. */
    int (*entry)(void *context, const struct str *names, struct str text, struct pl_err *err);
    /* A string or number that is a member of the root, or NULL. Strings without their quotes, not
     * unescaped. */
    int (*scalar)(void *context, struct str name, struct str text, struct pl_err *err);
    void *context;
    struct str text;
};

/* Errors name the byte where they are. PL_E_LIMIT: LIMIT_JSON_DEPTH, LIMIT_JSON_ENTRY. */
int json_cut(const struct json_cutter *cutter, struct pl_err *err);
