/* Secrets in the files of layers. Its config is a sealed struct secret_ruleset. */
#pragma once

#include "image/inspector.h"
#include "secret/ruleset.h"

extern const struct inspector_class secret_inspector;
