#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

static enum lang current = LANG_EN;

void i18n_set(enum lang lang)
{
    current = lang;
}

enum lang i18n_get(void)
{
    return current;
}

bool i18n_parse(const char *name, enum lang *ret_lang)
{
    static const struct {
        const char *prefix;
        enum lang lang;
    } known[] = {{"en", LANG_EN}, {"zh", LANG_ZH}, {"C", LANG_EN}, {"POSIX", LANG_EN}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = strlen(known[i].prefix);
        if (strncmp(name, known[i].prefix, len) == 0 && strchr("_-.@", name[len])) {
            *ret_lang = known[i].lang;
            return true;
        }
    }
    return false;
}

enum lang i18n_from_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            enum lang lang = LANG_EN;
            i18n_parse(value, &lang);
            return lang;
        }
    }
    return LANG_EN;
}

static int compare_id(const void *key, const void *entry)
{
    return strcmp(key, ((const struct i18n_entry *)entry)->id);
}

const char *tr_in(enum lang lang, const char *text)
{
    if (lang != LANG_ZH)
        return text;
    const struct i18n_entry *hit =
        bsearch(text, i18n_zh, i18n_zh_count, sizeof(i18n_zh[0]), compare_id);
    return hit ? hit->text : text;
}

const char *tr(const char *text)
{
    return tr_in(current, text);
}

const char *tr_n(const char *one, const char *many, unsigned long count)
{
    return tr(count == 1 ? one : many);
}

struct str i18n_local(const char *zh)
{
    return i18n_get() == LANG_ZH ? str_of(zh) : STR_NONE;
}
