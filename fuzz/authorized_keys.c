/* A line of authorized_keys: what is said of it agrees with itself. */
#include "password/authorized_keys.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ssh_key key;
    if (!ssh_key_of_line(str_make((const char *)data, size), &key))
        return 0;
    if (key.weakness == KEY_KNOWN && !key.whose)
        abort();
    if (key.weakness == KEY_SHORT && key.bits >= 2048)
        abort();
    if (key.weakness != KEY_BROKEN && strlen(key.fingerprint) != 50)
        abort();
    return 0;
}
