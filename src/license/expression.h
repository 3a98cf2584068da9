/* Licence expressions: SPDX 2.3, annex D. Ids and exceptions are compared without regard to case
 * and printed as the list of SPDX writes them; deprecated ones are replaced by what took their
 * place, as long as it says the same. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "license/tables.h"

enum license_node_kind { LICENSE_TERM, LICENSE_AND, LICENSE_OR };

#define LICENSE_NO_NODE SIZE_MAX

struct license_node {
    enum license_node_kind kind;
    struct str id;        /* of a term, with the '+' behind it */
    struct str exception; /* what stands behind WITH; empty: nothing */
    size_t first, next;   /* the first operand, and the next one beside this */
};

struct license_expression {
    struct license_node *nodes; /* in the arena */
    size_t count, root;
};

/* NULL: it is none of the list of SPDX. */
const struct license_entry *license_find(struct str id);
/* As the list writes it; NULL: it is none. */
const char *license_find_exception(struct str name);

/* PL_E_FORMAT, with what is wrong and where; PL_E_LIMIT: LIMIT_LICENSE_TERMS,
 * LIMIT_LICENSE_DEPTH. */
int license_parse(struct arena *arena, struct str text, struct license_expression *ret_expression,
                  struct pl_err *err);
/* With no more parentheses than it needs. */
void license_print(struct buf *out, const struct license_expression *expression);

/* One id of the list, just as the list writes it. */
bool license_is_id(struct str text);
/* An expression just as license_print() would write it; NONE and NOASSERTION are none. */
bool license_is_expression(struct str text);
