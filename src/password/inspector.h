/* Weak passwords: accounts without one, hashes of old kinds, hashes and plain passwords that a list
 * of words opens, services that let everybody in, keys that are weak or known to all. */
#pragma once

#include "image/inspector.h"
#include "model/finding_text.h"

struct password_config;

extern const struct inspector_class password_inspector;
/* By id, for what explains them. */
extern const struct finding_text password_texts[];

/* `wordlist`: a file of words, one a line, packed or not, that are tried behind ours; NULL: none.
 * `seconds`: what guessing may take of a layer, on a processor of ours; see guess.h. */
int password_config_new(const char *wordlist, uint64_t seconds, struct password_config **ret_config,
                        struct pl_err *err);
void password_config_free(struct password_config *config);
