/* Fixes of several minor releases: which versions are affected. */
#include "feed/rpm_lines.h"

#include "base/buf.h"

#include "match/verdict.h"
#include "test.h"
#include "version/version.h"

static const struct {
    const char *fixes[4];
    const char *want;
    const char *affected[4], *clean[4];
} cases[] = {
    {{"2-1.el9"}, "[|2-1.el9]", {"1-9.el9", "2-0.el9"}, {"2-1.el9", "2-2.el9"}},
    /* The build between the lines has no fix; a later one of the first line has. */
    {{"2-26.el9_3.2", "2-23.el9_2.4"},
     "[|2-23.el9_2.4][2-24|2-26.el9_3.2]",
     {"2-23.el9", "2-23.el9_2.3", "2-26.el9", "2-26.el9_3.1"},
     {"2-23.el9_2.4", "2-23.el9_2.9", "2-26.el9_3.2", "3-1.el9"}},
    {{"1-7.el9_0.4", "1-7.el9_2.1"},
     "[|1-7.el9_0.4][1-7.el9_1|1-7.el9_2.1]",
     {"1-7.el9", "1-7.el9_0.3", "1-7.el9_1", "1-7.el9_2"},
     {"1-7.el9_0.4", "1-7.el9_0.5", "1-7.el9_2.1", "1-8.el9"}},
    /* Another upstream version: everything behind the first line. */
    {{"1.0-5.el9_0.1", "2.0-3.el9_2"},
     "[|1.0-5.el9_0.1][1.0-6|2.0-3.el9_2]",
     {"1.0-5.el9", "1.5-1.el9", "2.0-1.el9_2", "2.0-2.el9"},
     {"1.0-5.el9_0.1", "1.0-5.el9_0.7", "2.0-3.el9_2", "2.0-4.el9"}},
    /* The kernel's builds count inside the release. */
    {{"5.14.0-162.6.1.el9_1", "5.14.0-284.11.1.el9_2"},
     "[|5.14.0-162.6.1.el9_1][5.14.0-163|5.14.0-284.11.1.el9_2]",
     {"5.14.0-70.13.1.el9_0", "5.14.0-162.5.1.el9_1", "5.14.0-284.el9", "5.14.0-200.el9"},
     {"5.14.0-162.6.1.el9_1", "5.14.0-162.30.1.el9_1", "5.14.0-284.11.1.el9_2"}},
    /* The same line, or none that is told: the highest. */
    {{"2-1.el9", "2-3.el9"}, "[|2-3.el9]", {"2-1.el9", "2-2.el9"}, {"2-3.el9"}},
    {{"2-1.el9_2.1", "2-1.el9_2.3"}, "[|2-1.el9_2.3]", {"2-1.el9_2.2"}, {"2-1.el9_2.3"}},
    {{"2-1", "2-1", "x"}, NULL, {"1-1"}, {NULL}},
};

static void lines(void)
{
    const struct version_scheme *rpm = version_scheme_find(STR("rpm"));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct str fixes[4];
        size_t count = 0, ranges = 0;
        AUTO_BUF text = {0};
        for (; count < 4 && cases[i].fixes[count]; count++)
            fixes[count] = str_of(cases[i].fixes[count]);
        struct vulndb_statement statement = {.status = ADVISORY_AFFECTED};
        struct advisory_range *made = rpm_lines_ranges(&arena, fixes, count, &ranges), found;
        statement.ranges = made;
        statement.range_count = ranges;
        for (size_t k = 0; k < ranges; k++)
            buf_printf(&text, "[%.*s|%.*s]", STR_ARG(made[k].introduced), STR_ARG(made[k].fixed));
        if (cases[i].want && !str_is(buf_str(&text), cases[i].want))
            FAIL("case %zu: %.*s", i, STR_ARG(buf_str(&text)));
        for (size_t k = 0; k < 4 && cases[i].affected[k]; k++)
            if (!verdict_affected(&statement, rpm, str_of(cases[i].affected[k]), &found))
                FAIL("case %zu: %s is clean", i, cases[i].affected[k]);
        for (size_t k = 0; k < 4 && cases[i].clean[k]; k++)
            if (verdict_affected(&statement, rpm, str_of(cases[i].clean[k]), &found))
                FAIL("case %zu: %s is affected", i, cases[i].clean[k]);
        arena_free(&arena);
    }
}

int main(void)
{
    RUN(lines);
    return test_end();
}
