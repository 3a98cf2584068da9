#include "check/secret_name.h"

#include <strings.h>

/* ---- names ---- */

static bool is_word_among(struct str word, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (word.len == strlen(words[i]) && strncasecmp(word.data, words[i], word.len) == 0)
            return true;
    return false;
}

/* Words of NAME_PARTS that make it the name of a secret, when they stand last. */
static const char *const secret_words[] = {
    "password",     "passwd",    "passphrase", "pword",     "pwd",         "secret",
    "secrets",      "token",     "apikey",     "apitoken",  "credential",  "credentials",
    "secretkey",    "accesskey", "privatekey", "authtoken", "accesstoken", "dbpassword",
    "rootpassword", "pass",      NULL};
/* Words that make "KEY" behind them one. */
static const char *const key_words[] = {"api",     "secret", "access", "private", "encryption",
                                        "signing", "auth",   "master", "ssh",     "deploy",
                                        "account", "app",    "jwt",    "storage", NULL};
/* Words that may follow. */
static const char *const trailing_words[] = {"base", "default", "prod",  "production", "dev",
                                             "test", "staging", "value", "plain",      NULL};

static struct str last_part(struct str *name)
{
    size_t cut = name->len;
    while (cut > 0 && name->data[cut - 1] != '_' && name->data[cut - 1] != '-' &&
           name->data[cut - 1] != '.')
        cut--;
    struct str part = str_from(*name, cut);
    *name = str_first(*name, cut ? cut - 1 : 0);
    return part;
}

bool check_secret_name(struct str name)
{
    struct str rest = name, part = last_part(&rest);
    while (part.len && rest.len && is_word_among(part, trailing_words))
        part = last_part(&rest);
    uint64_t number;
    if (rest.len && str_to_u64(part, &number))
        part = last_part(&rest);
    if (str_is(name, "PWD") || str_is(name, "OLDPWD"))
        return false;
    if (is_word_among(part, secret_words))
        return !(is_word_among(part, (const char *const[]){"pass", NULL}) && rest.len == 0);
    if (is_word_among(part, (const char *const[]){"key", NULL}) && rest.len) {
        struct str before = last_part(&rest);
        return is_word_among(before, key_words) &&
               !(is_word_among(before, (const char *const[]){"ssh", NULL}) && rest.len &&
                 is_word_among(last_part(&rest), (const char *const[]){"public", NULL}));
    }
    return false;
}

/* ---- values ---- */

/* Switches, numbers and places of files are no secrets. */
bool check_secret_value(struct str value)
{
    static const char *const switches[] = {"true",     "false",   "yes",      "no",       "on",
                                           "off",      "none",    "null",     "0",        "1",
                                           "disabled", "enabled", "required", "optional", NULL};
    value = str_trim(value);
    return value.len && !is_word_among(value, switches) && value.data[0] != '/' &&
           !str_starts(value, STR("file:"));
}
