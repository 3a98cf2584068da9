/* The few fields of a text record (a dpkg stanza, an apk package) that are kept until its end,
 * since the input's chunks do not outlive a line. */
#pragma once

#include "base/buf.h"
#include "catalog/sink.h"

enum { FIELDS_MAX = 8 };

struct fields {
    struct buf text;
    struct {
        size_t offset, len;
        bool set;
    } values[FIELDS_MAX];
    uint64_t first_line; /* of the record; 0: no line yet */
    bool garbage_told;   /* one problem a record: damaged files have thousands of such lines */
};

/* For the next record. */
void fields_clear(struct fields *fields);
void fields_free(struct fields *fields);
/* Copies the value without white space at its ends; a second one of the same field wins. One longer
 * than LIMIT_FIELD is a problem and is not kept. */
void fields_keep(struct fields *fields, struct catalog_sink *sink, uint64_t line, unsigned field,
                 struct str value);
/* Valid until the next fields_keep() or fields_clear(); empty when it was not there. */
struct str fields_get(const struct fields *fields, unsigned field);
/* The problem of a line that was longer than LIMIT_LINE. */
void fields_tell_cut(struct catalog_sink *sink, uint64_t line);
