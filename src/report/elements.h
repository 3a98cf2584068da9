/* One description of a document, two syntaxes: what CycloneDX writes as JSON and as XML has the
 * same shape but for a few turns, and these are known here alone. Elements stand in the order of
 * the XML schema. */
#pragma once

#include "io/json_writer.h"

enum { ELEMENTS_DEPTH = 32 };

struct elements {
    struct out *out;
    bool xml;
    struct json_writer json;
    const char *open[ELEMENTS_DEPTH]; /* XML: names of the open elements; NULL: it has no tag */
    char bracket[ELEMENTS_DEPTH];     /* JSON */
    unsigned depth;
    bool tag_open; /* XML: the start tag may still get attributes */
    bool has_text; /* XML: the end tag follows the text */
};

void elements_init(struct elements *to, struct out *out, bool xml);
/* The document's root. XML: with its name space. */
void elements_root(struct elements *to, const char *name, const char *name_space);
/* A member that is an object. */
void elements_object(struct elements *to, const char *name);
/* A member that is a list. XML: the element around its items; NULL: there is none. */
void elements_list(struct elements *to, const char *key, const char *xml_name);
/* An object in a list. XML: NULL when it has no tag of its own. */
void elements_item(struct elements *to, const char *xml_name);
void elements_end(struct elements *to);
/* Of the innermost object, before all else of it. */
void elements_attribute(struct elements *to, const char *name, struct str value);
/* JSON: a member of that name; XML: the element's own text. */
void elements_own_text(struct elements *to, const char *key, struct str value);
void elements_text(struct elements *to, const char *name, struct str value);
void elements_number(struct elements *to, const char *name, double value, int decimals);
/* A plain value in a list. */
void elements_text_item(struct elements *to, const char *xml_name, struct str value);
void elements_number_item(struct elements *to, const char *xml_name, uint64_t value);
/* JSON: a plain text; XML: an element with the attribute "ref". */
void elements_ref_item(struct elements *to, const char *xml_name, struct str value);
