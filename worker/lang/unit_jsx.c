/*
 * How a file's JSX is lowered: what its comments say (@jsx h, @jsxFrag
 * Fragment, @jsxImportSource preact, @jsxRuntime automatic), then
 * tsconfig.json, then React.createElement.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include <string.h>

#include "worker/lang/unit.h"

static struct lang_str
str(const char *s)
{
	return (struct lang_str){s, strlen(s)};
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A comment begins there, or a line of one that begins with a star. */
static bool
in_comment(const char *src, const char *at)
{
	while (at > src && is_space(at[-1]))
		at--;
	return at > src && (at[-1] == '*' || at[-1] == '/');
}

/* The word behind NAME in the first comment that has it. */
static bool
pragma(const struct lang_unit *u, const char *name, struct lang_str *word_out)
{
	const char *src = u->original, *end = src + u->len, *p = src, *stop;
	size_t n = strlen(name);

	while ((p = memmem(p, (size_t)(end - p), name, n)) != NULL) {
		const char *at = p;

		p += n;
		if (p == end || !is_space(*p) || !in_comment(src, at))
			continue;
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		for (stop = p; stop < end && !is_space(*stop); stop++)
			if (*stop == '*' && stop + 1 < end && stop[1] == '/')
				break;
		if (stop == p)
			continue;
		*word_out = (struct lang_str){p, (size_t)(stop - p)};
		return true;
	}
	return false;
}

static uint32_t
add_request(struct lang_unit *u, struct lang_str specifier)
{
	u->requests = arena_grow(&u->arena, u->requests, u->nrequests,
	    &u->cap_requests, sizeof *u->requests);
	u->requests[u->nrequests++] =
	    (struct lang_request){.specifier = specifier, .by_name = true};
	return u->nrequests;
}

void
unit_jsx_configure(struct lang_unit *u)
{
	static const struct lang_tsconfig none;
	const struct lang_tsconfig *o =
	    u->options.tsconfig != NULL ? u->options.tsconfig : &none;
	struct unit_jsx *j = &u->jsx;
	struct lang_str runtime = {NULL, 0}, name;
	char *s;

	if (!j->seen)
		return;
	j->factory = str(o->jsx_factory != NULL ? o->jsx_factory
						: "React.createElement");
	j->fragment =
	    str(o->jsx_fragment != NULL ? o->jsx_fragment : "React.Fragment");
	j->source = str(o->jsx_source != NULL ? o->jsx_source : "react");
	j->automatic = o->jsx_automatic;
	if (pragma(u, "@jsx", &j->factory))
		j->automatic = false;
	(void)pragma(u, "@jsxFrag", &j->fragment);
	if (pragma(u, "@jsxImportSource", &j->source))
		j->automatic = true;
	if (pragma(u, "@jsxRuntime", &runtime))
		j->automatic = runtime.len == strlen("automatic") &&
			       memcmp(runtime.s, "automatic", runtime.len) == 0;
	if (!j->automatic || u->options.kind != LANG_MODULE)
		return;
	name.len = j->source.len + strlen("/jsx-runtime");
	name.s = s = arena_alloc(&u->arena, name.len);
	memcpy(s, j->source.s, j->source.len);
	memcpy(s + j->source.len, "/jsx-runtime", strlen("/jsx-runtime"));
	j->runtime = add_request(u, name);
	if (j->seen_late)
		j->fallback = add_request(u, j->source);
}
