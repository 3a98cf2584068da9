/* What a person sees beside the results: messages, progress, and how a run ends. Standard error
 * only. */
#pragma once

#include "base/progress.h"
#include "cli/verb.h"

/* Once at the start: language (from the words, before they are parsed), signals. */
void ui_start(int count, char **words);
/* --quiet, --verbose, --no-progress of this run. */
void ui_configure(const struct args *args);

void ui_error(const struct pl_err *err);
/* A message that is no error; nothing with --quiet. */
void ui_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The exit code that the contract has for an error; ui_fail() says it first. */
int ui_exit_code(const struct pl_err *err);
int ui_fail(const struct pl_err *err);

/* Progress for the library; NULL when none is to be shown. */
const struct progress *ui_progress(void);
/* Takes the progress line from the terminal before results are written. */
void ui_progress_end(void);

/* Columns of standard output's terminal; 0: it is none. */
size_t ui_width(void);
bool ui_color(void);

/* "12.3 MiB" */
void ui_format_bytes(uint64_t bytes, char *text, size_t size);
