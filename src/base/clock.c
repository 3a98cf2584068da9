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
    if (!gmtime_r(&when, &parts) || parts.tm_year > 8099 || parts.tm_year < -1900)
        parts = (struct tm){.tm_year = 70, .tm_mday = 1};
    snprintf(ret_text, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ",
             (unsigned)(parts.tm_year + 1900) % 10000, (unsigned)(parts.tm_mon + 1) % 100,
             (unsigned)parts.tm_mday % 100, (unsigned)parts.tm_hour % 100,
             (unsigned)parts.tm_min % 100, (unsigned)parts.tm_sec % 100);
}

void clock_today(char ret_date[CLOCK_DATE])
{
    char text[CLOCK_TEXT];
    clock_format(clock_now(), text);
    memcpy(ret_date, text, CLOCK_DATE - 1);
    ret_date[CLOCK_DATE - 1] = '\0';
}

/* The decimal digits at `at`, as many as `len`. */
static bool number(struct str text, size_t at, size_t len, int *ret_value)
{
    uint64_t value;
    if (text.len < at + len || !str_to_u64(str_make(text.data + at, len), &value))
        return false;
    *ret_value = (int)value;
    return true;
}

static bool is_one_of(struct str text, size_t at, const char *choice)
{
    return at < text.len && str_index(str_of(choice), text.data[at]) != SIZE_MAX;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* "Z", "+02:00", "-0500", or nothing, which is UTC. */
static bool parse_zone(struct str zone, int *ret_seconds)
{
    int hours, minutes;
    *ret_seconds = 0;
    if (zone.len == 0 || (zone.len == 1 && is_one_of(zone, 0, "Zz")))
        return true;
    size_t colon = is_one_of(zone, 3, ":");
    if (!is_one_of(zone, 0, "+-") || zone.len != 5 + colon || !number(zone, 1, 2, &hours) ||
        !number(zone, 3 + colon, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_seconds = (zone.data[0] == '+' ? 60 : -60) * (hours * 60 + minutes);
    return true;
}

/* "T12:34:56", a fraction of a second, which is dropped, and a zone. */
static bool parse_time(struct str text, struct tm *parts, int *ret_offset)
{
    size_t end = 9;
    if (!is_one_of(text, 0, "Tt ") || !number(text, 1, 2, &parts->tm_hour) ||
        !is_one_of(text, 3, ":") || !number(text, 4, 2, &parts->tm_min) ||
        !is_one_of(text, 6, ":") || !number(text, 7, 2, &parts->tm_sec) || parts->tm_hour > 23 ||
        parts->tm_min > 59 || parts->tm_sec > 60)
        return false;
    if (is_one_of(text, end, ".")) {
        end++;
        while (is_one_of(text, end, "0123456789"))
            end++;
        if (end == 10)
            return false;
    }
    return parse_zone(str_from(text, end), ret_offset);
}

bool clock_parse(struct str text, int64_t *ret_seconds)
{
    struct tm parts = {0};
    int year, month, day, offset = 0;
    if (!number(text, 0, 4, &year) || !is_one_of(text, 4, "-") || !number(text, 5, 2, &month) ||
        !is_one_of(text, 7, "-") || !number(text, 8, 2, &day) || month < 1 || month > 12 ||
        day < 1 || day > days_of_month(year, month))
        return false;
    if (text.len > 10 && !parse_time(str_from(text, 10), &parts, &offset))
        return false;
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    parts.tm_mday = day;
    *ret_seconds = (int64_t)timegm(&parts) - offset;
    return true;
}

bool clock_duration(struct str text, uint64_t *ret_seconds)
{
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
    uint64_t scale = 1, number;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && text.len; i++)
        if (text.data[text.len - 1] == units[i].unit) {
            scale = units[i].seconds;
            text.len--;
            break;
        }
    if (!str_to_u64(text, &number) || number > UINT32_MAX)
        return false;
    *ret_seconds = number * scale;
    return true;
}

int64_t clock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

void clock_wait(uint64_t milliseconds)
{
    struct timespec time = {.tv_sec = (time_t)(milliseconds / 1000),
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
}

int64_t clock_system(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
