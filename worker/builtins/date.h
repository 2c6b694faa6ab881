#ifndef WORKER_BUILTINS_DATE_H
#define WORKER_BUILTINS_DATE_H

#include <stdbool.h>
#include <stddef.h>

/* A time value in parts; the year is astronomical. */
struct date_parts {
	long year;
	int month; /* 0 to 11 */
	int day;   /* 1 to 31 */
	int hour, minute, second, ms;
	int weekday; /* 0 is Sunday */
};

/* T is a finite time value. */
void date_split(double t, struct date_parts *out);
/* Parts need not be in range (as MakeDate); NaN if beyond all limits. */
double date_join(double year, double month, double day, double ms_in_day);

/*
 * Date.parse: ISO 8601 as the standard has it, then what people write (RFC
 * 1123, toString(), "Jan 2, 2024 3:04 PM", "1/2/2024"). Local time is UTC plus
 * LOCAL_MINUTES. NaN if it is no date.
 */
double date_parse(const char *s, size_t len, int local_minutes);

#endif
