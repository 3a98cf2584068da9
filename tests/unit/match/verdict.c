/* One statement against one version: ranges, enumerated versions, statuses. */
#include "match/verdict.h"
#include "test.h"

enum { RANGES = 4, VERSIONS = 3 };

static const struct {
    const char *scheme;
    enum advisory_status status;
    const char *ranges[RANGES][3]; /* introduced, fixed, last affected */
    const char *versions[VERSIONS];
    const char *version;
    const char *want; /* the range that decided; NULL: not affected */
} cases[] = {
    /* fixed: exclusive */
    {"deb", ADVISORY_AFFECTED, {{"0", "1.2-3", ""}}, {0}, "1.2-2", "< 1.2-3"},
    {"deb", ADVISORY_AFFECTED, {{"0", "1.2-3", ""}}, {0}, "1.2-3", NULL},
    {"deb", ADVISORY_AFFECTED, {{"0", "1.2-3", ""}}, {0}, "1.2-3+b1", NULL},
    {"deb", ADVISORY_AFFECTED, {{"0", "1.2-3", ""}}, {0}, "1.2~rc1-9", "< 1.2-3"},
    {"deb", ADVISORY_AFFECTED, {{"0", "1:1.2-3", ""}}, {0}, "9.9", "< 1:1.2-3"},
    {"deb", ADVISORY_AFFECTED, {{"", "2", ""}}, {0}, "1", "< 2"},
    /* introduced: inclusive; "0" is the first, also below versions that sort before it */
    {"deb", ADVISORY_AFFECTED, {{"1.0", "2.0", ""}}, {0}, "0.9", NULL},
    {"deb", ADVISORY_AFFECTED, {{"1.0", "2.0", ""}}, {0}, "1.0", ">= 1.0, < 2.0"},
    {"deb", ADVISORY_AFFECTED, {{"0", "2.0", ""}}, {0}, "0~beta", "< 2.0"},
    {"rpm", ADVISORY_AFFECTED, {{"0", "0:2.0-1", ""}}, {0}, "2.0-1", NULL},
    /* last affected: inclusive */
    {"semver", ADVISORY_AFFECTED, {{"1.0.0", "", "1.4.0"}}, {0}, "1.4.0", ">= 1.0.0, <= 1.4.0"},
    {"semver", ADVISORY_AFFECTED, {{"0", "", "1.4.0"}}, {0}, "1.4.1", NULL},
    {"semver", ADVISORY_AFFECTED, {{"0", "", "1.4.0"}}, {0}, "1.4.0-rc.1", "<= 1.4.0"},
    /* without an end */
    {"apk", ADVISORY_AFFECTED, {{"1.1-r0", "", ""}}, {0}, "99-r9", ">= 1.1-r0"},
    {"apk", ADVISORY_AFFECTED, {{"1.1-r0", "", ""}}, {0}, "1.1_rc1-r0", NULL},
    {"apk", ADVISORY_AFFECTED, {{"0", "", ""}}, {0}, "1", "all versions"},
    {"apk", ADVISORY_AFFECTED, {{0}}, {0}, "1", "all versions"},
    /* statuses: a fix version 0 says that no version was ever affected */
    {"apk", ADVISORY_NOT_AFFECTED, {{0}}, {0}, "1", NULL},
    {"apk", ADVISORY_NOT_AFFECTED, {{"0", "9", ""}}, {0}, "1", NULL},
    {"deb", ADVISORY_WONT_FIX, {{0}}, {0}, "1", "all versions"},
    {"deb", ADVISORY_DEFERRED, {{"0", "", ""}}, {0}, "1", "all versions"},
    {"deb", ADVISORY_END_OF_LIFE, {{"0", "3", ""}}, {0}, "3", NULL},
    /* several ranges: the one that holds the version */
    {"semver",
     ADVISORY_AFFECTED,
     {{"1.0.0", "1.5.0", ""}, {"2.0.0", "2.3.0", ""}},
     {0},
     "2.1.0",
     ">= 2.0.0, < 2.3.0"},
    {"semver",
     ADVISORY_AFFECTED,
     {{"1.0.0", "1.5.0", ""}, {"2.0.0", "2.3.0", ""}},
     {0},
     "1.6.0",
     NULL},
    {"semver",
     ADVISORY_AFFECTED,
     {{"1.0.0", "1.5.0", ""}, {"2.0.0", "2.3.0", ""}},
     {0},
     "2.3.0",
     NULL},
    /* module builds side by side: the nearest fix, in whatever order they stand */
    {"rpm",
     ADVISORY_AFFECTED,
     {{"0", "1:18.20-1.el8", ""}, {"0", "1:16.20-1.el8", ""}},
     {0},
     "1:16.1-1.el8",
     "< 1:16.20-1.el8"},
    {"rpm",
     ADVISORY_AFFECTED,
     {{"0", "1:16.20-1.el8", ""}, {"0", "1:18.20-1.el8", ""}},
     {0},
     "1:16.1-1.el8",
     "< 1:16.20-1.el8"},
    {"rpm",
     ADVISORY_AFFECTED,
     {{"0", "1:16.20-1.el8", ""}, {"0", "1:18.20-1.el8", ""}},
     {0},
     "1:16.20-1.el8",
     "< 1:18.20-1.el8"},
    {"rpm",
     ADVISORY_AFFECTED,
     {{"0", "1:16.20-1.el8", ""}, {"0", "1:18.20-1.el8", ""}},
     {0},
     "1:18.20-1.el8",
     NULL},
    {"rpm",
     ADVISORY_AFFECTED,
     {{"0", "", ""}, {"0", "2-1", ""}},
     {0},
     "1-1",
     "< 2-1"}, /* a fix before none */
    /* enumerated versions count beside the ranges, by the scheme's order */
    {"semver", ADVISORY_AFFECTED, {{0}}, {"1.0.0", "1.2.0"}, "1.2.0", ">= 1.2.0, <= 1.2.0"},
    {"semver", ADVISORY_AFFECTED, {{0}}, {"1.0.0", "1.2.0"}, "1.1.0", NULL},
    {"rpm", ADVISORY_AFFECTED, {{0}}, {"0:1.0-1"}, "1.0-1", ">= 0:1.0-1, <= 0:1.0-1"},
    {"semver",
     ADVISORY_AFFECTED,
     {{"2.0.0", "3.0.0", ""}},
     {"1.0.0"},
     "1.0.0",
     ">= 1.0.0, <= 1.0.0"},
    {"semver",
     ADVISORY_AFFECTED,
     {{"2.0.0", "3.0.0", ""}},
     {"2.5.0"},
     "2.5.0",
     ">= 2.0.0, < 3.0.0"},
    {"semver", ADVISORY_AFFECTED, {{"2.0.0", "3.0.0", ""}}, {"3.1.0"}, "3.0.0", NULL},
};

static void affected(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct advisory_range ranges[RANGES], got = {STR("x"), STR("x"), STR("x"), false};
        struct str versions[VERSIONS];
        struct vulndb_statement statement = {
            .status = cases[i].status, .ranges = ranges, .versions = versions};
        for (; statement.range_count < RANGES && cases[i].ranges[statement.range_count][0];
             statement.range_count++) {
            const char *const *text = cases[i].ranges[statement.range_count];
            ranges[statement.range_count] =
                (struct advisory_range){str_of(text[0]), str_of(text[1]), str_of(text[2]), false};
        }
        for (; statement.version_count < VERSIONS && cases[i].versions[statement.version_count];
             statement.version_count++)
            versions[statement.version_count] = str_of(cases[i].versions[statement.version_count]);
        const struct version_scheme *scheme = version_scheme_find(str_of(cases[i].scheme));
        bool hit = verdict_affected(&statement, scheme, str_of(cases[i].version), &got);
        struct str text = hit ? verdict_range_text(&arena, &got) : STR("not affected");
        if (!str_is(text, cases[i].want ? cases[i].want : "not affected"))
            FAIL("case %zu, %s %s: %.*s, not %s", i, cases[i].scheme, cases[i].version,
                 STR_ARG(text), cases[i].want ? cases[i].want : "not affected");
    }
    arena_free(&arena);
}

int main(void)
{
    RUN(affected);
    return test_end();
}
