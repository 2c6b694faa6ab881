/*
 * Dates: arithmetic and parsing.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/date.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define MS_PER_DAY 86400000.0
#define TIME_MAX 8.64e15

struct cursor {
	const char *p, *end;
};

/* Days from 1970-01-01 to the civil date; the month is 1 to 12. */
static double
days_from_civil(double y, int m, double d)
{
	double era, yoe, doy, doe;

	y -= m <= 2;
	era = floor(y / 400);
	yoe = y - era * 400;
	doy = floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5.0) + d - 1;
	doe = yoe * 365 + floor(yoe / 4) - floor(yoe / 100) + doy;
	return era * 146097 + doe - 719468;
}

void
date_split(double t, struct date_parts *out)
{
	double days = floor(t / MS_PER_DAY), z, era, doe, yoe, doy, mp;
	long ms = (long)(t - days * MS_PER_DAY);
	int m;

	z = days + 719468;
	era = floor(z / 146097);
	doe = z - era * 146097;
	yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524) -
			floor(doe / 146096)) /
		    365);
	doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100));
	mp = floor((5 * doy + 2) / 153);
	out->day = (int)(doy - floor((153 * mp + 2) / 5) + 1);
	m = (int)(mp < 10 ? mp + 3 : mp - 9);
	out->year = (long)(yoe + era * 400 + (m <= 2 ? 1 : 0));
	out->month = m - 1;
	out->hour = (int)(ms / 3600000);
	out->minute = (int)(ms / 60000 % 60);
	out->second = (int)(ms / 1000 % 60);
	out->ms = (int)(ms % 1000);
	out->weekday = (int)fmod(fmod(days + 4, 7) + 7, 7);
}

double
date_join(double year, double month, double day, double ms_in_day)
{
	double ym, mn, t;

	if (!isfinite(year) || !isfinite(month) || !isfinite(day) ||
	    !isfinite(ms_in_day))
		return NAN;
	ym = trunc(year) + floor(trunc(month) / 12);
	mn = fmod(fmod(trunc(month), 12) + 12, 12);
	if (fabs(ym) > 400000)
		return NAN;
	t = days_from_civil(ym, (int)mn + 1, 1) + trunc(day) - 1;
	t = t * MS_PER_DAY + ms_in_day;
	return fabs(t) <= TIME_MAX ? t + 0.0 : NAN;
}

/* Exactly N digits. */
static bool
digits(struct cursor *c, int n, int *out)
{
	int v = 0, i;

	if (c->end - c->p < n)
		return false;
	for (i = 0; i < n; i++) {
		if (c->p[i] < '0' || c->p[i] > '9')
			return false;
		v = v * 10 + (c->p[i] - '0');
	}
	c->p += n;
	*out = v;
	return true;
}

static bool
eat(struct cursor *c, char ch)
{
	if (c->p == c->end || *c->p != ch)
		return false;
	c->p++;
	return true;
}

/* Fraction digits behind the point, as milliseconds. */
static bool
fraction(struct cursor *c, double *ms)
{
	double scale = 100;
	int n = 0;

	*ms = 0;
	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++, n++) {
		*ms += (*c->p - '0') * scale;
		scale /= 10;
	}
	*ms = floor(*ms + 1e-9);
	return n > 0;
}

/* "Z", "+hh:mm" or nothing: minutes east of UTC */
static bool
iso_zone(struct cursor *c, int local, int *out)
{
	int h, m, sign = 1;

	if (c->p == c->end) {
		*out = local;
		return true;
	}
	if (eat(c, 'Z')) {
		*out = 0;
		return true;
	}
	if (eat(c, '-'))
		sign = -1;
	else if (!eat(c, '+'))
		return false;
	if (!digits(c, 2, &h) || !eat(c, ':') || !digits(c, 2, &m) || h > 23 ||
	    m > 59)
		return false;
	*out = sign * (h * 60 + m);
	return true;
}

static bool
parse_iso(const char *s, size_t len, int local, double *out)
{
	struct cursor c = {s, s + len};
	int year, month = 1, day = 1, h = 0, m = 0, sec = 0, zone = 0;
	double ms = 0, t;
	bool neg = false;

	if (c.p < c.end && (*c.p == '+' || *c.p == '-')) {
		neg = *c.p++ == '-';
		if (!digits(&c, 6, &year) || (neg && year == 0))
			return false;
		if (neg)
			year = -year;
	} else if (!digits(&c, 4, &year)) {
		return false;
	}
	if (eat(&c, '-') &&
	    (!digits(&c, 2, &month) || (eat(&c, '-') && !digits(&c, 2, &day))))
		return false;
	if (eat(&c, 'T') || eat(&c, 't')) {
		if (!digits(&c, 2, &h) || !eat(&c, ':') || !digits(&c, 2, &m))
			return false;
		if (eat(&c, ':')) {
			if (!digits(&c, 2, &sec))
				return false;
			if (eat(&c, '.') && !fraction(&c, &ms))
				return false;
		}
		if (!iso_zone(&c, local, &zone))
			return false;
	}
	if (c.p != c.end || month < 1 || month > 12 || day < 1 || day > 31 ||
	    h > 24 || m > 59 || sec > 59 ||
	    (h == 24 && (m > 0 || sec > 0 || ms > 0)))
		return false;
	t = date_join(year, month - 1, day, 0);
	if (isnan(t) || days_from_civil(year, month, day) * MS_PER_DAY != t)
		return false;
	*out = t + h * 3600000.0 + m * 60000.0 + sec * 1000.0 + ms -
	       zone * 60000.0;
	return true;
}

/* ---- what people write ------------------------------------------------- */

struct loose {
	int n[8]; /* numbers that are not time or zone */
	int nn;
	int year_digits; /* of the first number */
	int month;       /* named, or -1 */
	int month_at;    /* numbers before the name */
	int h, m, s;
	double ms;
	bool have_time, have_zone;
	int zone;
	int pm; /* 0 none, 1 am, 2 pm */
};

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
word(struct cursor *c, struct loose *l)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	static const char days[] = "sunmontuewedthufrisat";
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {{"utc", 0}, {"gmt", 0}, {"ut", 0}, {"z", 0}, {"est", -300},
	    {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420},
	    {"mdt", -360}, {"pst", -480}, {"pdt", -420}};
	const char *w = c->p;
	size_t n, i;

	while (c->p < c->end && is_alpha(*c->p))
		c->p++;
	n = (size_t)(c->p - w);
	if (n == 2 &&
	    (strncasecmp(w, "am", 2) == 0 || strncasecmp(w, "pm", 2) == 0)) {
		l->pm = *w == 'a' || *w == 'A' ? 1 : 2;
		return l->have_time;
	}
	for (i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		if (strlen(zones[i].name) == n &&
		    strncasecmp(w, zones[i].name, n) == 0) {
			l->have_zone = true;
			l->zone = zones[i].minutes;
			return true;
		}
	}
	if (n == 1 && (*w == 'T' || *w == 't'))
		return l->nn > 0;
	for (i = 0; n >= 3 && i < 12; i++) {
		if (strncasecmp(w, months + 3 * i, 3) == 0) {
			l->month = (int)i;
			l->month_at = l->nn;
			return true;
		}
	}
	for (i = 0; n >= 3 && i < 7; i++)
		if (strncasecmp(w, days + 3 * i, 3) == 0)
			return true;
	return l->nn == 0 && l->month < 0; /* a word in front is passed over */
}

static bool
number(struct cursor *c, int *out, int *ndigits)
{
	long v = 0;

	*ndigits = 0;
	for (; c->p < c->end && *c->p >= '0' && *c->p <= '9';
	     c->p++, ++*ndigits) {
		if (*ndigits > 7)
			return false;
		v = v * 10 + (*c->p - '0');
	}
	*out = (int)v;
	return *ndigits > 0;
}

/* "+0100", "-08:00", "+1": behind a time */
static bool
loose_zone(struct cursor *c, struct loose *l)
{
	int sign = *c->p++ == '-' ? -1 : 1, v, n, m = 0;

	if (!number(c, &v, &n))
		return false;
	if (eat(c, ':')) {
		if (!number(c, &m, &n))
			return false;
		v = v * 60 + m;
	} else if (n <= 2) {
		v *= 60;
	} else {
		v = v / 100 * 60 + v % 100;
	}
	l->have_zone = true;
	l->zone = sign * v;
	return true;
}

static bool
time_rest(struct cursor *c, struct loose *l, int hour)
{
	int n;

	l->have_time = true;
	l->h = hour;
	if (!number(c, &l->m, &n))
		return false;
	if (eat(c, ':')) {
		if (!number(c, &l->s, &n))
			return false;
		if (eat(c, '.') && !fraction(c, &l->ms))
			return false;
	}
	return true;
}

static bool
tokens(struct cursor *c, struct loose *l)
{
	int v, n;

	while (c->p < c->end) {
		if (*c->p == '(') { /* a comment */
			while (c->p < c->end && *c->p != ')')
				c->p++;
			if (!eat(c, ')'))
				return false;
		} else if (is_alpha(*c->p)) {
			if (!word(c, l))
				return false;
		} else if (*c->p >= '0' && *c->p <= '9') {
			if (!number(c, &v, &n))
				return false;
			if (!l->have_time && eat(c, ':')) {
				if (!time_rest(c, l, v))
					return false;
				continue;
			}
			if (l->nn == 0)
				l->year_digits = n;
			if (l->nn == 3)
				return false;
			l->n[l->nn++] = v;
		} else if ((*c->p == '+' || *c->p == '-') && l->have_time) {
			if (!loose_zone(c, l))
				return false;
		} else if (strchr(" ,/-.\t\n", *c->p) != NULL) {
			c->p++;
		} else {
			return false;
		}
	}
	return true;
}

static int
full_year(int y, int ndigits)
{
	if (ndigits > 2 || y > 99)
		return y;
	return y < 50 ? 2000 + y : 1900 + y;
}

static bool
parse_loose(const char *s, size_t len, int local, double *out)
{
	struct cursor c = {s, s + len};
	struct loose l;
	int year = 2001, month, day;

	memset(&l, 0, sizeof l);
	l.month = -1;
	if (memchr(s, '\0', len) != NULL || !tokens(&c, &l) || l.nn == 0)
		return false;
	if (l.month >= 0) {
		month = l.month;
		day = 1;
		if (l.nn >= 2 && l.year_digits > 2) { /* 2024 Jan 2 */
			year = l.n[0];
			day = l.n[1];
		} else if (l.nn >= 2) {
			day = l.n[0];
			year = full_year(l.n[1], l.n[1] > 99 ? 3 : 2);
		} else if (l.year_digits > 2) {
			year = l.n[0];
		} else {
			day = l.n[0];
		}
	} else if (l.year_digits > 2) { /* 2024/1/2 */
		year = l.n[0];
		month = l.nn > 1 ? l.n[1] - 1 : 0;
		day = l.nn > 2 ? l.n[2] : 1;
	} else { /* 1/2/2024 */
		month = l.n[0] - 1;
		day = l.nn > 1 ? l.n[1] : 1;
		if (l.nn > 2)
			year = full_year(l.n[2], l.n[2] > 99 ? 3 : 2);
	}
	if (l.pm != 0) {
		if (l.h < 1 || l.h > 12)
			return false;
		l.h = l.h % 12 + (l.pm == 2 ? 12 : 0);
	}
	if (month < 0 || month > 11 || day < 1 || day > 31 || l.h > 24 ||
	    l.m > 59 || l.s > 59)
		return false;
	*out = date_join(year, month, day, 0) + l.h * 3600000.0 +
	       l.m * 60000.0 + l.s * 1000.0 + l.ms -
	       (l.have_zone ? l.zone : local) * 60000.0;
	return true;
}

double
date_parse(const char *s, size_t len, int local_minutes)
{
	double t;

	while (len > 0 && (*s == ' ' || *s == '\t' || *s == '\n')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\n'))
		len--;
	if (len == 0 || len > 200)
		return NAN;
	if (!parse_iso(s, len, local_minutes, &t)) {
		/* an expanded year is ISO or nothing */
		if (*s == '+' || *s == '-' ||
		    !parse_loose(s, len, local_minutes, &t))
			return NAN;
	}
	return fabs(t) <= TIME_MAX ? t + 0.0 : NAN;
}
