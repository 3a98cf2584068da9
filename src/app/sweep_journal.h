/* What a sweep has found out so far, a line of JSON an image, so that one that was ended goes on
 * where it was. */
#pragma once

#include "base/arena.h"
#include "io/json_doc.h"

struct sweep_journal;

/* Opens the file, or makes it; what is in it counts when its key is `key` and `restart` is false.
 * PL_E_IO: it cannot be written, or another process has it. */
int sweep_journal_open(const char *path, struct str key, bool restart,
                       struct sweep_journal **ret_journal, struct pl_err *err);
/* Closes it; `finished` removes the file. NULL is harmless. */
void sweep_journal_close(struct sweep_journal *journal, bool finished);
/* What is known of an image; NULL: nothing. A new reference. */
json_t *sweep_journal_find(const struct sweep_journal *journal, struct str digest);
/* Adds a line and brings it to the disk. */
int sweep_journal_add(struct sweep_journal *journal, struct str digest, json_t *result,
                      struct pl_err *err);
