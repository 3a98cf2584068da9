/* SemVer 2.0.0, section 11. */
#include "pairs.h"

static void precedence(void)
{
    static const char *const sorted[] = {"1.0.0-alpha",
                                         "1.0.0-alpha.1",
                                         "1.0.0-alpha.beta",
                                         "1.0.0-beta",
                                         "1.0.0-beta.2",
                                         "1.0.0-beta.11",
                                         "1.0.0-rc.1",
                                         "1.0.0",
                                         "1.0.1",
                                         "1.2.0",
                                         "1.10.0",
                                         "2.0.0-0",
                                         "2.0.0",
                                         NULL};
    check_sorted("semver", sorted);
}

static void builds_have_no_weight(void)
{
    check_pairs("semver", "1.2.3+a = 1.2.3+b; 1.2.3-rc+a = 1.2.3-rc; 1.2.3+4 < 1.2.4");
}

static void lenient(void)
{
    check_pairs("semver", "v1.2.3 = 1.2.3; 1.2 = 1.2.0; 1 = 1.0.0; 1.2.3.4 > 1.2.3; 1.2rc1 < 1.2;"
                          "1.2.3- < 1.2.3; 99999999999999999999.0.0 > 2.0.0; 1.2.3.beta < 1.2.3");
}

static void total(void)
{
    static const char *const versions[] = {"",    "0",     "v",       "1.",       "1.2",   "1.2.0",
                                           "1-a", "1-",    "1-1",     "1-1.a",    "1-a.1", "1+b",
                                           "1.-", "1.2.a", "1.2.0-0", "1.2.0-00", "a",     NULL};
    check_transitive("semver", versions);
}

static void shared_inputs(void)
{
    check_file("semver", "semver-versions.txt", NULL);
}

int main(void)
{
    RUN(precedence);
    RUN(builds_have_no_weight);
    RUN(lenient);
    RUN(total);
    RUN(shared_inputs);
    return test_end();
}
