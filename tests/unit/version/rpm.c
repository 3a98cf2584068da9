/* rpm's order: cases of our own, and the pairs that rpm's own test suite holds (oddities included).
 */
#include "pairs.h"

static void numbers_and_words(void)
{
    check_pairs("rpm",
                "1.0 = 1.0; 1.0 < 2.0; 2.0.1 = 2.0.1; 2.0 < 2.0.1; 2.0.1a = 2.0.1a;"
                "2.0.1a > 2.0.1; 5.5p1 = 5.5p1; 5.5p1 < 5.5p2; 5.5p10 = 5.5p10; 5.5p1 < 5.5p10;"
                "10xyz < 10.1xyz; xyz10 = xyz10; xyz10 < xyz10.1; xyz.4 = xyz.4; xyz.4 < 8;"
                "xyz.4 < 2; 5.5p2 < 5.6p1; 5.6p1 < 6.5p1; 6.0.rc1 > 6.0; 10b2 > 10a1; 10a2 < 10b2;"
                "1.0aa = 1.0aa; 1.0a < 1.0aa; 10.0001 = 10.0001; 10.0001 = 10.1;"
                "10.0001 < 10.0039; 4.999.9 < 5.0; 20101121 = 20101121; 20101121 < 20101122;"
                "2_0 = 2_0; 2.0 = 2_0; 99999999999999999999999 < 100000000000000000000000");
}

static void separators(void)
{
    check_pairs("rpm",
                "a = a; a+ = a+; a+ = a_; +a = +a; +a = _a; +_ = +_; _+ = +_; _+ = _+; + = _;"
                "1. = 1; 1...2 = 1.2; 1.1.\xce\xb1 = 1.1.\xce\xb2;"
                "1.1.\xce\xb1\xce\xb1 = 1.1.\xce\xb1");
}

static void oddities(void)
{
    check_pairs("rpm", "1b.fc17 = 1b.fc17; 1b.fc17 < 1.fc17; 1g.fc17 = 1g.fc17; 1g.fc17 > 1.fc17");
}

static void tilde_and_caret(void)
{
    check_pairs("rpm",
                "1.0~rc1 = 1.0~rc1; 1.0~rc1 < 1.0; 1.0~rc1 < 1.0~rc2;"
                "1.0~rc1~git123 = 1.0~rc1~git123; 1.0~rc1~git123 < 1.0~rc1; 1.0^ = 1.0^;"
                "1.0^ > 1.0; 1.0^git1 = 1.0^git1; 1.0^git1 > 1.0; 1.0^git1 < 1.0^git2;"
                "1.0^git1 < 1.01; 1.0^20160101 = 1.0^20160101; 1.0^20160101 < 1.0.1;"
                "1.0^20160101^git1 = 1.0^20160101^git1; 1.0^20160102 > 1.0^20160101^git1;"
                "1.0~rc1^git1 = 1.0~rc1^git1; 1.0~rc1^git1 > 1.0~rc1; 1.0^git1~pre = 1.0^git1~pre;"
                "1.0^git1 > 1.0^git1~pre");
    static const char *const sorted[] = {"1~~", "1~",  "1~a", "1",   "1^~",
                                         "1^",  "1^a", "1a",  "1.1", NULL};
    check_sorted("rpm", sorted);
}

static void epochs(void)
{
    check_pairs("rpm", "0:1 = 1; 1:1 > 2; 01:2 = 1:2; 013:5 > 004:2; :1 = 0:1; 1:1-1 > 1-1;"
                       "0:1~1 < 1:2");
    /* What stands before ':' and is no number belongs to the version. */
    check_pairs("rpm", "a:1 = a:1; +2-n:1 > +1-n:1; +2-:1 > +1-:1; a:1 < 1:1; 1a:5 < 1.5;"
                       "1-2:3 = 1-2.3");
}

static void releases(void)
{
    check_pairs("rpm", "1 < 1-; 1 < 1-0; 1 < 1-1; 1- = 1-; 1- < 1-1; 1-1 < 1-1.1; 1-123 > 1-1.el7;"
                       "1-1.ael7b < 1-1.el7; 1-2-3 > 1-2-2; 1-2-3 = 1_2-3;"
                       "0:2.4.21-9.EL < 0:2.4.21-9.0.1.EL;"
                       "0:3.10.0-229.el7 < 0:3.10.0-229.1.2.ael7b");
    /* "fixed" without a release: every release of that version is past it, none of one before. */
    check_pairs("rpm", "1.2-1 > 1.2; 1.1-99 < 1.2; 0:1.2-1 > 1.2");
}

static void total(void)
{
    static const char *const versions[] = {"",   "0",   "~",  "^",   "1",   "1~",  "1^",  "a",
                                           "1-", "1-1", ":",  "1:",  ":1",  "a:1", "1a",  "1.a",
                                           "+",  "1.",  "01", "1.~", "1.^", "-",   "1-~", NULL};
    check_transitive("rpm", versions);
}

static void shared_inputs(void)
{
    check_file("rpm", "redhat-versions.txt", NULL);
}

int main(void)
{
    RUN(numbers_and_words);
    RUN(separators);
    RUN(oddities);
    RUN(tilde_and_caret);
    RUN(epochs);
    RUN(releases);
    RUN(total);
    RUN(shared_inputs);
    return test_end();
}
