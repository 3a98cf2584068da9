/* Alpine's order: cases of our own, and the pairs that apk-tools' own test suite holds. */
#include "apk_pairs.h"
#include "pairs.h"

static void public_suite(void)
{
    CHECK(check_pairs("apk", apk_pairs) > 500);
}

static void kinds_of_tokens(void)
{
    /* The same beginning, then every kind of token that may follow. */
    static const char *const sorted[] = {
        "1_alpha_alpha", "1_alpha", "1_alpha-r1", "1_alpha~ab", "1_alpha0", "1_alpha1", "1_alpha_p",
        "1_beta",        "1_pre",   "1_rc",       "1?",         "1",        "1-r0",     "1-r1",
        "1~0a",          "1~ab",    "1_cvs",      "1_svn",      "1_git",    "1_git1",   "1_git20",
        "1_hg",          "1_p",     "1_p1",       "1a",         "1b",       "1.0",      "1.00",
        "1.01",          "1.1",     "1.2",        "1.10",       "2",        NULL};
    check_sorted("apk", sorted);
}

static void leading_zeros(void)
{
    check_pairs("apk", "006 > 1.0.0; 06 = 6; 1.05 < 1.1; 1.05 < 1.5; 1.050 > 1.05; 1.0 < 1.00;"
                       "1.09 < 1.1; 1-r01 = 1-r1; 1_p01 = 1_p1; 1.0.9 < 1.0.10;"
                       "1.99999999999999999999 < 1.100000000000000000000");
}

/* What the first token that differs decides, an invalid one behind it doesn't change. */
static void invalid_versions(void)
{
    check_pairs("apk",
                "23_foo > 4_beta; 1.0 < 1.0bc; 1-r-0 < 1-r0; 1-r < 1-r0; 1.2.0A < 1.2.0d;"
                "1 > 1-ruff; 1-r2 > 1-r-1; 1.2 > 1.2_blah; 1.2 > 1.2_rc1; 1.2_cvs1 > 1.2_blah;"
                "0.r1 < 0r2; 0.8.21.r2 < 0.8.21r2; .1 < 1");
    /* Both invalid at the same place: by their bytes. */
    check_pairs("apk", "a < b; c = c; .2 > .1; 0..1..0 < 0..1..1; 0..8 = 0..8; 0..8 > 0...8;"
                       "6.6.2p1 < 6.6.2p2; 1-ruff2 > 1-ruff1; 1.2_blah < 1.2_blub");
}

static void validity(void)
{
    static const char *const good[] = {"1.2",         "0.1_pre2",        "0.1_pre2~1234abcd",
                                       "0.1_p1_pre2", "0.1_alpha1_pre2", "0.1_git20240101_pre1",
                                       "1a",          "1a_p1~ab-r3",     NULL};
    static const char *const bad[] = {"",
                                      "0.1bc",
                                      "0.1bc1",
                                      "0.1a1",
                                      "0.1a.1",
                                      "0.1_pre2~",
                                      "0.1_foobar",
                                      "0.1_foobar1",
                                      "0.1-pre1.1",
                                      "0.1-r",
                                      "0.1_pre2~1234xbcd",
                                      "0.1-r2_pre1",
                                      "0.1-r2_p3_pre1",
                                      "0.1-r2-r3",
                                      "0.1-r2.1",
                                      "0.1_pre2~1234abcd_pre1",
                                      ".1",
                                      "a",
                                      "_pre1",
                                      "-r1",
                                      "0.1_pre2-r1~1234xbcd",
                                      "0.1_",
                                      "0.1_-r0",
                                      "0.1__alpha",
                                      "0.1_1_alpha",
                                      "1.2 ",
                                      NULL};
    const struct version_scheme *apk = version_scheme_find(STR("apk"));
    for (size_t i = 0; good[i]; i++)
        if (!apk->valid(str_of(good[i])))
            FAIL("\"%s\" is valid", good[i]);
    for (size_t i = 0; bad[i]; i++)
        if (apk->valid(str_of(bad[i])))
            FAIL("\"%s\" is not valid", bad[i]);
}

static void total(void)
{
    static const char *const versions[] = {
        "",    "0",    "1",     "01",   "1.0",    "1.00",   "1.01",  "1.1",  "1.",  "1..",
        "a",   "1a",   "1aa",   "1_",   "1_p",    "1_rc",   "1_rc1", "1_xx", "1~a", "1~",
        "1-r", "1-r1", "1-r1x", "1.0a", "1_rc_p", "1_p_rc", "1 ",    NULL};
    check_transitive("apk", versions);
}

/* Where two junk versions differ only in their junk, the list that these come from has apk-tools
 * 2's answer ("="); here they are told apart, and a lacking revision is no revision 0. */
static void shared_inputs(void)
{
    static const char *const left_out[] = {"1-r = 1-r0",
                                           "1-r0-1 = 1-r-2",
                                           "1-r0-1 = 1-r0-2",
                                           "1-ruff2 = 1-ruff1",
                                           "1-ruff2 = 1--ruff1",
                                           "1-r0-ruff2 = 1-r0-ruff1",
                                           NULL};
    check_file("apk", "alpine-versions.txt", left_out);
}

int main(void)
{
    RUN(public_suite);
    RUN(kinds_of_tokens);
    RUN(leading_zeros);
    RUN(invalid_versions);
    RUN(validity);
    RUN(total);
    RUN(shared_inputs);
    return test_end();
}
