#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t clock_now(void)
{
    uint64_t fixed;
    if (str_to_u64(str_of(getenv("SOURCE_DATE_EPOCH")), &fixed) && fixed < INT64_MAX / 2)
        return (int64_t)fixed;
    return (int64_t)time(NULL);
}

void clock_format(int64_t seconds, char ret_text[CLOCK_TEXT])
{
    struct tm parts;
    time_t when = (time_t)seconds;
    if (!gmtime_r(&when, &parts) || parts.tm_year > 8099 || parts.tm_year < -1900 ||
        strftime(ret_text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        snprintf(ret_text, CLOCK_TEXT, "%s", "1970-01-01T00:00:00Z");
}

void clock_today(char ret_date[CLOCK_DATE])
{
    char text[CLOCK_TEXT];
    clock_format(clock_now(), text);
    memcpy(ret_date, text, CLOCK_DATE - 1);
    ret_date[CLOCK_DATE - 1] = '\0';
}

static bool number(struct str text, size_t at, size_t len, int *ret_value)
{
    uint64_t value;
    if (text.len < at + len || !str_to_u64(str_make(text.data + at, len), &value))
        return false;
    *ret_value = (int)value;
    return true;
}

bool clock_parse(struct str text, int64_t *ret_seconds)
{
    struct tm parts = {0};
    if (!number(text, 0, 4, &parts.tm_year) || !number(text, 5, 2, &parts.tm_mon) ||
        !number(text, 8, 2, &parts.tm_mday) || text.data[4] != '-' || text.data[7] != '-')
        return false;
    if (text.len > 10 && (!number(text, 11, 2, &parts.tm_hour) ||
                          !number(text, 14, 2, &parts.tm_min) ||
                          !number(text, 17, 2, &parts.tm_sec)))
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    int64_t seconds = (int64_t)timegm(&parts);
    /* "+02:00" or "-05:00" behind the seconds and their fraction. */
    size_t sign = text.len > 19 ? text.len - 6 : 0;
    int hours, minutes;
    if (sign >= 19 && (text.data[sign] == '+' || text.data[sign] == '-') &&
        number(text, sign + 1, 2, &hours) && number(text, sign + 4, 2, &minutes)) {
        int64_t offset = hours * 3600 + minutes * 60;
        seconds -= text.data[sign] == '+' ? offset : -offset;
    }
    *ret_seconds = seconds;
    return true;
}
