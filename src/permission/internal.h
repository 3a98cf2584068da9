/* What the parts of permission/ share. */
#pragma once

#include "permission/inspector.h"

enum {
    MODE_SETUID = 04000,
    MODE_SETGID = 02000,
    MODE_STICKY = 01000,
    MODE_EXECUTE = 00111,
    MODE_GROUP_WRITE = 00020,
    MODE_OTHER_WRITE = 00002,
    MODE_OTHER_READ = 00004,
};

/* Adds a finding of this id with the severity of its text. */
void permission_add(struct inspect_sink *sink, const char *id, struct str detail);

/* path_rules.c: what a path says. */
bool path_is_below(struct str path, const char *folder);
bool path_is_system(struct str path);   /* root runs or reads what stands there */
bool path_is_runtime(struct str path);  /* mounted over in every container: dev, proc, sys */
bool path_is_public(struct str path);   /* made for everybody: /tmp and its like */
bool path_is_secret(struct str path);   /* a private key or passwords, by its name */
bool path_is_accounts(struct str path); /* whoever writes to it makes themselves root */
/* Folders of the system that those of PATH stand in: their owner puts others in the place. */
bool path_is_above_search(struct str path);
bool path_in_search(const struct permission_config *config, struct str path, bool itself);
/* Where a link's target leads: to the host's or another process's. */
bool link_leads_out(struct str target);
