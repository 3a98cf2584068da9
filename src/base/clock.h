/* The one clock: SOURCE_DATE_EPOCH when it is set, so that reports can be made again byte for byte,
 * else the system's. UTC throughout. */
#pragma once

#include <stdint.h>

#include "base/str.h"

enum { CLOCK_DATE = 11, CLOCK_TEXT = 21 };

/* Seconds since 1970. */
int64_t clock_now(void);
/* "YYYY-MM-DD" of today. */
void clock_today(char ret_date[CLOCK_DATE]);
/* RFC 3339, "YYYY-MM-DDTHH:MM:SSZ". */
void clock_format(int64_t seconds, char ret_text[CLOCK_TEXT]);
/* A date, or a date and time in RFC 3339, also without a zone (UTC) or with "+hhmm"; false on
 * anything else. Fractions of a second are dropped. */
bool clock_parse(struct str text, int64_t *ret_seconds);
/* "90" and "90s", "10m", "12h", "7d", "2w" as seconds; false on anything else. */
bool clock_duration(struct str text, uint64_t *ret_seconds);
/* Seconds of a clock that only goes forward, and is not fixed: how long something takes. */
int64_t clock_monotonic(void);
/* Waits; an interruption ends it early. */
void clock_wait(uint64_t milliseconds);
/* Nanoseconds since 1970 of the system's clock, whatever SOURCE_DATE_EPOCH says: to be held against
 * the times of files. */
int64_t clock_system(void);
