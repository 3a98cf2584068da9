#include "io/library.h"

#include <dlfcn.h>
#include <string.h>

bool library_load(const char *const *names, const struct library_symbol *symbols, size_t count,
                  void *table)
{
    void *library = NULL;
    for (; *names && !library; names++)
        library = dlopen(*names, RTLD_LAZY | RTLD_LOCAL);
    for (size_t i = 0; library && i < count; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol)
            return false;
        memcpy((char *)table + symbols[i].offset, &symbol, sizeof(symbol));
    }
    return library != NULL;
}
