/* Fuzz target: rpm databases of every kind. The last two bytes tell how many of those before them
 * are the -wal companion. */
#include "catalog_fuzz.h"

extern const struct cataloger cataloger_rpm;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_make((const char *)data, size), wal = STR_NONE;
    if (size > 2) {
        size_t len = data[size - 1] * 256U + data[size - 2];
        bytes.len -= 2;
        if (len <= bytes.len) {
            wal = str_from(bytes, bytes.len - len);
            bytes.len -= len;
        }
    }
    fuzz_cataloger(&cataloger_rpm, "var/lib/rpm/Packages", bytes, wal);
    return 0;
}
