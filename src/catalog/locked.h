/* What readers of lock files share. */
#pragma once

#include "catalog/cataloger.h"

/* A package that a lock file names. Without a version (or with one that is an address or a path) it
 * is passed over. */
void locked_add(struct catalog_sink *sink, enum package_type type, struct str name,
                struct str version, bool development);
/* The same with all that is known of the package; its origin is PACKAGE_LOCKED. */
void locked_add_package(struct catalog_sink *sink, struct package *package);
/* What locked_add_package() does not pass over. */
bool locked_is_package(const struct package *package);
/* Not an address, a path or a range. */
bool locked_is_version(struct str version);
/* True for a file somewhere below a folder of this name ("registry/src": of these names). A lock
 * file that lies in an installed package tells what its authors develop it with, not what is here.
 */
bool locked_is_below(struct str path, const char *folder);
/* A lock file that came with an installed package of npm's: what its authors develop it with. In
 * node_modules, or where the Debian Policy for Node.js modules puts them. */
bool locked_is_of_installed(struct str path);
/* Tells a problem with the place it is at, if there is room for one more. */
void locked_tell(struct catalog_sink *sink, struct str place, struct pl_err *problem);
/* "name@version" with or without a scope: cuts at the first '@' behind the name. False: no '@'. */
bool locked_split_at(struct str text, struct str *ret_name, struct str *ret_version);
