/* Debian's order: cases of our own, and the pairs that dpkg's own test suites hold. */
#include "pairs.h"

static void epochs(void)
{
    check_pairs("deb", "1 = 0:1; 2:2.5 > 1:7.5; 1:0foo > 0foo; 0:0foo = 0foo; 0 = 0:0-0;"
                       "1:0 > 9999; 0:1 < 1:0; 01:1 = 1:1; 99999999999999999999:1 > 1:1;"
                       "1:2:3-1 > 1:2-1; 5:1 > 4:2");
    /* No number before ':': the whole is the upstream version. */
    check_pairs("deb", "a:1 < 1:1; a:1 = a:1; 1:1 > 0:a");
}

static void tilde(void)
{
    check_pairs("deb", "1~ < 1; 1~~ < 1~; 0foo~1 < 0foo; 0foo~~ < 0foo~; 2.2~rc-4 < 2.2-1;"
                       "0foo~foo+Bar < 0foo~foo+bar; 1.2.0~b7-1 > 1.2.0~b6-1; 1.0~rc1-1 < 1.0-0~1;"
                       "1.2.3-1~deb7u1 < 1.2.3-1; 3.0.15-1~deb12u1 < 3.0.15-1");
    static const char *const sorted[] = {"~~", "~~a", "~", "1~~", "1~", "1", "1a", "1+", NULL};
    check_sorted("deb", sorted);
}

static void revisions(void)
{
    check_pairs("deb", "0foo- = 0foo; 0foo- = 0foo-0; 0foo-0 < 0foo-01; 1.0-1 < 2.0-2;"
                       "0foo- < 0foo+; 1-2-3 > 1-2-2; 1-2-3 > 1-1-9; -0.6.5 < 0.9.1;"
                       "12345+that-really-is-some-ver-0 < 12345+that-really-is-some-ver-10;"
                       "2.7.4+reloaded2-13ubuntu1 < 2.7.4+reloaded2-13+deb9u1;"
                       "2:2.3.2-2+lenny2 > 2:2.3.2-2");
}

static void numbers_and_letters(void)
{
    check_pairs("deb", "1.0000-1 = 1.0-1; 1.09 = 1.9; 0foo > 0fo; 0foo.bar > 0foobar;"
                       "0foo.bar > 0foo1bar; 0foo.bar > 0foo0bar; 0foo1bar-1 < 0foobar-1;"
                       "0foo2.0 > 0foo2; 0foo2.0.0 < 0foo2.10.0; 0foo2.0 < 0foo2.0.0;"
                       "0foo2.0 < 0foo2.10; 0foo2.1 < 0foo2.10; 1.0.8+nmu1 > 1.0.8;"
                       "3.11 > 3.10+nmu1; 0.9j-20080306-4 > 0.9i-20070324-2; 1.011-1 > 1.06-2;"
                       "0.0.9+dfsg1-1 > 0.0.8+dfsg1-3; 4.6.99+svn6582-1 > 4.6.99+svn6496-1;"
                       "53 > 52; 0.9.9~pre122-1 > 0.9.9~pre111-1; 1:3.8.1-1 > 3.8.GA-1;"
                       "1.0.1+gpl-1 > 1.0.1-2; 1a < 1000a; 0-a < 0-b; a < b; 0-00 = 00-0;"
                       "99999999999999999999 < 100000000000000000000; 1.0Z < 1.0a; 1.0a < 1.0+");
}

static void blanks_around_count_for_nothing(void)
{
    const struct version_scheme *deb = version_scheme_find(STR("deb"));
    CHECK_INT(deb->compare(STR(" \t0:0-1"), STR("0-1")), 0);
    CHECK_INT(deb->compare(STR("0:0-1\t "), STR("0-1")), 0);
}

static void validity(void)
{
    static const char *const good[] = {
        "0",           "0:0", "0:0-0", "1:0:0-0", "0-0-0", "0:0:0-0-0:0-0", "0:09azAZ.-+~:-0",
        "0-azAZ09.+~", "5:1", NULL};
    static const char *const bad[] = {"",
                                      " ",
                                      "0:",
                                      "0:0 0-1",
                                      "-1:0-1",
                                      "a:0-0",
                                      "A:0-0",
                                      "-0",
                                      "0:-0",
                                      "0:abc3-0",
                                      "0-",
                                      "10a:5.2",
                                      "5.2@3-2",
                                      "foo5.2",
                                      "0:foo5.2",
                                      "999999999999999999999999:0-1",
                                      "2147483648:1",
                                      ":1",
                                      NULL};
    const struct version_scheme *deb = version_scheme_find(STR("deb"));
    for (size_t i = 0; good[i]; i++)
        if (!deb->valid(str_of(good[i])))
            FAIL("\"%s\" is valid", good[i]);
    for (size_t i = 0; bad[i]; i++)
        if (deb->valid(str_of(bad[i])))
            FAIL("\"%s\" is not valid", bad[i]);
    for (const char *p = "!#@$%&/|\\<>()[]{};,_=*^'"; *p; p++) {
        char upstream[] = "0:0a-0", revision[] = "0:0-0";
        upstream[3] = revision[4] = *p;
        if (deb->valid(str_of(upstream)) || deb->valid(str_of(revision)))
            FAIL("'%c' belongs to no version", *p);
    }
}

static void total(void)
{
    static const char *const versions[] = {"",    "0",   "~",   "1",     "1~",    "1:",  ":1", "-",
                                           "1-1", "1-",  "a",   "a:1",   "1a",    "1.a", "+",  "1+",
                                           "01",  "0:1", "1:0", "1~~-1", "1.0-~", "é",   NULL};
    check_transitive("deb", versions);
}

static void shared_inputs(void)
{
    check_file("deb", "debian-versions.txt", NULL);
}

int main(void)
{
    RUN(epochs);
    RUN(tilde);
    RUN(revisions);
    RUN(numbers_and_letters);
    RUN(blanks_around_count_for_nothing);
    RUN(validity);
    RUN(total);
    RUN(shared_inputs);
    return test_end();
}
