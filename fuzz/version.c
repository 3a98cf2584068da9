/* Version orderings: three versions, a line each, must be in one order whichever way they are
 * asked. And ranges: the fourth line, or the first, as a range of every scheme; versions that are
 * equal are in the same simple ranges. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "version/range.h"
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

static void check_range(const struct version_scheme *scheme, struct str range,
                        const struct str *versions)
{
    struct version_range_set set = {0};
    struct pl_err err;
    if (version_range_parse(&set, scheme, range, &err) < 0)
        return;
    for (int i = 0; i < 3; i++) {
        bool released = version_range_contains(&set, versions[i], 0);
        bool all = version_range_contains(&set, versions[i], VERSION_RANGE_PRERELEASES);
        if (!set.syntax && released != all)
            fail(scheme, "the same for all pre-releases", versions);
    }
    if (!set.syntax && scheme->compare(versions[0], versions[1]) == 0 &&
        version_range_contains(&set, versions[0], 0) !=
            version_range_contains(&set, versions[1], 0))
        fail(scheme, "the same for equals in a range", versions);
    version_range_free(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str range;
    struct str rest = str_make((const char *)data, size), versions[3] = {{0}};
    for (int i = 0; i < 3; i++)
        if (!str_cut(&rest, '\n', &versions[i]))
            versions[i] = STR("");
    if (!str_cut(&rest, '\n', &range))
        range = versions[0];
    for (size_t i = 0; version_schemes[i]; i++) {
        check_range(version_schemes[i], range, versions);
        check(version_schemes[i], versions);
        if (version_schemes[i]->valid)
            for (int k = 0; k < 3; k++)
                (void)version_schemes[i]->valid(versions[k]);
    }
    return 0;
}
