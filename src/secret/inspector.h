/* Secrets in the files of layers. Its config is a sealed struct secret_ruleset. */
#pragma once

#include "image/inspector.h"
#include "secret/ruleset.h"

extern const struct inspector_class secret_inspector;

/* Texts that stand in no file: the members of an image's config. `path`: what the finding calls
 * it. */
void secret_inspect_text(const struct secret_ruleset *set, struct str path, struct str text,
                         struct inspect_sink *sink);
