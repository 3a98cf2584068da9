/* Permissions: setuid and setgid programs, file capabilities, what others may write to or read,
 * links and devices that lead out of the container. Works on entries alone, without bytes. */
#pragma once

#include "image/inspector.h"
#include "model/finding_text.h"

extern const struct inspector_class permission_inspector;
/* By id, for what explains them. */
extern const struct finding_text permission_texts[];

struct permission_config {
    /* Folders of PATH beside those of the system, clean, ended by NULL; NULL: none. */
    const char *const *path;
};
