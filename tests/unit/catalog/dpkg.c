#include <sys/resource.h>

#include "base/limits.h"
#include "catalog_test.h"

extern const struct cataloger cataloger_dpkg;

#define STATUS "var/lib/dpkg/status"
#define INSTALLED "Status: install ok installed\n"

static void stanzas(void)
{
    static const struct {
        const char *path, *text, *package, *problem;
    } cases[] = {
        {STATUS,
         "Package: libssl3\n" INSTALLED "Architecture: amd64\nSource: openssl\nVersion: 3.0.11-1\n"
         "Description: x\n Package: not-this\n .\n more: text\n",
         "libssl3 3.0.11-1 amd64 openssl 3.0.11-1", NULL},
        {STATUS, "Package: g++\n" INSTALLED "Version: 4:12.2.0-3\nSource: gcc-defaults (1.203)\n",
         "g++ 4:12.2.0-3  gcc-defaults 1.203", NULL},
        {STATUS, "pAcKaGe:a\nSTATUS:  install   ok\tinstalled \nversion:\t1 \narchitecture: all\n",
         "a 1 all a 1",
         "the stanza at line 1: \"install   ok\tinstalled\" is not a status that dpkg "
         "knows; the package is left out"},
        {STATUS, "pAcKaGe:a\nSTATUS:  install   ok   installed \nversion:\t1 \narchitecture: all\n",
         "a 1 all a 1", NULL},
        {STATUS, "Package: a\r\nStatus: hold ok installed\r\nVersion: 1\r\n\r\n", "a 1  a 1", NULL},
        {STATUS, "Package: a\nVersion: 1\nSource: s (2\n", "a 1  s 2", NULL},
        {STATUS, "Package: a\nVersion: 1\nSource: (2)\n", "a 1  a 2", NULL},
        {STATUS, "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n", NULL, NULL},
        {STATUS, "Package: a\nStatus: purge ok not-installed\n", NULL, NULL},
        {STATUS, "Package: a\nStatus: install reinstreq half-installed\nVersion: 1\n", "a 1  a 1",
         NULL},
        {STATUS, "Package: a\nStatus: install ok unpacked\nVersion: 1\n", "a 1  a 1", NULL},
        {STATUS, "Package: a\nStatus: install ok half-configured\nVersion: 1\n", "a 1  a 1", NULL},
        {STATUS, "Package: a\nStatus: install ok triggers-awaited\nVersion: 1\n", "a 1  a 1", NULL},
        {STATUS, "Package: a\nStatus: install ok triggers-pending\nVersion: 1\n", "a 1  a 1", NULL},
        {STATUS, "Package: a\nStatus: install ok\nVersion: 1\n", NULL,
         "the stanza at line 1: \"install ok\" is not a status that dpkg knows; the package is "
         "left "
         "out"},
        {STATUS, "\n\n" INSTALLED "Version: 1\n", NULL,
         "the stanza at line 3 (package \"\") has no Package field"},
        {STATUS, "Package: a\n" INSTALLED, NULL,
         "the stanza at line 1 (package \"a\") has no Version field"},
        {STATUS, "Package: a\n" INSTALLED "Version: 1\nrubbish\nmore rubbish\n", "a 1  a 1",
         "line 4 is neither a field nor the continuation of one"},
        {"var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4+deb12u5\n",
         "base-files 12.4+deb12u5  base-files 12.4+deb12u5", NULL},
        {"var/lib/dpkg/status.d/base.md5sums", "0123  etc/passwd\n", NULL, NULL},
        {STATUS, "", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t chunk = 1; chunk < 90; chunk += 11) {
            struct catalog_run run =
                run_catalog(&cataloger_dpkg, cases[i].path, str_of(cases[i].text), chunk, STR_NONE);
            bool refused = cases[i].problem && strstr(cases[i].problem, "left out");
            size_t want = cases[i].package && !refused ? 1 : 0;
            CHECK_INT(run.result, 0);
            CHECK_INT(run.sink.packages.count, want);
            if (want)
                CHECK_STR(run_package(&run, 0), cases[i].package);
            CHECK_INT(run.sink.problems.count, cases[i].problem ? 1 : 0);
            if (cases[i].problem)
                CHECK_STR(run_problem(&run, 0), cases[i].problem);
            run_free(&run);
        }
}

static void damage_keeps_the_rest(void)
{
    struct str text = STR("Package: a\n" INSTALLED "Version: 1\n\nPackage: b\n" INSTALLED
                          "\n\xff\xfe\x00garbage\n\nPackage: c\n" INSTALLED "Version: 3\n");
    struct catalog_run run = run_catalog(&cataloger_dpkg, STATUS, text, 10, STR_NONE);
    CHECK_INT(run.sink.packages.count, 2);
    CHECK_STR(run_package(&run, 1), "c 3  c 3");
    CHECK_INT(run.sink.problems.count, 3);
    CHECK_STR(run_problem(&run, 0), "the stanza at line 5 (package \"b\") has no Version field");
    CHECK_STR(run_problem(&run, 1), "line 8 is neither a field nor the continuation of one");
    run_free(&run);
}

/* 500 MB in one line: a problem, and no memory. */
static void endless_line_costs_no_memory(void)
{
    size_t piece = 1 << 20;
    AUTO_FREE char *text = mem_alloc(piece);
    struct catalog_run run;
    struct rusage before, after;
    struct pl_err err;
    run_start(&run, &cataloger_dpkg, STATUS);
    memset(text, 'x', piece);
    memcpy(text, "Description: ", 13);
    struct test_input input = {.bytes = str_make(text, piece), .chunk = 65536, .repeat = 499};
    input.input.next = test_input_next;
    getrusage(RUSAGE_SELF, &before);
    CHECK_INT(cataloger_dpkg.read(&run.sink, &input.input, STR_NONE, &err), 0);
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
    CHECK_INT(run.sink.packages.count, 0);
    CHECK_STR(str_of(run.sink.problems.items[0].limit), "LIMIT_LINE");
    CHECK_STR(run_problem(&run, 0),
              "line 1 is longer than LIMIT_LINE allows (1048576 bytes); its rest is passed over");
    run_free(&run);
}

static void long_field_is_a_problem(void)
{
    struct arena arena = {0};
    char *text = arena_alloc(&arena, LIMIT_FIELD + 1);
    memset(text, 'v', LIMIT_FIELD + 1);
    struct str stanza =
        arena_printf(&arena, "Package: a\nVersion: %.*s\n\nPackage: b\nVersion: 1\n",
                     (int)LIMIT_FIELD + 1, text);
    struct catalog_run run = run_catalog(&cataloger_dpkg, STATUS, stanza, 4000, STR_NONE);
    CHECK_INT(run.sink.packages.count, 1);
    CHECK_STR(str_of(run.sink.problems.items[0].limit), "LIMIT_FIELD");
    run_free(&run);
    arena_free(&arena);
}

int main(void)
{
    RUN(stanzas);
    RUN(damage_keeps_the_rest);
    RUN(endless_line_costs_no_memory);
    RUN(long_field_is_a_problem);
    return test_end();
}
