/* Pairs of versions with their order, one string for many: "1.0 < 1.1; 2 = 2.0". Each pair is held
 * in both directions, and both sides against themselves. */
#pragma once

#include "test.h"
#include "version/version.h"

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static void check_order(const struct version_scheme *scheme, struct str a, struct str b, int want)
{
    int got = sign(scheme->compare(a, b)), back = sign(scheme->compare(b, a));
    if (got != want || back != -want)
        FAIL("%s: \"%.*s\" and \"%.*s\": %d and %d, not %d", scheme->name, STR_ARG(a), STR_ARG(b),
             got, back, want);
    if (scheme->compare(a, a) != 0 || scheme->compare(b, b) != 0)
        FAIL("%s: \"%.*s\" or \"%.*s\" differs from itself", scheme->name, STR_ARG(a), STR_ARG(b));
}

/* "A < B", "A = B" or "A > B"; false when `text` is none of these. */
static bool check_pair(const struct version_scheme *scheme, struct str text)
{
    static const struct {
        const char *sign;
        int order;
    } signs[] = {{" < ", -1}, {" = ", 0}, {" > ", 1}};
    for (size_t i = 0; i < 3; i++) {
        size_t at = str_find(text, str_of(signs[i].sign));
        if (at == SIZE_MAX)
            continue;
        check_order(scheme, str_trim(str_first(text, at)), str_trim(str_from(text, at + 3)),
                    signs[i].order);
        return true;
    }
    return false;
}

static inline size_t check_pairs(const char *scheme_name, const char *pairs)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    struct str rest = str_of(pairs), pair;
    size_t count = 0;
    while (str_cut(&rest, ';', &pair)) {
        pair = str_trim(pair);
        if (!pair.len)
            continue;
        count++;
        if (!check_pair(scheme, pair))
            FAIL("no pair: %.*s", STR_ARG(pair));
    }
    return count;
}

/* All of `versions` (ended by NULL) are in their order, each before all that follow. */
static inline void check_sorted(const char *scheme_name, const char *const *versions)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    for (size_t i = 0; versions[i]; i++)
        for (size_t j = i + 1; versions[j]; j++)
            check_order(scheme, str_of(versions[i]), str_of(versions[j]), -1);
}

/* Every pair of a file of the shared inputs; lines in `left_out` (ended by NULL) are not held. */
static inline void check_file(const char *scheme_name, const char *file,
                              const char *const *left_out)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    const char *shared = getenv("PLIMSOLL_SHARED");
    char path[4096], line[1024];
    if (!shared)
        return;
    snprintf(path, sizeof(path), "%s/data/inputs/versions/%s", shared, file);
    FILE *in = fopen(path, "re");
    if (!in) {
        FAIL("%s can't be read", path);
        return;
    }
    while (fgets(line, sizeof(line), in)) {
        struct str text = str_trim(str_of(line));
        bool skip = !text.len || text.data[0] == '#' || str_starts(text, STR("//"));
        for (size_t i = 0; left_out && left_out[i]; i++)
            skip = skip || str_is(text, left_out[i]);
        if (!skip && !check_pair(scheme, text))
            FAIL("no pair: %.*s", STR_ARG(text));
    }
    fclose(in);
}

/* The order is total: whatever three of `versions` are taken, a <= b <= c means a <= c. */
static inline void check_transitive(const char *scheme_name, const char *const *versions)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    for (size_t i = 0; versions[i]; i++)
        for (size_t j = 0; versions[j]; j++)
            for (size_t k = 0; versions[k]; k++) {
                struct str a = str_of(versions[i]), b = str_of(versions[j]),
                           c = str_of(versions[k]);
                if (scheme->compare(a, b) <= 0 && scheme->compare(b, c) <= 0 &&
                    scheme->compare(a, c) > 0)
                    FAIL("%s: \"%s\" <= \"%s\" <= \"%s\"", scheme_name, versions[i], versions[j],
                         versions[k]);
            }
}
