/* XML as a stream of elements, read by expat: never the whole document in memory. Prefixes of
 * namespaces are left away. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct xml_reader {
    /* The next bytes, len 0 at the end; valid until the next call. NULL: `text` is the document. */
    int (*read)(void *context, struct str *ret_chunk, struct pl_err *err);
    /* `attributes`: name, value, name, value ..., NULL. True: the element's text is wanted. */
    bool (*start)(void *context, struct str name, const char **attributes);
    /* `text`: what stands between the element's own tags, if it was wanted: trimmed, LIMIT_XML_TEXT
     * of it at the most. */
    void (*end)(void *context, struct str name, struct str text);
    void *context;
    /* Names of entities that the document does not declare (HTML's "&oslash;") are passed over, as
     * Maven does; else they are errors. */
    bool other_entities;
    struct str text;
};
/* PL_E_FORMAT with line and column where it is not well-formed; entities of the document's own are
 * refused. */
int xml_read(const struct xml_reader *reader, struct pl_err *err);
/* The attribute's value; empty: there is none. */
struct str xml_attribute(const char **attributes, const char *name);
