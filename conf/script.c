/*
 * A configuration for a script: `eider serve app.js`, `eider serve DIR`.
 *
 * Runs in: supervisor.
 * Never:   parses JavaScript: paths in quotes are looked for in the text.
 */
#include "config.h"

#include "conf/script.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/util.h"
#include "conf/address.h"
#include "conf/item.h"
#include "conf/json.h"
#include "conf/source.h"
#include "conf/tsconfig.h"

#define SCRIPT_FILES_MAX 1000
#define SCRIPT_BYTES_MAX (16 * 1024 * 1024)
#define SCRIPT_SPECIFIER_MAX 1024
#define SCRIPT_LEVELS_MAX 32 /* directories above the script */
#define SCRIPT_ADDRESS "127.0.0.1:8080"

/* What a file is, by its ending. Code comes first, in order of preference. */
static const struct {
	const char *ending;
	enum conf_module_kind kind;
} endings[] = {
    {".js", CONF_MODULE_ES},
    {".mjs", CONF_MODULE_ES},
    {".ts", CONF_MODULE_ES},
    {".mts", CONF_MODULE_ES},
    {".jsx", CONF_MODULE_ES},
    {".tsx", CONF_MODULE_ES},
    {".cjs", CONF_MODULE_COMMONJS},
    {".cts", CONF_MODULE_COMMONJS},
    {".json", CONF_MODULE_JSON},
    {".txt", CONF_MODULE_TEXT},
    {".html", CONF_MODULE_TEXT},
    {".css", CONF_MODULE_TEXT},
    {".svg", CONF_MODULE_TEXT},
    {".md", CONF_MODULE_TEXT},
    {".sql", CONF_MODULE_TEXT},
    {".bin", CONF_MODULE_DATA},
};
#define NCODE 8  /* endings of code */
#define NGUESS 9 /* endings that an import may leave out */

#define SCRIPT_PATHS_MAX 500

/* A row of `paths` of a tsconfig.json, the target in the project. */
struct path {
	const char *pattern, *target;
};

struct script {
	struct load *l;
	struct path paths[SCRIPT_PATHS_MAX];
	size_t npaths;
	const char *jsx_runtime; /* what JSX asks for, or NULL */
	const char *tsconfig;    /* the file that is being read */
	struct worker_draft *d;
	const char *root; /* no "/" at its end, unless it is all */
	size_t bytes;
	bool is_full; /* something was reported */
};

/* The index into endings[], or -1. */
static int
find_ending(const char *path)
{
	size_t i, n = strlen(path), len;

	for (i = 0; i < NELEMS(endings); i++) {
		len = strlen(endings[i].ending);
		if (n > len && strcmp(path + n - len, endings[i].ending) == 0)
			return (int)i;
	}
	return -1;
}

/* The options of tsconfig.json apply to TypeScript and JSX. */
static bool
has_tsconfig(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && strcmp(dot, ".js") != 0 &&
	       strcmp(dot, ".mjs") != 0 && strcmp(dot, ".cjs") != 0;
}

bool
script_is_one(const char *path)
{
	int i = find_ending(path);

	return i >= 0 && i < NCODE;
}

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

struct package {
	struct conf_pool *pool;
	const char *main; /* NULL: none */
};

static int
on_member(void *arg, const char *name, size_t name_len, const char *value,
    size_t value_len)
{
	struct package *p = arg;
	struct words words;
	struct word word;

	if (name_len != 6 || memcmp(name, "\"main\"", 6) != 0 ||
	    value[0] != '"')
		return 0;
	/* a JSON string is a quoted word */
	words_init(&words, p->pool, pool_memdup(p->pool, value, value_len), 1);
	if (words_next(&words, &word) == 0 && word.len > 0 &&
	    memchr(word.bytes, 0, word.len) == NULL)
		p->main = word.bytes;
	return 0;
}

const char *
script_of_directory(struct load *l, const char *dir)
{
	const char *path = pool_printf(l->pool, "%s/package.json", dir);
	struct package package = {.pool = l->pool};
	struct conf_bytes bytes;
	size_t i;

	if (is_file(path) && source_file(l, "package.json", path, &bytes))
		json_each_member((const char *)bytes.data, bytes.len, on_member,
		    &package);
	if (package.main != NULL) {
		path = pool_printf(l->pool, "%s/%s", dir, package.main);
		if (is_file(path) && script_is_one(path))
			return path;
		load_error(l,
		    "\"main\" of package.json names \"%s\", which is not a "
		    "script; name a .js, .mjs or .ts file",
		    package.main);
		return NULL;
	}
	for (i = 0; i < NCODE; i++) {
		path =
		    pool_printf(l->pool, "%s/index%s", dir, endings[i].ending);
		if (is_file(path))
			return path;
	}
	load_error(l, "nothing to serve in this directory; add an eider.ini, a "
		      "package.json with \"main\", or an index.js");
	return NULL;
}

/* The project of the script in DIR: see script.h. */
static const char *
find_root(struct load *l, const char *dir)
{
	char *at = pool_strdup(l->pool, dir), *slash;
	int level;

	for (level = 0; level < SCRIPT_LEVELS_MAX; level++) {
		if (is_file(pool_printf(l->scratch, "%s/package.json", at)))
			return at;
		slash = strrchr(at, '/');
		if (slash == NULL || slash == at)
			break;
		*slash = '\0';
	}
	return dir;
}

/* Add the file NAME of the project. Returns false where there is none. */
static bool
add_file(struct script *s, const char *name)
{
	struct conf_module m = {.name = name, .at = s->l->at};
	struct load *l = s->l;
	size_t n = strlen(s->root);
	char real[PATH_MAX];
	const char *path;
	int ending;

	path = pool_printf(l->pool, "%s/%s", s->root, name);
	ending = find_ending(name);
	if (ending == -1 || !is_file(path))
		return false;
	if (names_find(&s->d->module_names, name) != CONF_NONE)
		return true;
	/* a link must not lead out of the project */
	if (realpath(path, real) == NULL || strncmp(real, s->root, n) != 0 ||
	    (real[n] != '/' && n > 1))
		return false;
	if (s->d->worker.nmodules == SCRIPT_FILES_MAX) {
		load_error(l,
		    "reaches more than %d files; bundle them, or write an "
		    "eider.ini",
		    SCRIPT_FILES_MAX);
		s->is_full = true;
		return false;
	}
	if (!source_file(l, "module", path, &m.bytes))
		return false;
	s->bytes += m.bytes.len;
	if (s->bytes > SCRIPT_BYTES_MAX) {
		load_error(l,
		    "reaches more than %d MB of files; bundle them, or write "
		    "an eider.ini",
		    SCRIPT_BYTES_MAX / (1024 * 1024));
		s->is_full = true;
		return false;
	}
	m.kind = endings[ending].kind;
	if (m.kind == CONF_MODULE_JSON && strstr(name, "tsconfig") != NULL)
		m.kind = CONF_MODULE_TEXT; /* it may have comments */
	l->where = name;
	if (m.kind != CONF_MODULE_DATA && !source_check_utf8(l, &m.bytes))
		s->is_full = true; /* one message is enough */
	l->where = NULL;
	m.path = path;
	m.bytes.source = pool_printf(l->pool, "embed(%s)",
	    words_quote(l->pool, path, strlen(path)));
	return item_append_module(l, s->d, &m);
}

/*
 * The name that SPECIFIER (LEN bytes, relative) means in the module FROM; NULL
 * where it leads out of the project.
 */
static const char *
join(struct script *s, const char *from, const char *specifier, size_t len)
{
	const char *slash = strrchr(from, '/'), *p = specifier, *end = p + len;
	size_t n = slash != NULL ? (size_t)(slash - from) : 0, part;
	char *name = pool_alloc(s->l->pool, n + len + 2);

	if (n > 0)
		memcpy(name, from, n);
	while (p < end) {
		part = strcspn(p, "/");
		part = MIN(part, (size_t)(end - p));
		if (part == 2 && memcmp(p, "..", 2) == 0) {
			if (n == 0)
				return NULL;
			while (n > 0 && name[n - 1] != '/')
				n--;
			n -= n > 0; /* the "/" */
		} else if (part > 0 && (part != 1 || *p != '.')) {
			if (n > 0)
				name[n++] = '/';
			memcpy(name + n, p, part);
			n += part;
		}
		p += part;
		while (p < end && *p == '/')
			p++;
	}
	name[n] = '\0';
	return n > 0 ? name : NULL;
}

static void scan(struct script *s, const struct conf_module *m);

/* The file that NAME means: itself, or with an ending, or an index. */
static void
add_reached(struct script *s, const char *name)
{
	size_t i, n = strlen(name);

	if (add_file(s, name))
		return;
	for (i = 0; i < NGUESS && !s->is_full; i++)
		if (add_file(s, pool_printf(s->l->pool, "%s%s", name,
				    endings[i].ending)))
			return;
	/* TypeScript imports ./a.ts by the name ./a.js */
	if (!s->is_full && n > 3 && strcmp(name + n - 3, ".js") == 0 &&
	    add_file(s, pool_printf(s->l->pool, "%.*sts", (int)(n - 2), name)))
		return;
	for (i = 0; i < NCODE && !s->is_full; i++)
		if (add_file(s, pool_printf(s->l->pool, "%s/index%s", name,
				    endings[i].ending)))
			return;
}

/* A specifier that is no path, in the terms of tsconfig.json. */
static void
scan_mapped(struct script *s, const char *spec, size_t len)
{
	const char *name;
	size_t i;

	for (i = 0; i < s->npaths && !s->is_full; i++) {
		name = tsconfig_apply(s->l->pool, s->paths[i].pattern,
		    s->paths[i].target, spec, len);
		if (name != NULL)
			add_reached(s, name);
	}
}

static void
on_path(void *arg, const char *pattern, const char *target)
{
	struct script *s = arg;
	const char *name;

	if (pattern == NULL) {
		s->jsx_runtime = target;
		return;
	}
	name = join(s, s->tsconfig, target, strlen(target));
	if (name != NULL && s->npaths < SCRIPT_PATHS_MAX)
		s->paths[s->npaths++] = (struct path){pattern, name};
}

/* The tsconfig.json files above the module NAME, and what they say. */
static void
add_tsconfigs(struct script *s, const char *name)
{
	const struct conf_module *m;
	char *at = pool_strdup(s->l->pool, name), *slash;
	size_t n;

	do {
		slash = strrchr(at, '/');
		if (slash != NULL)
			*slash = '\0';
		n = s->d->worker.nmodules;
		s->tsconfig = slash != NULL ? pool_printf(s->l->pool,
						  "%s/tsconfig.json", at)
					    : "tsconfig.json";
		if (!add_file(s, s->tsconfig) || n == s->d->worker.nmodules)
			continue;
		/* what it extends comes behind it */
		for (; n < s->d->worker.nmodules && !s->is_full; n++) {
			m = &s->d->modules[n];
			if (m->kind != CONF_MODULE_TEXT)
				continue;
			s->tsconfig = m->name;
			tsconfig_each_path((const char *)m->bytes.data,
			    m->bytes.len, s->l->pool, on_path, s);
			scan(s, m);
		}
		if (s->jsx_runtime != NULL)
			scan_mapped(s, s->jsx_runtime, strlen(s->jsx_runtime));
	} while (slash != NULL && !s->is_full);
}

static bool
is_specifier(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)p[i] <= ' ' || p[i] == ':' || p[i] == '<')
			return false;
	return len > 0 && p[0] != '/';
}

/* Find the relative paths that stand in quotes in a module. */
static void
scan(struct script *s, const struct conf_module *m)
{
	const char *p = (const char *)m->bytes.data, *end = p + m->bytes.len;
	const char *name = m->name, *open, *reached;
	bool relative;
	char quote;

	while (p < end && !s->is_full) {
		quote = *p++;
		if ((quote != '"' && quote != '\'' && quote != '`') ||
		    end - p < 3)
			continue;
		relative =
		    *p == '.' && (p[1] == '/' || (p[1] == '.' && p[2] == '/'));
		if (!relative && s->npaths == 0)
			continue;
		open = p;
		while (p < end && *p != quote && *p != '\n' && *p != '\\' &&
		       *p != '\0' && p - open < SCRIPT_SPECIFIER_MAX)
			p++;
		if (p == end || *p != quote) {
			p = relative ? p : open;
			continue;
		}
		if (!relative) {
			/* the quote may open as well as close */
			if (is_specifier(open, (size_t)(p - open)))
				scan_mapped(s, open, (size_t)(p - open));
			else
				p = open;
			continue;
		}
		reached = join(s, name, open, (size_t)(p - open));
		if (reached != NULL)
			add_reached(s, reached);
		p++;
	}
}

/* The name of the worker: the file's, without its ending. */
static const char *
worker_name(struct load *l, const char *file)
{
	const char *dot = strrchr(file, '.'), *p;
	size_t n =
	    dot != NULL && dot > file ? (size_t)(dot - file) : strlen(file);

	for (p = file; p < file + n; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f || *p == '=')
			return "main";
	return pool_memdup(l->pool, file, MIN(n, LOAD_NAME_MAX));
}

/* The script's absolute path without links in its directory, or NULL. */
static const char *
find_real(struct load *l, const char *path, const char **dir_out)
{
	const char *given = source_path(l, path), *slash;
	char real[PATH_MAX];

	slash = strrchr(given, '/');
	ASSERT(slash != NULL);
	if (realpath(pool_memdup(l->scratch, given,
			 (size_t)(slash - given) + 1),
		real) == NULL)
		return NULL;
	*dir_out = pool_strdup(l->pool, real);
	return pool_printf(l->pool, "%s/%s", strcmp(real, "/") == 0 ? "" : real,
	    slash + 1);
}

static bool
add_socket(struct load *l, const char *worker)
{
	struct socket_draft *d = load_add_socket(l, "http");

	d->socket.service.service = worker;
	return address_read(l->pool, SCRIPT_ADDRESS, 0, l->dir,
		   &d->socket.address) == NULL;
}

void
script_load(struct load *l, const char *path)
{
	struct script s = {.l = l};
	const char *dir, *file = find_real(l, path, &dir);
	size_t i;

	if (file == NULL || !is_file(file)) {
		load_error(l, "cannot open \"%s\": %s", path,
		    strerror(errno != 0 ? errno : EISDIR));
		return;
	}
	s.root = find_root(l, dir);
	s.d = load_add_worker(l, worker_name(l, strrchr(file, '/') + 1));
	if (s.d == NULL || !add_socket(l, s.d->worker.name))
		return;
	l->conf->is_from_script = true;
	s.d->worker.compatibility_date = conf_newest_compatibility_date();
	if (!add_file(&s, file + strlen(s.root) + (strlen(s.root) > 1))) {
		if (l->errors->n == 0)
			load_error(l, "cannot read \"%s\"", path);
		return;
	}
	for (i = 0; i < s.d->worker.nmodules && !s.is_full; i++)
		if (s.d->modules[i].kind == CONF_MODULE_ES ||
		    s.d->modules[i].kind == CONF_MODULE_COMMONJS) {
			if (has_tsconfig(s.d->modules[i].name))
				add_tsconfigs(&s, s.d->modules[i].name);
			scan(&s, &s.d->modules[i]);
		}
}
