/* What metadata say of licences, as SPDX expressions: docs/licenses.md, "Names". */
#pragma once

#include "base/arena.h"
#include "model/package.h"

/* The expression that one text of a package's metadata means; empty: it is not understood. */
struct str license_normalize(struct arena *arena, struct str text, enum package_type type);

/* What a list of licences in the metadata of this type of package means: true when any of them may
 * be chosen, false when all of them hold. */
bool license_list_is_choice(enum package_type type);

/* Expressions in the place of what is understood; the rest stays as it is written, texts that say
 * nothing ("UNKNOWN", "NOASSERTION") go. `choice`: what a list means. The array is in the arena. */
void license_normalize_list(struct arena *arena, const struct str *texts, size_t count,
                            enum package_type type, bool choice, struct str **ret_texts,
                            size_t *ret_count);
