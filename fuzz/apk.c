/* Fuzz target: apk's database of installed packages. */
#include "catalog_fuzz.h"

extern const struct cataloger cataloger_apk;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_cataloger(&cataloger_apk, "lib/apk/db/installed", str_make((const char *)data, size),
                   STR_NONE);
    return 0;
}
