/* Compose files (compose-spec.io): services, with what they extend in the same file. Files that
 * override others are looked at one by one. */
#pragma once

#include "check/document.h"

/* Variables with a default (${NAME:-default}, ${NAME-default}) become it; others stay as they are
 * written. */
struct str compose_value(struct arena *arena, struct str text);
