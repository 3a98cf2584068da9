#include "io/hyperscan.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

static struct hyperscan_api api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
    {"hs_deserialize_database", offsetof(struct hyperscan_api, deserialize)},
    {"hs_compile_multi", offsetof(struct hyperscan_api, compile_multi)},
    {"hs_free_compile_error", offsetof(struct hyperscan_api, free_compile_error)},
    {"hs_alloc_scratch", offsetof(struct hyperscan_api, alloc_scratch)},
    {"hs_free_scratch", offsetof(struct hyperscan_api, free_scratch)},
    {"hs_scan", offsetof(struct hyperscan_api, scan)},
    {"hs_valid_platform", offsetof(struct hyperscan_api, valid_platform)},
};

static void load(void)
{
    void *library = dlopen("libhs.so.5", RTLD_LAZY | RTLD_LOCAL);
    if (!library)
        return;
    for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol)
            return;
        memcpy((char *)&api + symbols[i].offset, &symbol, sizeof(symbol));
    }
    loaded = api.valid_platform() == HS_SUCCESS;
}

const struct hyperscan_api *hyperscan_load(void)
{
    pthread_once(&once, load);
    return loaded ? &api : NULL;
}
