#include "io/hyperscan.h"

#include <pthread.h>

#include "base/mem.h"
#include "io/library.h"

static struct hyperscan_api api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct library_symbol symbols[] = {
    {"hs_deserialize_database", offsetof(struct hyperscan_api, deserialize)},
    {"hs_compile_multi", offsetof(struct hyperscan_api, compile_multi)},
    {"hs_free_compile_error", offsetof(struct hyperscan_api, free_compile_error)},
    {"hs_alloc_scratch", offsetof(struct hyperscan_api, alloc_scratch)},
    {"hs_free_scratch", offsetof(struct hyperscan_api, free_scratch)},
    {"hs_scan", offsetof(struct hyperscan_api, scan)},
    {"hs_valid_platform", offsetof(struct hyperscan_api, valid_platform)},
    {"hs_free_database", offsetof(struct hyperscan_api, free_database)},
    {"hs_expression_info", offsetof(struct hyperscan_api, expression_info)},
};

static void load(void)
{
    static const char *const names[] = {"libhs.so.5", NULL};
    loaded = library_load(names, symbols, ARRAY_LEN(symbols), &api) &&
             api.valid_platform() == HS_SUCCESS;
}

const struct hyperscan_api *hyperscan_load(void)
{
    pthread_once(&once, load);
    return loaded ? &api : NULL;
}
