#include "password/argon2_library.h"

#include <pthread.h>

#include "base/mem.h"
#include "io/library.h"

/* argon2.h of libargon2: 0 says that it is the password; the kinds are d, i and id. */
static struct argon2_api {
    int (*verify)(const char *encoded, const void *word, size_t len, int kind);
} api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    static const char *const names[] = {"libargon2.so.1", NULL};
    static const struct library_symbol symbols[] = {
        {"argon2_verify", offsetof(struct argon2_api, verify)}};
    loaded = library_load(names, symbols, ARRAY_LEN(symbols), &api);
}

bool argon2_library_available(void)
{
    pthread_once(&once, load);
    return loaded;
}

bool argon2_library_try(struct str hash, struct str word)
{
    enum { KIND_D, KIND_I, KIND_ID };
    AUTO_FREE char *encoded = str_dup(hash);
    int kind = str_starts(hash, STR("$argon2id$"))  ? KIND_ID
               : str_starts(hash, STR("$argon2i$")) ? KIND_I
                                                    : KIND_D;
    return argon2_library_available() &&
           api.verify(encoded, word.data ? word.data : "", word.len, kind) == 0;
}
