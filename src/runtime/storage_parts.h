/* What readers of engines' folders have in common. */
#pragma once

#include "io/json_doc.h"
#include "runtime/storage.h"

/* A JSON document of the engine's; PL_E_NOT_FOUND when there is none. */
int storage_json(struct str path, json_t **ret_root, struct pl_err *err);
/* Small texts, as they are. */
int storage_text(struct str path, struct arena *arena, struct str *ret_text, struct pl_err *err);
/* The config's bytes in a file, held against the image's id. */
int storage_config(struct str path, struct str image_id, struct arena *arena, struct str *ret_bytes,
                   struct pl_err *err);
/* "sha256:HEX", HEX, or the beginning of either: the hex digits; empty: it cannot be an id. */
struct str storage_id_part(struct str text);
bool storage_is_hex(struct str text);

/* One of several things whose id begins with the same digits. */
struct storage_match {
    struct str id;
    bool ambiguous;
};
void storage_match_id(struct storage_match *match, struct str part, struct str id);
