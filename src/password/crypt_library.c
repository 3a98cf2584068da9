#include "password/crypt_library.h"

#include <crypt.h>
#include <pthread.h>

#include "base/mem.h"
#include "io/library.h"

static struct crypt_api {
    char *(*crypt_rn)(const char *phrase, const char *setting, void *data, int size);
} api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    static const char *const names[] = {"libcrypt.so.1", "libcrypt.so.2", NULL};
    static const struct library_symbol symbols[] = {
        {"crypt_rn", offsetof(struct crypt_api, crypt_rn)}};
    loaded = library_load(names, symbols, ARRAY_LEN(symbols), &api);
}

bool crypt_library_available(void)
{
    pthread_once(&once, load);
    return loaded;
}

bool crypt_library_try(struct str hash, struct str word)
{
    AUTO_FREE char *setting = str_dup(hash), *phrase = str_dup(word);
    AUTO_FREE struct crypt_data *data = mem_zalloc(1, sizeof(*data));
    if (!crypt_library_available() || strlen(phrase) != word.len)
        return false;
    const char *made = api.crypt_rn(phrase, setting, data, (int)sizeof(*data));
    return made && strcmp(made, setting) == 0;
}
