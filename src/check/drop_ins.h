/* A unit with its drop-ins (systemd.unit(5): "foo.service.d/", files *.conf in the order of their
 * names), from whichever of these files is looked at. */
#pragma once

#include "check/check.h"
#include "check/unit_file.h"

/* "a/web.service.d/10-x.conf". */
bool drop_in_is(struct str path);
/* The text is of the file `path`; entries of the others are elsewhere. */
void drop_ins_read(struct str text, struct str path, const struct check_beside *beside,
                   struct arena *arena, struct unit_file *unit);
