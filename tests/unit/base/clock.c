/* Dates and times as feeds and databases write them. */
#include "base/clock.h"
#include "test.h"

static void parses(void)
{
    static const struct {
        const char *text;
        bool good;
        int64_t seconds;
    } cases[] = {
        {"1970-01-01", true, 0},
        {"1970-01-02T00:00:01Z", true, 86401},
        {"2024-02-29", true, 1709164800},
        {"2024-02-29T12:34:56Z", true, 1709210096},
        {"2024-02-29T12:34:56.789Z", true, 1709210096},
        {"2024-02-29T12:34:56.789123456Z", true, 1709210096},
        {"2024-02-29T14:34:56+02:00", true, 1709210096},
        {"2024-02-29T07:04:56.5-05:30", true, 1709210096},
        {"2024-02-29t12:34:56z", true, 1709210096},
        {"2024-02-29 12:34:56Z", true, 1709210096},
        {"2024-02-29T14:34:56+0200", true, 1709210096}, /* EPSS */
        {"2024-02-29T12:34:56", true, 1709210096},      /* NVD leaves the zone out */
        {"2016-12-31T23:59:60Z", true, 1483228800},     /* a leap second */
        {"1969-12-31T23:59:59Z", true, -1},
        {"9999-12-31", true, 253402214400},
        {"", false, 0},
        {"2024", false, 0},
        {"2024-02", false, 0},
        {"2024-2-29", false, 0},
        {"2024/02/29", false, 0},
        {"2024-13-01", false, 0},
        {"2024-00-01", false, 0},
        {"2024-01-00", false, 0},
        {"2024-01-32", false, 0},
        {"2023-02-29", false, 0},
        {"1900-02-29", false, 0},
        {"2024-02-29T", false, 0},
        {"2024-02-29T12", false, 0},
        {"2024-02-29T12:34Z", false, 0},
        {"2024-02-29T24:00:00Z", false, 0},
        {"2024-02-29T12:60:00Z", false, 0},
        {"2024-02-29T12:34:61Z", false, 0},
        {"2024-02-29T12.34.56Z", false, 0},
        {"2024-02-29x12:34:56Z", false, 0},
        {"2024-02-29T12:34:56 tomorrow", false, 0},
        {"2024-02-29T12:34:56.Z", false, 0},
        {"2024-02-29T12:34:56+2", false, 0},
        {"2024-02-29T12:34:56+25:00", false, 0},
        {"2024-02-29T12:34:56ZZ", false, 0},
        {"yesterday!", false, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t seconds = 42;
        bool good = clock_parse(str_of(cases[i].text), &seconds);
        if (good != cases[i].good || seconds != (good ? cases[i].seconds : 42))
            FAIL("\"%s\": %d, %lld", cases[i].text, good, (long long)seconds);
    }
}

static void formats(void)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1709210096, "2024-02-29T12:34:56Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {253402300799, "9999-12-31T23:59:59Z"},
        {253402300800, "1970-01-01T00:00:00Z"}, /* what has no four-digit year */
        {INT64_MAX, "1970-01-01T00:00:00Z"},
        {INT64_MIN, "1970-01-01T00:00:00Z"},
        {-61000000000, "0036-12-26T11:33:20Z"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[CLOCK_TEXT];
        clock_format(cases[i].seconds, text);
        CHECK_STR(str_of(text), cases[i].text);
    }
}

static void there_and_back(void)
{
    for (int64_t seconds = -100000000000 / 2; seconds < 250000000000; seconds += 86399999977 / 7) {
        char text[CLOCK_TEXT];
        int64_t again = 0;
        clock_format(seconds, text);
        CHECK(clock_parse(str_of(text), &again));
        CHECK_INT(again, seconds);
    }
}

static void can_be_set(void)
{
    char date[CLOCK_DATE];
    setenv("SOURCE_DATE_EPOCH", "1709210096", 1);
    CHECK_INT(clock_now(), 1709210096);
    clock_today(date);
    CHECK_STR(str_of(date), "2024-02-29");
    setenv("SOURCE_DATE_EPOCH", "soon", 1);
    CHECK(clock_now() > 1709210096);
    setenv("SOURCE_DATE_EPOCH", "99999999999999999999", 1);
    CHECK(clock_now() > 1709210096);
    unsetenv("SOURCE_DATE_EPOCH");
    CHECK(clock_now() > 1709210096);
}

int main(void)
{
    RUN(parses);
    RUN(formats);
    RUN(there_and_back);
    RUN(can_be_set);
    return test_end();
}
