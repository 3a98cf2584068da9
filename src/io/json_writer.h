/* Writes JSON (RFC 8259) in order, indented by two spaces. Bytes that are no UTF-8 become U+FFFD.
 */
#pragma once

#include "io/json_tree.h"
#include "io/out.h"

struct json_writer {
    struct out *out;
    struct json_tree *tree; /* not NULL: values go there and not to `out` */
    unsigned depth;
    bool begun[64]; /* something stands at this depth already */
    bool after_key;
};

void json_begin(struct json_writer *json, char bracket); /* '{' or '[' */
void json_end(struct json_writer *json, char bracket);   /* '}' or ']' */
void json_key(struct json_writer *json, const char *key);
void json_str(struct json_writer *json, struct str value);
void json_str_or_null(struct json_writer *json, struct str value); /* null when empty */
void json_u64(struct json_writer *json, uint64_t value);
void json_double(struct json_writer *json, double value, int decimals);
void json_bool(struct json_writer *json, bool value);
void json_none(struct json_writer *json); /* null; jansson has the other name */

/* key and value in one */
void json_put_str(struct json_writer *json, const char *key, struct str value);
void json_put_text(struct json_writer *json, const char *key, const char *value);
void json_put_str_or_null(struct json_writer *json, const char *key, struct str value);
void json_put_u64(struct json_writer *json, const char *key, uint64_t value);
void json_put_bool(struct json_writer *json, const char *key, bool value);
void json_put_null(struct json_writer *json, const char *key);
void json_open(struct json_writer *json, const char *key, char bracket);
