/* File capabilities: the extended attribute security.capability, capabilities(7), "File capability
 * extended attribute versioning", and <linux/capability.h>. */
#pragma once

#include "base/buf.h"

struct file_capability {
    uint64_t permitted, inheritable;
    bool effective; /* the program has them from its start */
};

/* False: the bytes are none of the three versions. */
bool file_capability_parse(struct str bytes, struct file_capability *ret);
/* "cap_net_raw,cap_setuid=ep"; a bit without a name is its number. */
void file_capability_text(const struct file_capability *capability, struct buf *ret_text);
/* Those with which a process is as good as root. */
bool file_capability_escapes(const struct file_capability *capability);
/* The permitted and inheritable ones that are not in the list ("cap_net_raw, cap_setuid"). */
uint64_t file_capability_beyond(const struct file_capability *capability, struct str list);
