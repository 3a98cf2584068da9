/* Ranges, held against the published cases in tests/unit/version/cases/range-NAME.txt. A line is
 * WORD<TAB>RANGE<TAB>VERSIONS (apart by blanks); WORD is "yes" or "no", "all" and "none" when
 * pre-releases are let in, or "bad" for what is no range. */
#include "version/range.h"
#include "pairs.h"

static size_t range_check_versions(const struct version_range_set *set, struct str line,
                                   struct str versions, bool want, unsigned flags)
{
    size_t count = 0;
    struct str version;
    while (str_cut(&versions, ' ', &version)) {
        if (!version.len)
            continue;
        count++;
        if (version_range_contains(set, version, flags) != want)
            FAIL("%s: \"%.*s\": %.*s", set->scheme->name, STR_ARG(version), STR_ARG(line));
    }
    return count;
}

static size_t range_check_line(const struct version_scheme *scheme, struct str line)
{
    struct version_range_set set = {0};
    struct pl_err err;
    struct str rest = line, word, range;
    str_cut(&rest, '\t', &word);
    str_cut(&rest, '\t', &range);
    int got = version_range_parse(&set, scheme, range, &err);
    if (str_is(word, "bad")) {
        if (got >= 0)
            FAIL("%s: a range: %.*s", scheme->name, STR_ARG(line));
        version_range_free(&set);
        return 1;
    }
    size_t count = 0;
    bool all = str_is(word, "all"), none = str_is(word, "none");
    if (got < 0)
        FAIL("%s: no range: %.*s: %s", scheme->name, STR_ARG(line), err.message);
    else
        count = range_check_versions(&set, line, rest, all || str_is(word, "yes"),
                                     all || none ? VERSION_RANGE_PRERELEASES : 0);
    version_range_free(&set);
    return count;
}

static void range_check(const char *scheme_name)
{
    const struct version_scheme *scheme = version_scheme_find(str_of(scheme_name));
    char path[256], line[4096];
    snprintf(path, sizeof(path), "tests/unit/version/cases/range-%s.txt", scheme_name);
    FILE *in = fopen(path, "re");
    size_t count = 0;
    CHECK(in != NULL && scheme != NULL);
    if (!in || !scheme)
        return;
    while (fgets(line, sizeof(line), in)) {
        struct str text = str_of(line);
        while (text.len && text.data[text.len - 1] == '\n')
            text.len--;
        if (text.len && text.data[0] != '#')
            count += range_check_line(scheme, text);
    }
    fclose(in);
    printf("%s: %zu published cases of ranges\n", scheme_name, count);
    CHECK(count > 0);
}

#define RANGE_TEST(name)                                                                           \
    static void name(void)                                                                         \
    {                                                                                              \
        range_check(#name);                                                                        \
    }

RANGE_TEST(npm)
RANGE_TEST(pypi)
RANGE_TEST(gem)
RANGE_TEST(maven)
RANGE_TEST(composer)
RANGE_TEST(nuget)
RANGE_TEST(cargo)
RANGE_TEST(hex)
RANGE_TEST(pub)
RANGE_TEST(golang)

static void too_large(void)
{
    static char text[70000];
    struct version_range_set set = {0};
    struct pl_err err;
    memset(text, '1', sizeof(text));
    CHECK_INT(version_range_parse(&set, version_scheme_find(STR("npm")),
                                  str_make(text, sizeof(text)), &err),
              -PL_E_LIMIT);
    for (size_t i = 0; i < 3000; i++)
        memcpy(text + i * 3, "<1 ", 3);
    CHECK_INT(
        version_range_parse(&set, version_scheme_find(STR("deb")), str_make(text, 9000), &err),
        -PL_E_LIMIT);
}

int main(void)
{
    RUN(npm);
    RUN(pypi);
    RUN(gem);
    RUN(maven);
    RUN(composer);
    RUN(nuget);
    RUN(cargo);
    RUN(hex);
    RUN(pub);
    RUN(golang);
    RUN(too_large);
    return test_end();
}
