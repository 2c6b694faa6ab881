/*
 * Scalars of the config: text to numbers and back.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* The largest first: writers take the first one that divides. */
static const struct unit size_units[] = {
    {"G", 1024 * 1024 * 1024},
    {"M", 1024 * 1024},
    {"K", 1024},
    {"", 1},
};
static const struct unit duration_units[] = {
    {"d", 24 * 60 * 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"m", 60 * 1000},
    {"s", 1000},
    {"ms", 1},
};

/* Digits at TEXT; *END is behind them. */
static int
read_digits(const char *text, const char **end, uint64_t *out)
{
	uint64_t v = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return ERR_RANGE;
	if (p == text)
		return ERR_SYNTAX;
	*end = p;
	*out = v;
	return 0;
}

static int
read_unit(const char *text, const struct unit *units, size_t n, uint64_t *out)
{
	const char *end;
	uint64_t v;
	size_t i;
	int r;

	if ((r = read_digits(text, &end, &v)) != 0)
		return r;
	for (i = 0; i < n; i++) {
		if (strcmp(units[i].name, end) != 0)
			continue;
		if (__builtin_mul_overflow(v, units[i].factor, &v))
			return ERR_RANGE;
		*out = v;
		return 0;
	}
	return ERR_SYNTAX;
}

static void
write_unit(uint64_t value, const struct unit *units, size_t n, char *text)
{
	size_t i = 0;

	while (i + 1 < n &&
	       (value < units[i].factor || value % units[i].factor != 0))
		i++;
	snprintf(text, VALUE_TEXT_SIZE, "%" PRIu64 "%s",
	    value / units[i].factor, units[i].name);
}

int
value_read_bool(const char *text, bool *out)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return ERR_SYNTAX;
	*out = *text == 't';
	return 0;
}

int
value_read_count(const char *text, uint64_t *out)
{
	const char *end;
	uint64_t v;
	int r;

	if ((r = read_digits(text, &end, &v)) != 0)
		return r;
	if (*end != '\0')
		return ERR_SYNTAX;
	*out = v;
	return 0;
}

int
value_read_size(const char *text, uint64_t *out)
{
	return read_unit(text, size_units, NELEMS(size_units), out);
}

int
value_read_duration(const char *text, uint64_t *out)
{
	return read_unit(text, duration_units, NELEMS(duration_units), out);
}

int
value_read_date(const char *text)
{
	static const unsigned int days[] = {
	    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned int year, month, day;
	char again[64];

	if (strlen(text) != 10 ||
	    sscanf(text, "%4u-%2u-%2u", &year, &month, &day) != 3)
		return ERR_SYNTAX;
	/* refuses signs and spaces, which sscanf() lets pass */
	snprintf(again, sizeof again, "%04u-%02u-%02u", year, month, day);
	if (strcmp(text, again) != 0 || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1])
		return ERR_SYNTAX;
	if (month == 2 && day == 29 &&
	    (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
		return ERR_SYNTAX;
	return 0;
}

void
value_write_count(uint64_t value, char text[VALUE_TEXT_SIZE])
{
	snprintf(text, VALUE_TEXT_SIZE, "%" PRIu64, value);
}

void
value_write_size(uint64_t value, char text[VALUE_TEXT_SIZE])
{
	write_unit(value, size_units, NELEMS(size_units), text);
}

void
value_write_duration(uint64_t value, char text[VALUE_TEXT_SIZE])
{
	write_unit(value, duration_units, NELEMS(duration_units), text);
}

int
value_read_keyword(const struct value_keyword *table, const char *text,
    int *out)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, text) == 0) {
			*out = table->value;
			return 0;
		}
	return ERR_NOENT;
}

const char *
value_keyword_name(const struct value_keyword *table, int value)
{
	while (table->name != NULL && table->value != value)
		table++;
	ASSERT(table->name != NULL);
	return table->name;
}
