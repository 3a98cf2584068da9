/* Published cases of an ordering, from tests/unit/version/cases/NAME.txt, a line each:
 *
 *     A < B = C < D      the order of all pairs of the chain
 *     valid: A B C       what is a version
 *     invalid: A B C     what is none
 *
 * '#' begins a comment; a version with blanks stands in the test itself. And the laws of an order,
 * held for random texts. */
#pragma once

#include "pairs.h"

#define CASES_CHAIN 256

static struct str cases_take_word(struct str *rest)
{
    *rest = str_trim(*rest);
    struct str word = str_first(*rest, str_index(*rest, ' '));
    *rest = str_from(*rest, word.len);
    return word;
}

static size_t cases_check_chain(const struct version_scheme *scheme, struct str line)
{
    struct str versions[CASES_CHAIN];
    size_t ranks[CASES_CHAIN], count = 1;
    struct str rest = line;
    versions[0] = cases_take_word(&rest);
    ranks[0] = 0;
    while (count < CASES_CHAIN && (rest = str_trim(rest)).len) {
        struct str sign = cases_take_word(&rest);
        if (!str_is(sign, "<") && !str_is(sign, "="))
            FAIL("%s: no sign: %.*s", scheme->name, STR_ARG(line));
        ranks[count] = ranks[count - 1] + str_is(sign, "<");
        versions[count++] = cases_take_word(&rest);
    }
    if (rest.len || count < 2)
        FAIL("%s: no chain: %.*s", scheme->name, STR_ARG(line));
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            check_order(scheme, versions[i], versions[k], ranks[i] < ranks[k] ? -1 : 0);
    return count - 1;
}

static size_t cases_check_valid(const struct version_scheme *scheme, struct str rest, bool want)
{
    size_t count = 0;
    for (; (rest = str_trim(rest)).len; count++) {
        struct str version = cases_take_word(&rest);
        if (scheme->valid(version) != want)
            FAIL("%s: \"%.*s\" is %svalid", scheme->name, STR_ARG(version), want ? "" : "in");
    }
    return count;
}

static size_t cases_check_line(const struct version_scheme *scheme, struct str line)
{
    if (!line.len || line.data[0] == '#')
        return 0;
    if (str_starts(line, STR("valid:")))
        return cases_check_valid(scheme, str_from(line, 6), true);
    if (str_starts(line, STR("invalid:")))
        return cases_check_valid(scheme, str_from(line, 8), false);
    return cases_check_chain(scheme, line);
}

static void check_cases(const char *scheme_name)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    char path[256], line[8192];
    snprintf(path, sizeof(path), "tests/unit/version/cases/%s.txt", scheme_name);
    FILE *in = fopen(path, "re");
    size_t count = 0;
    CHECK(in != NULL && scheme != NULL);
    if (!in || !scheme)
        return;
    while (fgets(line, sizeof(line), in))
        count += cases_check_line(scheme, str_trim(str_of(line)));
    fclose(in);
    printf("%s: %zu published cases\n", scheme_name, count);
    CHECK(count > 0);
}

static unsigned long long cases_seed = 88172645463325252ULL;

static size_t cases_random(size_t below)
{
    cases_seed ^= cases_seed << 13;
    cases_seed ^= cases_seed >> 7;
    cases_seed ^= cases_seed << 17;
    return (size_t)(cases_seed % below);
}

/* Short texts of few parts, so that many are equal or nearly so. */
static struct str cases_random_version(char *buffer, size_t size)
{
    static const char *const parts[] = {
        "0",   "1",        "2",    "10",    "01",   ".",     ".",        ".",     "-",  "-",
        "+",   "_",        "~",    "!",     ":",    " ",     "a",        "b",     "rc", "p",
        "dev", "post",     "x",    "alpha", "sp",   "beta",  "pre",      "ga",    "m",  "cr",
        "v",   "go",       "-dev", ".x",    "RC",   "final", "c",        "r",     "pl", "-r1",
        "@",   "\xc3\xa9", "\xff", "1.0",   "dev-", ".0",    "snapshot", "patch",
    };
    size_t len = 0;
    for (size_t n = cases_random(6); n > 0; n--) {
        const char *part = parts[cases_random(sizeof(parts) / sizeof(parts[0]))];
        size_t part_len = strlen(part);
        if (len + part_len > size)
            break;
        memcpy(buffer + len, part, part_len);
        len += part_len;
    }
    return str_make(buffer, len);
}

static void cases_check_laws(const struct version_scheme *scheme, const struct str *v)
{
    int ab = sign(scheme->compare(v[0], v[1])), bc = sign(scheme->compare(v[1], v[2]));
    int ac = sign(scheme->compare(v[0], v[2])), ba = sign(scheme->compare(v[1], v[0]));
    if (ab != -ba || scheme->compare(v[0], v[0]))
        FAIL("%s: not antisymmetric: \"%.*s\" \"%.*s\"", scheme->name, STR_ARG(v[0]),
             STR_ARG(v[1]));
    if ((ab <= 0 && bc <= 0 && ac > 0) || (ab >= 0 && bc >= 0 && ac < 0) || (ab == 0 && ac != bc) ||
        (ab && ab == bc && ac != ab))
        FAIL("%s: not transitive: \"%.*s\" \"%.*s\" \"%.*s\"", scheme->name, STR_ARG(v[0]),
             STR_ARG(v[1]), STR_ARG(v[2]));
}

static void check_random(const char *scheme_name)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    for (int i = 0; i < 300000 && test_failures < 5; i++) {
        char buffers[3][64];
        struct str versions[3];
        for (int k = 0; k < 3; k++)
            versions[k] = cases_random_version(buffers[k], sizeof(buffers[k]));
        cases_check_laws(scheme, versions);
        if (scheme->valid)
            (void)scheme->valid(versions[0]);
    }
}
