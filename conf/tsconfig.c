/*
 * A glance at tsconfig.json, which is JSON with comments.
 *
 * Runs in: supervisor, on the file of whoever serves a script.
 * Never:   complains: the worker does.
 */
#include "config.h"

#include "conf/tsconfig.h"

#include <string.h>

struct reader {
	const char *p, *end;
	struct conf_pool *pool;
};

/* Tokens: a string, or one character; 0 at the end. */
static int
next_token(struct reader *r, const char **string_out)
{
	const char *start;

	for (; r->p < r->end; r->p++) {
		if (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' ||
		    *r->p == '\n')
			continue;
		if (*r->p != '/' || r->end - r->p < 2)
			break;
		if (r->p[1] == '/') {
			while (r->p < r->end && *r->p != '\n')
				r->p++;
		} else if (r->p[1] == '*') {
			for (r->p += 2; r->end - r->p > 1; r->p++)
				if (r->p[0] == '*' && r->p[1] == '/')
					break;
			r->p++;
		} else {
			break;
		}
		if (r->p >= r->end)
			return 0;
	}
	if (r->p >= r->end)
		return 0;
	if (*r->p != '"')
		return *r->p++;
	for (start = ++r->p; r->p < r->end && *r->p != '"'; r->p++)
		if (*r->p == '\\' && r->end - r->p > 1)
			r->p++;
	if (r->p >= r->end)
		return 0;
	*string_out = pool_memdup(r->pool, start, (size_t)(r->p - start));
	r->p++;
	return '"';
}

/* { "pattern": ["target", ...], ... } */
static void
read_paths(struct reader *r, tsconfig_path_fn *path, void *arg)
{
	const char *pattern = NULL, *s = NULL;
	int token;

	if (next_token(r, &s) != '{')
		return;
	while ((token = next_token(r, &s)) != 0 && token != '}') {
		if (token != '"')
			continue;
		pattern = s;
		if (next_token(r, &s) != ':' || next_token(r, &s) != '[')
			return;
		while ((token = next_token(r, &s)) != 0 && token != ']')
			if (token == '"')
				path(arg, pattern, s);
		if (token == 0)
			return;
	}
}

void
tsconfig_each_path(const char *text, size_t len, struct conf_pool *pool,
    tsconfig_path_fn *path, void *arg)
{
	struct reader r = {text, text + len, pool}, before;
	const char *s = NULL, *base = NULL;
	int token;

	while ((token = next_token(&r, &s)) != 0) {
		if (token != '"')
			continue;
		before = r;
		if (next_token(&r, &base) != ':') {
			r = before;
			base = NULL;
		} else if (strcmp(s, "paths") == 0) {
			base = NULL;
			read_paths(&r, path, arg);
		} else if (strcmp(s, "jsxImportSource") == 0 &&
			   next_token(&r, &base) == '"') {
			path(arg, NULL,
			    pool_printf(pool, "%s/jsx-runtime", base));
		} else if (strcmp(s, "baseUrl") == 0 &&
			   next_token(&r, &base) == '"') {
			path(arg, "*", pool_printf(pool, "%s/*", base));
		}
	}
}

const char *
tsconfig_apply(struct conf_pool *pool, const char *pattern, const char *target,
    const char *specifier, size_t len)
{
	const char *star = strchr(pattern, '*'), *at = strchr(target, '*');
	size_t head, tail;

	if (star == NULL)
		return strlen(pattern) == len &&
			       memcmp(pattern, specifier, len) == 0
			   ? target
			   : NULL;
	head = (size_t)(star - pattern);
	tail = strlen(star + 1);
	if (len < head + tail || memcmp(specifier, pattern, head) != 0 ||
	    memcmp(specifier + len - tail, star + 1, tail) != 0)
		return NULL;
	if (at == NULL)
		return target;
	return pool_printf(pool, "%.*s%.*s%s", (int)(at - target), target,
	    (int)(len - head - tail), specifier + head, at + 1);
}
