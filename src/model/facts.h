/* What plimsoll knows of a target and its packages and bills of materials have no field for: pairs
 * of a key and a text that their writers put into properties or annotations ("plimsoll:KEY"), and
 * from which their readers make the same packages again, so that a scan of a bill of materials
 * finds what a scan of the image did. */
#pragma once

#include "model/report.h"

typedef void fact_visit(void *context, const char *key, struct str value);

/* Facts of a package; with `lossy` also those that a format may have no exact place for (version,
 * licences, hashes). */
void package_facts(const struct report *report, size_t index, bool lossy, fact_visit *visit,
                   void *context);
/* Sets what the fact tells, in the arena; false when the key is none or its value is nonsense.
 * `layer` and `owner` are indices into the document's layers and packages ("number"), to be held
 * against them once all are known. */
bool package_set_fact(struct arena *arena, struct package *package, struct str key,
                      struct str value);

/* Facts of the target and of what was not examined. */
void target_facts(const struct report *report, fact_visit *visit, void *context);
bool target_set_fact(struct report *report, struct str key, struct str value);

/* Adds to an array that lives in the arena; its room doubles. */
void strs_add(struct arena *arena, struct str **strs, size_t *count, struct str value);
