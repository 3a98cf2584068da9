/* What a jar is called where no Maven metadata say so: out of its file name and its manifest. */
#pragma once

#include "catalog/java_manifest.h"

/* The name without its folder and its extension. */
struct str jar_stem(struct str path);
/* "artifact[-version[-classifier]]". The manifest, which may be NULL, helps to tell a version from
 * a classifier. */
void jar_split_stem(struct str stem, const struct jar_manifest *manifest,
                    struct jar_coordinates *ret, struct str *ret_classifier);
/* Sources, documentation and tests: nothing of it runs. */
bool jar_is_documentation(struct str stem);
/* What can be known of group, artifact and version; empty members are not known. */
void jar_identify(struct str stem, const struct jar_manifest *manifest,
                  struct jar_coordinates *ret);
/* True when the stem is this artifact's: it alone, or with "-" and more behind it. */
bool jar_stem_is(struct str stem, struct str artifact);
