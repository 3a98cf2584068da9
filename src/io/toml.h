/* TOML 1.0 (https://toml.io/en/v1.0.0) as jansson's values. Dates and times stay strings as they
 * are written, and so do inf and nan, which JSON cannot say. That comments are UTF-8 is not
 * checked.
 */
#pragma once

#include "io/json_doc.h"

/* The whole document as one object. PL_E_FORMAT with line and column; PL_E_LIMIT: LIMIT_JSON_DEPTH
 * (tables, arrays and inline tables inside of each other). */
int toml_document(struct str text, json_t **ret_root, struct pl_err *err);

/* One table; or NULL and what could not be read. Not 0 ends the reading and is its result. */
typedef int toml_take(void *context, const json_t *table, const struct pl_err *problem);

/* Hands out each table of the root's array `name`, [[name]] with the tables below it or written
 * inline, one after the other: only one is ever in memory. Other tables are checked and passed
 * over. A table that breaks off is handed out as far as it was read, then the problem; reading goes
 * on at the next line that begins with "[[name]]". */
int toml_each_table(struct str text, const char *name, toml_take *take, void *context);
