#include "io/curl.h"

#include <pthread.h>

#include "base/mem.h"
#include "io/library.h"

static struct curl_api api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Where each symbol goes. */
static const struct library_symbol symbols[] = {
    {"curl_global_init", offsetof(struct curl_api, global_init)},
    {"curl_easy_init", offsetof(struct curl_api, easy_init)},
    {"curl_easy_setopt", offsetof(struct curl_api, easy_setopt)},
    {"curl_easy_perform", offsetof(struct curl_api, easy_perform)},
    {"curl_easy_getinfo", offsetof(struct curl_api, easy_getinfo)},
    {"curl_easy_reset", offsetof(struct curl_api, easy_reset)},
    {"curl_easy_cleanup", offsetof(struct curl_api, easy_cleanup)},
    {"curl_easy_strerror", offsetof(struct curl_api, easy_strerror)},
    {"curl_slist_append", offsetof(struct curl_api, slist_append)},
    {"curl_slist_free_all", offsetof(struct curl_api, slist_free_all)},
    {"curl_multi_init", offsetof(struct curl_api, multi_init)},
    {"curl_multi_cleanup", offsetof(struct curl_api, multi_cleanup)},
    {"curl_multi_add_handle", offsetof(struct curl_api, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(struct curl_api, multi_remove_handle)},
    {"curl_multi_perform", offsetof(struct curl_api, multi_perform)},
    {"curl_multi_poll", offsetof(struct curl_api, multi_poll)},
    {"curl_multi_info_read", offsetof(struct curl_api, multi_info_read)},
};

static void load(void)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
    loaded = library_load(names, symbols, ARRAY_LEN(symbols), &api) &&
             api.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct curl_api *curl_load(struct pl_err *err)
{
    pthread_once(&once, load);
    if (loaded)
        return &api;
    err_set(err, PL_E_UNSUPPORTED,
            "the network needs libcurl, which is not installed here: install it (Debian: package "
            "libcurl4), or bring the files from elsewhere");
    return NULL;
}
