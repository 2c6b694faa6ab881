/*
 * tsconfig.json: options that change what a file does, and names of modules.
 *
 * Runs in: workers, on a file of the tenant.
 * Owns:    what it has read, until the engine ends.
 */
#include "config.h"

#include "worker/engine/tsconfig.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/engine/str.h"

#define EXTENDS_MAX 16
#define PATHS_MAX 1000
#define TARGETS_MAX 100

struct path {
	char *pattern; /* with at most one star */
	char **targets;
	size_t ntargets;
};

struct tsconfig {
	struct tsconfig *next;
	char *name; /* of the file */
	struct lang_tsconfig lang;
	char *factory, *fragment, *source;
	char *base; /* a name in that folder; NULL: no baseUrl */
	struct path *paths;
	size_t npaths;
	bool define_is_set;
};

static void read_file(duk_context *ctx, struct tsconfig *c,
    const struct module *m, int depth);

/* ---- JSON with comments ------------------------------------------------ */

/* Comments and commas before a closing bracket become spaces. */
static void
strip(char *s, size_t len)
{
	size_t i, comma = len;

	for (i = 0; i < len; i++) {
		if (s[i] == '"') {
			for (i++; i < len && s[i] != '"'; i++)
				if (s[i] == '\\')
					i++;
			comma = len;
		} else if (s[i] == '/' && i + 1 < len && s[i + 1] == '/') {
			for (; i < len && s[i] != '\n'; i++)
				s[i] = ' ';
		} else if (s[i] == '/' && i + 1 < len && s[i + 1] == '*') {
			s[i] = s[i + 1] = ' ';
			for (i += 2; i < len; i++) {
				bool end = s[i] == '*' && i + 1 < len &&
					   s[i + 1] == '/';

				if (end)
					s[i + 1] = ' ';
				if (s[i] != '\n')
					s[i] = ' ';
				if (end)
					break;
			}
			i++;
		} else if (s[i] == ',') {
			comma = i;
		} else if (s[i] == '}' || s[i] == ']') {
			if (comma < len)
				s[comma] = ' ';
			comma = len;
		} else if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
			   s[i] != '\n') {
			comma = len;
		}
	}
}

struct decode {
	const struct module *m;
};

static duk_ret_t
decode(duk_context *ctx, void *arg)
{
	const struct module *m = ((struct decode *)arg)->m;
	size_t skip =
	    m->len >= 3 && memcmp(m->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	char *copy = duk_push_fixed_buffer(ctx, m->len - skip + 1);

	memcpy(copy, m->bytes + skip, m->len - skip);
	strip(copy, m->len - skip);
	str_push_utf8(ctx, copy, m->len - skip);
	duk_json_decode(ctx, -1);
	return 1;
}

/* [ ] -> [ value ] */
static void
push_json(duk_context *ctx, const struct module *m)
{
	struct decode d = {m};

	if (duk_safe_call(ctx, decode, &d, 0, 1) == DUK_EXEC_SUCCESS) {
		if (duk_is_object(ctx, -1))
			return;
		(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
		    "%s: it is not an object", m->name);
	}
	(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR, "%s: %s", m->name,
	    duk_safe_to_string(ctx, -1));
}

/* ---- options ----------------------------------------------------------- */

/* [ ... options ]: the member KEY as owned text; else *TEXT stays. */
static void
get_text(duk_context *ctx, const char *key, char **text)
{
	const char *s;
	size_t len;

	duk_get_prop_string(ctx, -1, key);
	if (duk_is_string(ctx, -1)) {
		s = str_to_utf8(ctx, -1, &len);
		free(*text);
		*text = xmemdup(s, len);
	}
	duk_pop(ctx);
}

static bool
get_bool(duk_context *ctx, const char *key, bool *value)
{
	bool found;

	duk_get_prop_string(ctx, -1, key);
	found = duk_is_boolean(ctx, -1);
	if (found)
		*value = duk_get_boolean(ctx, -1);
	duk_pop(ctx);
	return found;
}

/* Targets before ES2022 assign fields instead of defining them. */
static bool
target_assigns(const char *target)
{
	static const char *const modern[] = {
	    "es2022", "es2023", "es2024", "es2025", "es2026", "esnext"};
	size_t i;

	for (i = 0; i < NELEMS(modern); i++)
		if (strcasecmp(target, modern[i]) == 0)
			return false;
	return true;
}

static void
read_fields(duk_context *ctx, struct tsconfig *c)
{
	char *target = NULL;
	bool define;

	if (get_bool(ctx, "useDefineForClassFields", &define)) {
		c->lang.assign_fields = !define;
		c->define_is_set = true;
	}
	get_text(ctx, "target", &target);
	if (target != NULL && !c->define_is_set)
		c->lang.assign_fields = target_assigns(target);
	free(target);
}

static void
read_jsx(duk_context *ctx, struct tsconfig *c)
{
	char *jsx = NULL;

	get_text(ctx, "jsx", &jsx);
	if (jsx != NULL)
		c->lang.jsx_automatic = strncmp(jsx, "react-jsx", 9) == 0;
	free(jsx);
	get_text(ctx, "jsxFactory", &c->factory);
	get_text(ctx, "jsxFragmentFactory", &c->fragment);
	get_text(ctx, "jsxImportSource", &c->source);
	c->lang.jsx_factory = c->factory;
	c->lang.jsx_fragment = c->fragment;
	c->lang.jsx_source = c->source;
}

static void
free_paths(struct tsconfig *c)
{
	size_t i, j;

	for (i = 0; i < c->npaths; i++) {
		for (j = 0; j < c->paths[i].ntargets; j++)
			free(c->paths[i].targets[j]);
		free(c->paths[i].targets);
		free(c->paths[i].pattern);
	}
	free(c->paths);
	c->paths = NULL;
	c->npaths = 0;
}

/* [ ... options ]; what `paths` means is relative to baseUrl or the file. */
static void
read_paths(duk_context *ctx, struct tsconfig *c, const char *file)
{
	char *base = NULL;
	duk_size_t i, n;

	get_text(ctx, "baseUrl", &base);
	if (base != NULL) {
		char *dir = module_join(file, base);

		free(c->base);
		c->base = dir == NULL    ? NULL
			  : *dir == '\0' ? xstrdup("")
					 : xasprintf("%s/", dir);
		free(dir);
		free(base);
	}
	duk_get_prop_literal(ctx, -1, "paths");
	if (!duk_is_object(ctx, -1)) {
		duk_pop(ctx);
		return;
	}
	free_paths(c);
	c->paths = xcalloc(PATHS_MAX, sizeof *c->paths);
	duk_enum(ctx, -1, DUK_ENUM_OWN_PROPERTIES_ONLY);
	while (c->npaths < PATHS_MAX && duk_next(ctx, -1, 1)) {
		struct path *p = &c->paths[c->npaths++];
		size_t len;
		const char *s = str_to_utf8(ctx, -2, &len);

		p->pattern = xmemdup(s, len);
		n = duk_is_array(ctx, -1) ? duk_get_length(ctx, -1) : 0;
		n = MIN(n, (duk_size_t)TARGETS_MAX);
		p->targets = xcalloc(n, sizeof *p->targets);
		for (i = 0; i < n; i++) {
			duk_get_prop_index(ctx, -1, (duk_uarridx_t)i);
			if (duk_is_string(ctx, -1)) {
				s = str_to_utf8(ctx, -1, &len);
				p->targets[p->ntargets] =
				    module_join(c->base != NULL ? c->base
								: file,
					s);
				if (p->targets[p->ntargets] != NULL)
					p->ntargets++;
			}
			duk_pop(ctx);
		}
		duk_pop_2(ctx);
	}
	duk_pop_2(ctx);
}

/* ---- files ------------------------------------------------------------- */

/* [ name ]: what NAME extends; a package that is not there is left out. */
static void
extend(duk_context *ctx, struct tsconfig *c, const struct module *m, int depth)
{
	struct engine *e = engine_from(ctx);
	const struct module *base = NULL;
	const char *spec;
	char *name, *full;
	size_t len;

	if (!duk_is_string(ctx, -1))
		return;
	spec = str_to_utf8(ctx, -1, &len);
	name = module_join(m->name, spec);
	if (name == NULL)
		return;
	base = modules_lookup(e, name);
	if (base == NULL) {
		full = xasprintf("%s.json", name);
		base = modules_lookup(e, full);
		free(full);
	}
	free(name);
	if (base != NULL)
		read_file(ctx, c, base, depth + 1);
	else if (*spec == '.')
		(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
		    "%s: it extends \"%s\", which is not among the modules",
		    m->name, spec);
}

static void
read_file(duk_context *ctx, struct tsconfig *c, const struct module *m,
    int depth)
{
	duk_size_t i, n;

	if (depth > EXTENDS_MAX)
		(void)duk_error(ctx, DUK_ERR_SYNTAX_ERROR,
		    "%s: too many files extend each other", m->name);
	duk_require_stack(ctx, 20);
	push_json(ctx, m);
	duk_get_prop_literal(ctx, -1, "extends");
	if (duk_is_array(ctx, -1)) {
		n = MIN(duk_get_length(ctx, -1), (duk_size_t)EXTENDS_MAX);
		for (i = 0; i < n; i++) {
			duk_get_prop_index(ctx, -1, (duk_uarridx_t)i);
			extend(ctx, c, m, depth);
			duk_pop(ctx);
		}
	} else {
		extend(ctx, c, m, depth);
	}
	duk_pop(ctx);
	duk_get_prop_literal(ctx, -1, "compilerOptions");
	if (duk_is_object(ctx, -1)) {
		read_jsx(ctx, c);
		read_fields(ctx, c);
		(void)get_bool(ctx, "experimentalDecorators",
		    &c->lang.legacy_decorators);
		(void)get_bool(ctx, "emitDecoratorMetadata",
		    &c->lang.decorator_metadata);
		(void)get_bool(ctx, "verbatimModuleSyntax",
		    &c->lang.keep_imports);
		(void)get_bool(ctx, "preserveValueImports",
		    &c->lang.keep_imports);
		read_paths(ctx, c, m->name);
	}
	duk_pop_2(ctx);
}

static const struct tsconfig *
config_of(duk_context *ctx, const struct module *m)
{
	struct modules *ms = engine_from(ctx)->modules;
	struct tsconfig *c;

	for (c = ms->tsconfigs; c != NULL; c = c->next)
		if (strcmp(c->name, m->name) == 0)
			return c;
	/* on the list at once: freed with it, whatever is thrown */
	c = xcalloc(1, sizeof *c);
	c->name = xstrdup(m->name);
	c->next = ms->tsconfigs;
	ms->tsconfigs = c;
	read_file(ctx, c, m, 0);
	return c;
}

const struct tsconfig *
tsconfig_for(duk_context *ctx, const char *name)
{
	struct engine *e = engine_from(ctx);
	char *path = xasprintf("%s/", name), *slash = path + strlen(name);
	const struct module *m = NULL;
	char *file;

	while (m == NULL && slash != NULL) {
		*slash = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL)
			file = xasprintf("%.*s/tsconfig.json",
			    (int)(slash - path), path);
		else
			file = xstrdup("tsconfig.json");
		m = modules_lookup(e, file);
		free(file);
	}
	free(path);
	return m != NULL ? config_of(ctx, m) : NULL;
}

const struct lang_tsconfig *
tsconfig_lang(const struct tsconfig *c)
{
	return c != NULL ? &c->lang : NULL;
}

/* ---- names ------------------------------------------------------------- */

/* How much of PATTERN stands before its star, or SIZE_MAX: no match. */
static size_t
match(const char *pattern, const char *spec, size_t *rest_out)
{
	const char *star = strchr(pattern, '*');
	size_t head, tail, n = strlen(spec);

	if (star == NULL)
		return strcmp(pattern, spec) == 0 ? SIZE_MAX - 1 : SIZE_MAX;
	head = (size_t)(star - pattern);
	tail = strlen(star + 1);
	if (n < head + tail || memcmp(spec, pattern, head) != 0 ||
	    strcmp(spec + n - tail, star + 1) != 0)
		return SIZE_MAX;
	*rest_out = n - head - tail;
	return head;
}

char *
tsconfig_candidate(const struct tsconfig *c, const char *specifier, size_t i)
{
	const struct path *best = NULL;
	size_t best_head = 0, rest = 0, best_rest = 0, k, head;
	const char *star;

	if (c == NULL || specifier[0] == '.' || specifier[0] == '/')
		return NULL;
	for (k = 0; k < c->npaths; k++) {
		head = match(c->paths[k].pattern, specifier, &rest);
		if (head == SIZE_MAX || (best != NULL && head <= best_head))
			continue;
		best = &c->paths[k];
		best_head = head;
		best_rest = rest;
	}
	if (best != NULL && i < best->ntargets) {
		star = strchr(best->targets[i], '*');
		if (star == NULL)
			return xstrdup(best->targets[i]);
		return xasprintf("%.*s%.*s%s", (int)(star - best->targets[i]),
		    best->targets[i], (int)best_rest, specifier + best_head,
		    star + 1);
	}
	if (best != NULL)
		i -= best->ntargets;
	return i == 0 && c->base != NULL ? xasprintf("%s%s", c->base, specifier)
					 : NULL;
}

void
tsconfig_free_all(struct modules *ms)
{
	struct tsconfig *c, *next;

	for (c = ms->tsconfigs; c != NULL; c = next) {
		next = c->next;
		free_paths(c);
		free(c->name);
		free(c->factory);
		free(c->fragment);
		free(c->source);
		free(c->base);
		free(c);
	}
	ms->tsconfigs = NULL;
}
