/* Where the cache is: a folder that nobody else can write to, and who is using it. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct place {
    struct arena arena;
    const char *folder, *file; /* of the database */
    int lock;                  /* held shared while the database is open; -1 */
};

/* Makes the folder where there is none. PL_E_IO, PL_E_NOT_FOUND, or PL_E_DENIED when somebody else
 * could write to it. */
int place_open(struct str folder, struct place *ret_place, struct pl_err *err);
void place_close(struct place *place);
/* The database is none of ours, or damaged: takes it away, as long as nobody else has it open.
 * `foreign`: it is kept beside, under another name. */
int place_renew(struct place *place, bool foreign, struct pl_err *err);
