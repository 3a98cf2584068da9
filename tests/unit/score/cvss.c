/* CVSS: every v3.1 base vector against the specification's equations written out here, known
 * vectors of all versions, and what is no vector. With PLIMSOLL_SHARED also every vector of the
 * shared inputs. */
#include "score/cvss.h"

#include <math.h>

#include "test.h"

static double score_of(const char *vector)
{
    struct cvss cvss = {.score = -1};
    struct pl_err err;
    if (cvss_parse(str_of(vector), &cvss, &err) < 0)
        FAIL("%s: %s", vector, err.message);
    return cvss.score;
}

static void check_score(const char *vector, double want)
{
    double got = score_of(vector);
    if (fabs(got - want) > 0.001)
        FAIL("%s: %.1f, not %.1f", vector, got, want);
}

/* v3.1 specification, appendix A. */
static double round_up(double input)
{
    long value = lround(input * 100000);
    return value % 10000 == 0 ? (double)value / 100000.0 : (double)(value / 10000 + 1) / 10.0;
}

/* v3.1 specification, section 7.1; `at` are indexes into the letters below. */
static double equation(const int at[8])
{
    static const double av[] = {0.85, 0.62, 0.55, 0.2}, ac[] = {0.77, 0.44}, ui[] = {0.85, 0.62};
    static const double pr[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}}, cia[] = {0.56, 0.22, 0};
    int changed = at[4];
    double iss = 1 - (1 - cia[at[5]]) * (1 - cia[at[6]]) * (1 - cia[at[7]]);
    double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
    double exploit = 8.22 * av[at[0]] * ac[at[1]] * pr[changed][at[2]] * ui[at[3]];
    if (impact <= 0)
        return 0;
    return round_up(fmin(changed ? 1.08 * (impact + exploit) : impact + exploit, 10));
}

static void all_base_vectors_of_3_1(void)
{
    static const char *const letters[8] = {"NALP", "LH", "NLH", "NR", "UC", "HLN", "HLN", "HLN"};
    int at[8] = {0}, count = 0, place = 0;
    while (place >= 0) {
        char vector[64];
        snprintf(vector, sizeof(vector), "CVSS:3.1/AV:%c/AC:%c/PR:%c/UI:%c/S:%c/C:%c/I:%c/A:%c",
                 letters[0][at[0]], letters[1][at[1]], letters[2][at[2]], letters[3][at[3]],
                 letters[4][at[4]], letters[5][at[5]], letters[6][at[6]], letters[7][at[7]]);
        check_score(vector, equation(at));
        count++;
        for (place = 7; place >= 0 && !letters[place][++at[place]]; place--)
            at[place] = 0;
    }
    CHECK_INT(count, 2592);
}

static void version_3(void)
{
    check_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8);
    check_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0);
    check_score("CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0);
    check_score("CVSS:3.0/S:C/A:H/I:H/C:H/UI:N/PR:N/AC:L/AV:N", 10.0); /* any order */
    /* temporal, then environmental; "not defined" is the same as not given */
    check_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", 7.8);
    check_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/RL:X/MAV:X", 9.8);
    check_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P", 6.8);
    check_score("CVSS:3.1/AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:H/E:H/RL:U/RC:U/CR:H/IR:H/AR:H", 5.8);
    struct cvss cvss;
    CHECK_INT(cvss_parse(STR("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U"), &cvss, NULL), 0);
    CHECK_INT(cvss.version, CVSS_3_0);
    CHECK_INT(lround(cvss.base_score * 10), 98);
    CHECK_INT(lround(cvss.score * 10), 90);
}

/* The modified impact of a changed scope is another in 3.1, and 3.1 rounds before it rounds up. */
static void version_3_0_differs(void)
{
    check_score("CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/MS:C/CR:H/IR:H/AR:H", 7.6);
    check_score("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/MS:C/CR:H/IR:H/AR:H", 7.7);
}

static void version_2(void)
{
    check_score("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8);
    check_score("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", 10.0);
    check_score("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2);
    check_score("AV:L/AC:H/Au:M/C:N/I:N/A:N", 0.0);
    check_score("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:LM/TD:ND/CR:H", 10.0); /* base */
}

static void version_4(void)
{
    static const struct {
        const char *vector;
        double score;
    } cases[] = {
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:L", 9.2},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 8.1},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:X/CR:X", 9.3},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MSI:S", 10.0},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MVC:N/MVI:N/MVA:N", 0.0},
        {"CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N/S:P/AU:Y/R:I/V:C/RE:H/"
         "U:Red",
         1.0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_score(cases[i].vector, cases[i].score);
    struct cvss cvss;
    CHECK_INT(cvss_parse(str_of(cases[4].vector), &cvss, NULL), 0);
    CHECK_INT(cvss.version, CVSS_4_0);
    CHECK_INT(lround(cvss.base_score * 10), 93);
}

static void no_vectors(void)
{
    static const char *const cases[] = {
        "",
        "CVSS:",
        "CVSS:3.1",
        "CVSS:3.1/",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",          /* A is missing */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",     /* an empty metric */
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", /* twice */
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",      /* no value of a base metric */
        "CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/XX:N",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", /* v3 without its prefix */
        "AV:N/AC:L/Au:N/C:C/I:C",
        "(AV:N/AC:L/Au:N/C:C/I:C/A:C",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H", /* S is MSI's alone */
        "CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", /* out of place */
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/U:red",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:\1/SI:H/SA:H",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cvss cvss;
        struct pl_err err = {.code = PL_OK};
        if (cvss_parse(str_of(cases[i]), &cvss, &err) >= 0 || !err.code || !err.message[0])
            FAIL("\"%s\" is no vector", cases[i]);
    }
}

static void shared_inputs(void)
{
    static const char *const files[] = {"vectors_simple2", "vectors_simple4"};
    const char *shared = getenv("PLIMSOLL_SHARED");
    for (size_t i = 0; shared && i < 2; i++) {
        char path[4096], line[512];
        snprintf(path, sizeof(path), "%s/data/inputs/cvss/%s", shared, files[i]);
        FILE *in = fopen(path, "re");
        if (!in) {
            FAIL("%s can't be read", path);
            continue;
        }
        while (fgets(line, sizeof(line), in)) {
            /* VECTOR - (SCORE, ...) */
            char *blank = strchr(line, ' '), *paren = strchr(line, '(');
            if (!blank || !paren)
                continue;
            *blank = '\0';
            check_score(line, fabs(strtod(paren + 1, NULL)));
        }
        fclose(in);
    }
}

int main(void)
{
    RUN(all_base_vectors_of_3_1);
    RUN(version_3);
    RUN(version_3_0_differs);
    RUN(version_2);
    RUN(version_4);
    RUN(no_vectors);
    RUN(shared_inputs);
    return test_end();
}
