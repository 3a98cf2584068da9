/* Errors: a negative code, and a message in the caller's struct that gains context on its way up.
 * A message is kept twice: in English (reports are in English unless --lang is given) and in the
 * language of the person (base/i18n.h). The format passed to err_set() and err_prefix() is the
 * message id that translators see. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

enum pl_code {
    PL_OK = 0,
    PL_E_IO = 1,          /* the system refused to read or write */
    PL_E_NOT_FOUND = 2,   /* what was named is not there */
    PL_E_FORMAT = 3,      /* bytes that are not what they should be */
    PL_E_LIMIT = 4,       /* a limit of base/limits.h; err.limit names it */
    PL_E_UNSUPPORTED = 5, /* known, but not handled by this version */
    PL_E_DIGEST = 6,      /* bytes do not have the digest that names them */
    PL_E_USAGE = 7,       /* wrong use by the caller or the person */
    PL_E_DATABASE = 8,    /* no usable advisory database */
    PL_E_FAULT = 9,       /* a fault of the program */
    PL_E_DENIED = 10,     /* a server lets us not in */
};

struct pl_err {
    enum pl_code code;
    const char *limit; /* name of the limit that was hit, or NULL */
    char message[1024];
    char local[1024]; /* the same in the person's language */
};

/* Sets code and message; returns -code, so that `return err_set(...)` reads well. err may be NULL.
 */
int err_set(struct pl_err *err, enum pl_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* PL_E_LIMIT, with the limit's name (a string that lives for ever). */
int err_limit(struct pl_err *err, const char *limit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* PL_E_IO (or PL_E_NOT_FOUND for ENOENT and ENOTDIR) with errno's text behind the message. */
int err_errno(struct pl_err *err, int error_number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " before the message; returns -code again. */
int err_prefix(struct pl_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "; advice" behind the message; returns -code again. */
int err_advise(struct pl_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
