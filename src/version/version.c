#include "version/version.h"

const struct version_scheme *version_scheme_find(struct str name)
{
    for (size_t i = 0; version_schemes[i]; i++)
        if (str_is(name, version_schemes[i]->name))
            return version_schemes[i];
    return NULL;
}
