/* Fuzz target: any cataloger. The input is the file's path, a newline and its bytes. Built once for
 * each cataloger (CATALOGER), and once for all of them, where a line with the cataloger's name
 * stands before the path. What a reader keeps goes through its finisher, too. */
#include "base/buf.h"
#include "base/hash.h"
#include "catalog_fuzz.h"
#include "io/content.h"

#ifdef CATALOGER
extern const struct cataloger CATALOGER;
#endif

static const struct cataloger *choose(struct str *bytes)
{
#ifdef CATALOGER
    (void)bytes;
    return &CATALOGER;
#else
    struct str name;
    if (!str_cut(bytes, '\n', &name))
        return NULL;
    for (size_t i = 0; catalogers[i]; i++)
        if (str_is(name, catalogers[i]->name))
            return catalogers[i];
    return NULL;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_make((const char *)data, size), path;
    const struct cataloger *cataloger = choose(&bytes);
    if (cataloger && cataloger->read && str_cut(&bytes, '\n', &path) && bytes.data)
        fuzz_cataloger_at(cataloger, path, bytes, STR_NONE);
    return 0;
}
