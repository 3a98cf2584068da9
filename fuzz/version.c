/* Version orderings: three versions, a line each, must be in one order whichever way they are
 * asked. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void fail(const struct version_scheme *scheme, const char *law, const struct str *versions)
{
    fprintf(stderr, "%s is not %s: \"%.*s\" \"%.*s\" \"%.*s\"\n", scheme->name, law,
            STR_ARG(versions[0]), STR_ARG(versions[1]), STR_ARG(versions[2]));
    abort();
}

static void check(const struct version_scheme *scheme, const struct str *versions)
{
    int order[3][3];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            order[i][k] = sign(scheme->compare(versions[i], versions[k]));
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            if (order[i][k] != -order[k][i])
                fail(scheme, i == k ? "reflexive" : "antisymmetric", versions);
            for (int m = 0; m < 3; m++) {
                if (order[i][k] <= 0 && order[k][m] <= 0 && order[i][m] > 0)
                    fail(scheme, "transitive", versions);
                if (order[i][k] == 0 && order[i][m] != order[k][m])
                    fail(scheme, "the same for equals", versions);
            }
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size), versions[3] = {{0}};
    for (int i = 0; i < 3; i++)
        if (!str_cut(&rest, '\n', &versions[i]))
            versions[i] = STR("");
    for (size_t i = 0; version_schemes[i]; i++) {
        check(version_schemes[i], versions);
        if (version_schemes[i]->valid)
            for (int k = 0; k < 3; k++)
                (void)version_schemes[i]->valid(versions[k]);
    }
    return 0;
}
