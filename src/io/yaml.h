/* YAML 1.1 (as libyaml reads it) as jansson's values. Every scalar is a string as it is written,
 * whatever it looks like: what it means, its reader knows. Of a mapping's equal keys the last one
 * wins; a pair whose key is no scalar is passed over; merge keys ("<<") are keys as others.
 *
 * An alias stands for the very value of its anchor. Values that are reached through aliases are
 * counted as often as they are reached, and held against LIMIT_YAML_NODES: who walks over the
 * result never sees more. An alias of what is not known is null. */
#pragma once

#include "io/json_doc.h"

/* The first document of a stream; null where there is none. PL_E_FORMAT with line and column;
 * PL_E_LIMIT: LIMIT_JSON_DEPTH, LIMIT_YAML_NODES. */
int yaml_document(struct str text, json_t **ret_root, struct pl_err *err);
/* Each document of a stream. Not 0 from `take` ends the reading and is its result. */
int yaml_each_document(struct str text,
                       int (*take)(void *context, const json_t *root, struct pl_err *err),
                       void *context, struct pl_err *err);

/* One step of the way to the entries: a key, any key, or any element of a sequence. */
#define YAML_ANY_KEY "*"
#define YAML_ANY_ELEMENT "[]"
enum { YAML_PATH_MAX = 4 };

/* Like io/json_cutter.h: of a large document only one entry is ever in memory. The documents of a
 * stream come one after the other. Aliases of what is in no entry are null. */
struct yaml_cutter {
    struct str text;
    /* Steps from the root to the entries, ended by NULL; at least one. */
    const char *const *path;
    /* An entry: the keys on the way to it (an element has none), its value and its line. Not 0
     * ends the cutting and is its result. */
    int (*entry)(void *context, const struct str *keys, const json_t *value, size_t line,
                 struct pl_err *err);
    /* A scalar that is a member of the root and not on the path; or NULL. */
    void (*scalar)(void *context, struct str key, struct str text);
    void *context;
};
int yaml_cut(const struct yaml_cutter *cutter, struct pl_err *err);
