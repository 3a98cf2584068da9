/* Package URLs from outside: whatever is read as one, its package is written as a purl that names
 * the same package. */
#include <stdint.h>
#include <stdlib.h>

#include "model/ecosystem.h"
#include "model/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct os_info os = {.id = STR("debian"), .version = STR("12")};
    struct purl purl, again;
    struct package package, back;
    struct pl_err err;
    if (purl_parse(&arena, str_make((const char *)data, size), &purl, &err) == 0) {
        purl_package(&arena, &purl, &package);
        if (package.name.len == 0)
            abort();
        purl_qualifier(&arena, &purl, "distro");
        struct str text = purl_of(&arena, &package, &os);
        if (purl_parse(&arena, text, &again, &err) < 0)
            abort();
        purl_package(&arena, &again, &back);
        if (back.type != package.type && package.type != PACKAGE_SNAP)
            abort();
    }
    arena_free(&arena);
    return 0;
}
