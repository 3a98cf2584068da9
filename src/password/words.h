/* Words that people take as passwords, in the order in which they are tried. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct default_account {
    const char *service; /* NULL ends the table */
    const char *user, *password;
};
extern const struct default_account default_accounts[]; /* data/passwords/accounts.tsv */
extern const char *const common_words[];                /* data/passwords/words.txt; NULL ends it */

/* The nth word that comes of the user's own name, or is the default of an account of this name; the
 * empty one is the first. False: there are no more. */
bool words_of_user(struct str user, unsigned n, struct buf *ret_word);
/* True when this plain password is one that would be guessed: empty, of the user's name, in the
 * list. */
bool words_are_weak(struct str user, struct str password);
size_t words_common_count(void);

/* A file of words, read from its beginning: one a line, packed by gzip, zstd, xz, bzip2 or not. */
struct word_file;
int word_file_open(const char *path, struct word_file **ret_file, struct pl_err *err);
/* The next word, valid until the next call; 1, 0 at the end. Lines above LIMIT_PASSWORD_WORD are
 * passed over. */
int word_file_next(struct word_file *file, struct str *ret_word, struct pl_err *err);
void word_file_close(struct word_file *file);
