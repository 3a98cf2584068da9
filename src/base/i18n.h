/* Messages in the person's language. Message ids are the English texts; translations stand in
 * the po folder and are compiled in as sorted tables, since a container often has no locale. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum lang { LANG_EN, LANG_ZH, LANG_COUNT };

/* For the whole process, before threads start. English until set. */
void i18n_set(enum lang lang);
enum lang i18n_get(void);
/* "zh", "zh_CN.UTF-8", "en-GB", "C" ...: false when it is none of ours. */
bool i18n_parse(const char *name, enum lang *ret_lang);
/* LC_ALL, LC_MESSAGES, LANG, in this order, the first that is set and not empty. */
enum lang i18n_from_environment(void);

/* The translation of `text` in the current language, or `text`. Both live for ever. */
const char *tr(const char *text) __attribute__((format_arg(1)));
const char *tr_in(enum lang lang, const char *text) __attribute__((format_arg(2)));
/* One form or the other by `count`; the ids are looked up on their own (Chinese has one form). */
const char *tr_n(const char *one, const char *many, unsigned long count)
    __attribute__((format_arg(1), format_arg(2)));

/* Marks a text in a table for translation; it is looked up with tr() where it is printed. */
#define N_(text) text

/* The generated tables. */
struct i18n_entry {
    const char *id;
    const char *text;
};
extern const struct i18n_entry i18n_zh[];
extern const size_t i18n_zh_count;
/* The text in the person's language where data has both; STR_NONE in English. */
struct str i18n_local(const char *zh);
