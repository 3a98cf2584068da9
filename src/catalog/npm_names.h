/* What the readers of npm's files share. */
#pragma once

#include "base/str.h"

/* "name" or "@scope/name", as validate-npm-package-name takes them for old packages: no blanks, no
 * other slash, no leading '.', at most 214 bytes. */
bool npm_name_is_valid(struct str name);
/* A package.json that stands for a package: not one deeper inside of a package in node_modules. */
bool npm_path_is_package(struct str path);
/* "b" of "node_modules/@s/a/node_modules/b"; empty where there is no node_modules. */
struct str npm_name_of_path(struct str path);
