/*
 * JSON: checked where the config holds some, and read as far as package.json
 * needs.
 *
 * Runs in: supervisor.
 * Never:   turns values into anything; workers parse what they are given.
 */
#include "config.h"

#include "conf/json.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "conf/ini.h"

struct json {
	const char *p;
	const char *end;
};

static int skip_value(struct json *j, int depth);

static void
skip_space(struct json *j)
{
	while (j->p < j->end && strchr(" \t\r\n", *j->p) != NULL &&
	       *j->p != '\0')
		j->p++;
}

static bool
take(struct json *j, char c)
{
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static int
skip_string(struct json *j)
{
	size_t n;
	int i;

	if (!take(j, '"'))
		return ERR_SYNTAX;
	while (j->p < j->end && *j->p != '"') {
		if ((unsigned char)*j->p < 0x20)
			return ERR_SYNTAX;
		if (*j->p != '\\') {
			n = ini_utf8_len(j->p, (size_t)(j->end - j->p));
			if (n == 0)
				return ERR_SYNTAX;
			j->p += n;
			continue;
		}
		j->p++;
		if (take(j, 'u')) {
			for (i = 0; i < 4; i++, j->p++)
				if (j->p == j->end ||
				    !isxdigit((unsigned char)*j->p))
					return ERR_SYNTAX;
			continue;
		}
		if (j->p == j->end || *j->p == '\0' ||
		    strchr("\"\\/bfnrt", *j->p) == NULL)
			return ERR_SYNTAX;
		j->p++;
	}
	return take(j, '"') ? 0 : ERR_SYNTAX;
}

static bool
take_digits(struct json *j)
{
	const char *start = j->p;

	while (j->p < j->end && isdigit((unsigned char)*j->p))
		j->p++;
	return j->p > start;
}

static int
skip_number(struct json *j)
{
	take(j, '-');
	if (!take(j, '0') && !take_digits(j))
		return ERR_SYNTAX;
	if (take(j, '.') && !take_digits(j))
		return ERR_SYNTAX;
	if (take(j, 'e') || take(j, 'E')) {
		if (!take(j, '+'))
			take(j, '-');
		if (!take_digits(j))
			return ERR_SYNTAX;
	}
	return 0;
}

static int
skip_literal(struct json *j)
{
	static const char *const literals[] = {"true", "false", "null"};
	size_t i, n;

	for (i = 0; i < sizeof literals / sizeof *literals; i++) {
		n = strlen(literals[i]);
		if ((size_t)(j->end - j->p) >= n &&
		    memcmp(j->p, literals[i], n) == 0) {
			j->p += n;
			return 0;
		}
	}
	return ERR_SYNTAX;
}

/* An object or array; the opening bracket is at hand. */
static int
skip_container(struct json *j, int depth)
{
	bool is_object = *j->p == '{';
	char close = is_object ? '}' : ']';
	int r;

	j->p++;
	skip_space(j);
	if (take(j, close))
		return 0;
	for (;;) {
		skip_space(j);
		if (is_object) {
			if ((r = skip_string(j)) != 0)
				return r;
			skip_space(j);
			if (!take(j, ':'))
				return ERR_SYNTAX;
		}
		if ((r = skip_value(j, depth + 1)) != 0)
			return r;
		skip_space(j);
		if (take(j, close))
			return 0;
		if (!take(j, ','))
			return ERR_SYNTAX;
	}
}

static int
skip_value(struct json *j, int depth)
{
	skip_space(j);
	if (j->p == j->end || depth > JSON_DEPTH_MAX)
		return ERR_SYNTAX;
	if (*j->p == '{' || *j->p == '[')
		return skip_container(j, depth);
	if (*j->p == '"')
		return skip_string(j);
	if (*j->p == '-' || isdigit((unsigned char)*j->p))
		return skip_number(j);
	return skip_literal(j);
}

int
json_check(const char *text, size_t len, size_t *at_out)
{
	struct json j = {.p = text, .end = text + len};
	int r = skip_value(&j, 0);

	if (r == 0) {
		skip_space(&j);
		if (j.p == j.end)
			return 0;
	}
	*at_out = (size_t)(j.p - text);
	return ERR_SYNTAX;
}

void
json_each_member(const char *text, size_t len, json_member_fn *member,
    void *arg)
{
	struct json j = {.p = text, .end = text + len};
	const char *name, *value;
	size_t name_len, at;

	if (json_check(text, len, &at) != 0)
		return;
	skip_space(&j);
	if (!take(&j, '{'))
		return;
	do {
		skip_space(&j);
		name = j.p;
		if (skip_string(&j) != 0)
			return; /* an empty object */
		name_len = (size_t)(j.p - name);
		skip_space(&j);
		if (!take(&j, ':'))
			return;
		skip_space(&j);
		value = j.p;
		if (skip_value(&j, 1) != 0 || member(arg, name, name_len, value,
						  (size_t)(j.p - value)) != 0)
			return;
		skip_space(&j);
	} while (take(&j, ','));
}
