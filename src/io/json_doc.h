/* Small JSON documents as a whole (manifests, configs): parsed by jansson, with the nesting held
 * against LIMIT_JSON_DEPTH before. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/str.h"

int json_document(struct str text, json_t **ret_root, struct pl_err *err);
static inline void json_freep(json_t **root)
{
    json_decref(*root);
}
#define AUTO_JSON __attribute__((cleanup(json_freep))) json_t

/* Members, without trusting their types: an empty view, NULL or `otherwise` when they are of
 * another. */
struct str json_text(const json_t *object, const char *key);
struct str json_value_text(const json_t *value); /* of a string itself, which may be NULL */
json_t *json_list(const json_t *object, const char *key);
json_t *json_member(const json_t *object, const char *key); /* an object */
uint64_t json_count(const json_t *object, const char *key, uint64_t otherwise);
