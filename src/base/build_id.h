/* Which build of the program this is. */
#pragma once

#include "base/str.h"

/* The linker's build ID (ELF note NT_GNU_BUILD_ID) of the object that this function is part of: it
 * changes with every byte of code. Empty: the linker wrote none. Lives for ever. */
struct str build_id(void);
