#include "score/severity.h"

#include "test.h"

static void names(void)
{
    for (int i = 0; i < SEVERITY_COUNT; i++) {
        enum severity severity = SEVERITY_COUNT;
        CHECK(severity_parse(str_of(severity_name((enum severity)i)), &severity));
        CHECK_INT(severity, i);
    }
    enum severity severity = SEVERITY_LOW;
    CHECK(!severity_parse(STR("High"), &severity));
    CHECK(!severity_parse(STR_NONE, &severity));
    CHECK_INT(severity, SEVERITY_LOW);
}

static void bands(void)
{
    static const struct {
        double score;
        int major;
        enum severity want;
    } cases[] = {
        {0.0, 3, SEVERITY_NEGLIGIBLE}, {0.1, 3, SEVERITY_LOW},      {3.9, 3, SEVERITY_LOW},
        {4.0, 4, SEVERITY_MEDIUM},     {6.9, 3, SEVERITY_MEDIUM},   {7.0, 3, SEVERITY_HIGH},
        {8.9, 4, SEVERITY_HIGH},       {9.0, 3, SEVERITY_CRITICAL}, {10.0, 4, SEVERITY_CRITICAL},
        {0.0, 2, SEVERITY_LOW},        {3.9, 2, SEVERITY_LOW},      {4.0, 2, SEVERITY_MEDIUM},
        {6.9, 2, SEVERITY_MEDIUM},     {7.0, 2, SEVERITY_HIGH},     {10.0, 2, SEVERITY_HIGH},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (severity_of_score(cases[i].score, cases[i].major) != cases[i].want)
            FAIL("%.1f of v%d", cases[i].score, cases[i].major);
}

int main(void)
{
    RUN(names);
    RUN(bands);
    return test_end();
}
