/* The members of one JSON object (RFC 8259) that a cataloger wants, found by a scan that builds
 * nothing: manifests of installed packages are many and mostly about other things. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct json_member_value {
    struct str
        raw;     /* as written, a string with its quotes; data is NULL: there is no such member */
    uint64_t at; /* byte of the text */
};

/* Fills values[i] for the member names[i] of the object that is the whole text; of doubles the last
 * one. PL_E_FORMAT names the byte; PL_E_LIMIT: LIMIT_JSON_DEPTH. What is inside of members is only
 * skipped over, not checked. */
int json_members(struct str text, const char *const *names, struct json_member_value *values,
                 size_t count, struct pl_err *err);
/* Calls take() with the name of every member of an object, not unescaped. False: the text is no
 * object, or is cut off; names before that were taken. */
bool json_member_names(struct str object, void (*take)(void *context, struct str name),
                       void *context);
/* The text of a string value, in place or, where it has escapes, in the arena. Empty: no string. */
struct str json_member_text(struct arena *arena, const struct json_member_value *value);
