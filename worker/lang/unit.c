/*
 * A unit's storage, its lines, and how deep code leaves with an error.
 *
 * Runs in: worker, on a tenant's source text.
 * Owns:    the arena; all else of a unit lives in it.
 *
 * Errors leave with longjmp(3): a recursive descent of a thousand levels
 * would otherwise test a result after every step. Nothing but arena memory is
 * held meanwhile, so nothing is lost.
 */
#include "config.h"

#include "worker/lang/unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "worker/lang/lex.h"
#include "worker/lang/parse.h"
#include "worker/lang/unicode.h"

#define POOL_BITS 8U
#define POOL_CHUNK (1U << POOL_BITS)
#define MEMORY_PER_BYTE 40U
#define MEMORY_BASE ((size_t)2 << 20)

static void unit_limit(void *arg) __attribute__((noreturn));
static void unit_find_lines(struct lang_unit *u);
static void unit_add_line(struct lang_unit *u, uint32_t pos);
static void pool_init(struct pool *pool, size_t size);
static void *pool_get(const struct pool *pool, uint32_t i);
static int unit_run(struct lang_unit *u);

int
lang_parse(const char *src, size_t len, const struct lang_options *options,
    struct lang_unit **unit_out, struct lang_diag *diag_out)
{
	struct lang_unit *u = NULL;
	size_t max, bad;
	int r;

	if (len > LANG_SOURCE_MAX) {
		lang_diag_set(diag_out, LANG_RANGE_ERROR, options->name, src, 0,
		    0, 0, "source text is too long");
		return ERR_LIMIT;
	}
	bad = unicode_check(src, len);
	if (bad != len) {
		lang_diag_set(diag_out, LANG_SYNTAX_ERROR, options->name, src,
		    bad, (uint32_t)bad, (uint32_t)bad,
		    "source text is not valid UTF-8");
		return ERR_SYNTAX;
	}
	u = xcalloc(1, sizeof *u);
	u->src = u->original = src;
	u->len = (uint32_t)len;
	u->options = *options;
	max = options->memory_max;
	if (max == 0)
		max = MAX(LANG_MEMORY_DEFAULT,
		    MEMORY_BASE + len * MEMORY_PER_BYTE);
	arena_init(&u->arena, max, unit_limit, u);
	u->diag = diag_out;
	r = unit_run(u);
	u->diag = NULL;
	if (r != 0) {
		lang_unit_free(&u);
		return r;
	}
	*unit_out = u;
	return 0;
}

void
lang_unit_free(struct lang_unit **unit)
{
	struct lang_unit *u = *unit;

	if (u == NULL)
		return;
	*unit = NULL;
	arena_clear(&u->arena);
	free(u);
}

const struct lang_request *
lang_requests(const struct lang_unit *unit, size_t *n_out)
{
	*n_out = unit->nrequests;
	return unit->requests;
}

const struct lang_import *
lang_imports(const struct lang_unit *unit, size_t *n_out)
{
	*n_out = unit->nimports;
	return unit->imports;
}

const struct lang_export *
lang_exports(const struct lang_unit *unit, size_t *n_out)
{
	*n_out = unit->nexports;
	return unit->exports;
}

bool
lang_has_tla(const struct lang_unit *unit)
{
	return unit->has_tla;
}

bool
lang_has_module_syntax(const struct lang_unit *unit)
{
	return unit->has_module_syntax;
}

size_t
lang_memory(const struct lang_unit *unit)
{
	return unit->arena.used_bytes;
}

void
lang_position(const struct lang_unit *unit, uint32_t pos, uint32_t *line_out,
    uint32_t *column_out)
{
	uint32_t line = unit_line(unit, pos), i, column = 1;

	for (i = unit->lines[line - 1]; i < pos && i < unit->len; i++)
		column += ((unsigned char)unit->original[i] & 0xC0) != 0x80;
	*line_out = line;
	*column_out = column;
}

void
unit_fail(struct lang_unit *u, uint32_t pos, uint32_t end, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (u->trying > 0) {
		u->escape_code = ERR_SYNTAX;
		longjmp(*u->escape, 1);
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	lang_diag_set(u->diag, LANG_SYNTAX_ERROR, u->options.name, u->original,
	    u->len, pos, end, text);
	u->escape_code = ERR_SYNTAX;
	longjmp(*u->escape, 1);
}

void
unit_fail_limit(struct lang_unit *u, uint32_t pos, const char *what)
{
	lang_diag_set(u->diag, LANG_RANGE_ERROR, u->options.name, u->original,
	    u->len, pos, pos, what);
	u->escape_code = ERR_LIMIT;
	longjmp(*u->escape, 1);
}

uint32_t
unit_line(const struct lang_unit *u, uint32_t pos)
{
	uint32_t low = 0, high = u->nlines, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (u->lines[mid] <= pos)
			low = mid;
		else
			high = mid;
	}
	return low + 1;
}

uint32_t
unit_skip_trivia(const struct lang_unit *u, uint32_t pos)
{
	struct lexer lx = {.src = u->src, .len = u->len};
	bool newline = pos == 0;

	/* The parser has been here: no comment lacks its end. */
	lx.html_comments = u->options.kind != LANG_MODULE;
	return lex_skip(&lx, pos, &newline);
}

struct lang_str
unit_atom_str(const struct lang_unit *u, uint32_t atom)
{
	const struct atom *a = atom_get(&u->atoms, atom);

	return (struct lang_str){a->s, a->len};
}

uint32_t
pool_add(struct lang_unit *u, struct pool *pool)
{
	uint32_t i, used;

	if (pool->count == 0)
		pool->count = 1;
	i = pool->count++;
	used = i >> POOL_BITS;
	if (used >= pool->nchunks) {
		pool->chunks = arena_grow(&u->arena, pool->chunks, used,
		    &pool->cap_chunks, sizeof *pool->chunks);
		pool->chunks[used] =
		    arena_zalloc(&u->arena, POOL_CHUNK, pool->size);
		pool->nchunks = used + 1;
	}
	return i;
}

struct scope *
scope_get(const struct lang_unit *unit, uint32_t i)
{
	return pool_get(&unit->scopes, i);
}

struct symbol *
symbol_get(const struct lang_unit *unit, uint32_t i)
{
	return pool_get(&unit->symbols, i);
}

struct func *
func_get(const struct lang_unit *unit, uint32_t i)
{
	return pool_get(&unit->funcs, i);
}

struct klass *
klass_get(const struct lang_unit *unit, uint32_t i)
{
	return pool_get(&unit->klasses, i);
}

static void
pool_init(struct pool *pool, size_t size)
{
	pool->size = size;
}

static void *
pool_get(const struct pool *pool, uint32_t i)
{
	return (char *)pool->chunks[i >> POOL_BITS] +
	       (i & (POOL_CHUNK - 1)) * pool->size;
}

static void
unit_limit(void *arg)
{
	unit_fail_limit(arg, 0, "program needs too much memory to compile");
}

/* Everything that may leave through unit_fail(). Returns 0 or its code. */
static int
unit_run(struct lang_unit *u)
{
	jmp_buf escape;

	u->escape = &escape;
	if (setjmp(escape) != 0) {
		u->escape = NULL;
		return u->escape_code;
	}
	pool_init(&u->scopes, sizeof(struct scope));
	pool_init(&u->symbols, sizeof(struct symbol));
	pool_init(&u->funcs, sizeof(struct func));
	pool_init(&u->klasses, sizeof(struct klass));
	atoms_init(&u->atoms, &u->arena);
	ast_init(&u->ast, &u->arena);
	unit_find_lines(u);
	parse_unit(u);
	u->escape = NULL;
	return 0;
}

/* LF, CR, CR LF, U+2028 and U+2029 end a line. */
static void
unit_find_lines(struct lang_unit *u)
{
	const unsigned char *s = (const unsigned char *)u->src;
	uint32_t i;

	unit_add_line(u, 0);
	for (i = 0; i < u->len; i++) {
		if (s[i] > '\r' && s[i] != 0xE2)
			continue;
		if (s[i] == '\n' ||
		    (s[i] == '\r' && (i + 1 == u->len || s[i + 1] != '\n')))
			unit_add_line(u, i + 1);
		else if (s[i] == 0xE2 && u->len - i >= 3 && s[i + 1] == 0x80 &&
			 (s[i + 2] | 1) == 0xA9)
			unit_add_line(u, i + 3);
	}
}

static void
unit_add_line(struct lang_unit *u, uint32_t pos)
{
	u->lines = arena_grow(&u->arena, u->lines, u->nlines, &u->cap_lines,
	    sizeof *u->lines);
	u->lines[u->nlines++] = pos;
}
