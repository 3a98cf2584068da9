#include "base/limits.h"
#include "catalog_test.h"

extern const struct cataloger cataloger_apk;

#define INSTALLED "lib/apk/db/installed"

static void records(void)
{
    static const struct {
        const char *text, *package, *problem;
    } cases[] = {
        {"C:Q1abc=\nP:musl-utils\nV:1.2.3-r5\nA:x86_64\nS:1\nI:2\nT:text\nL:MIT BSD GPL2+\n"
         "o:musl\nm:A B <a@b>\nF:sbin\nR:ldconfig\na:0:0:755\nZ:Q1x=\n",
         "musl-utils 1.2.3-r5 x86_64 musl 1.2.3-r5", NULL},
        {"P:a\nV:1-r0\n", "a 1-r0  a 1-r0", NULL},
        {"P:a\nV:1-r0\np:so:b\nv:no\nl:no\nO:no\n\n\n\n", "a 1-r0  a 1-r0", NULL},
        {"P:.deps\nV:20240101.120000\nA:noarch\n",
         ".deps 20240101.120000 noarch .deps "
         "20240101.120000",
         NULL},
        {"\nV:1\nA:x\n", NULL, "the package at line 2 (\"\") has no P field"},
        {"P:a\nA:x\n", NULL, "the package at line 1 (\"a\") has no V field"},
        {"P:a\nV:1\nrubbish\nmore\n", "a 1  a 1", "line 3 is not a letter, a colon and a value"},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t chunk = 1; chunk < 60; chunk += 9) {
            struct catalog_run run =
                run_catalog(&cataloger_apk, INSTALLED, str_of(cases[i].text), chunk, STR_NONE);
            CHECK_INT(run.result, 0);
            CHECK_INT(run.sink.packages.count, cases[i].package ? 1 : 0);
            if (cases[i].package)
                CHECK_STR(run_package(&run, 0), cases[i].package);
            CHECK_INT(run.sink.problems.count, cases[i].problem ? 1 : 0);
            if (cases[i].problem)
                CHECK_STR(run_problem(&run, 0), cases[i].problem);
            run_free(&run);
        }
}

static void license_is_kept_as_written(void)
{
    struct catalog_run run =
        run_catalog(&cataloger_apk, INSTALLED,
                    STR("P:a\nV:1\nL:MIT AND GPL-2.0-only\n\nP:b\nV:2\nL:\n"), 5, STR_NONE);
    CHECK_INT(run.sink.packages.count, 2);
    CHECK_INT(run.sink.packages.items[0]->license_count, 1);
    CHECK_STR(run.sink.packages.items[0]->licenses[0], "MIT AND GPL-2.0-only");
    CHECK_INT(run.sink.packages.items[1]->license_count, 0);
    run_free(&run);
}

static void repeated_fields_stay_bounded(void)
{
    struct catalog_run run;
    struct pl_err err;
    run_start(&run, &cataloger_apk, INSTALLED);
    struct test_input input = {.bytes = STR("P:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
                               .chunk = 51,
                               .repeat = 200000};
    input.input.next = test_input_next;
    CHECK_INT(cataloger_apk.read(&run.sink, &input.input, STR_NONE, &err), 0);
    CHECK_INT(run.sink.packages.count, 0);
    CHECK_INT(run.sink.problems.count, 1);
    run_free(&run);
}

int main(void)
{
    RUN(records);
    RUN(license_is_kept_as_written);
    RUN(repeated_fields_stay_bounded);
    return test_end();
}
