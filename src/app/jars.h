/* Jars that do not say what they are. */
#pragma once

#include "model/report.h"
#include "vulndb/vulndb.h"

/* Gives those whose SHA-1 the database knows (NULL: there is none) their coordinates; what has no
 * version even so is no package and leaves the report. Without a database it stays, by its SHA-1:
 * a bill of materials is scanned with one later. */
void jars_resolve(struct report *report, const struct vulndb *db);
