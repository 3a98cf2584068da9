/* Fuzz target: dpkg's status database. */
#include "catalog_fuzz.h"

extern const struct cataloger cataloger_dpkg;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_cataloger(&cataloger_dpkg, "var/lib/dpkg/status", str_make((const char *)data, size),
                   STR_NONE);
    return 0;
}
