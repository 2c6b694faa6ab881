/*
 * WORKER_SPEC: code, bindings and limits of a worker.
 */
#include "config.h"

#include "ipc/spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/xmalloc.h"

#define NAME_MAX_BYTES 4096
#define BYTES_MAX 268435456u

static struct control_str
get_str(struct rd *r, size_t max)
{
	struct control_str s;

	s.p = rd_str(r, max, &s.len);
	return s;
}

static void
put_str(struct buf *b, const struct control_str *s)
{
	buf_put_str(b, s->p, s->len);
}

static void
put_strs(struct buf *b, const struct control_str *s, uint32_t n)
{
	buf_put_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		put_str(b, &s[i]);
}

/* A list of at most MAX strings; NULL when bad or empty. */
static struct control_str *
get_strs(struct rd *r, uint32_t max, uint32_t *n_out)
{
	uint32_t n = rd_u32(r);
	struct control_str *s;

	*n_out = 0;
	if (n > max || n > r->left / 4)
		r->bad = true;
	if (r->bad || n == 0)
		return NULL;
	s = xcalloc(n, sizeof *s);
	for (uint32_t i = 0; i < n; i++)
		s[i] = get_str(r, NAME_MAX_BYTES);
	*n_out = n;
	return s;
}

static void
put_limits(struct buf *b, const struct spec_limits *l)
{
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	buf_put_u64(b, l->field_);
#include "base/worker_limits.def"
	buf_put_u32(b, l->idle_ms);
}

static void
get_limits(struct rd *r, struct spec_limits *l)
{
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	l->field_ = rd_u64(r);
#include "base/worker_limits.def"
	l->idle_ms = rd_u32(r);
}

void
worker_spec_put(struct buf *b, const struct worker_spec *s)
{
	put_str(b, &s->name);
	buf_put_u8(b, s->is_check);
	buf_put_u8(b, s->has_outbound);
	put_str(b, &s->compatibility_date);
	put_strs(b, s->flags, s->nflags);
	put_limits(b, &s->limits);
	buf_put_u32(b, s->nmodules);
	for (uint32_t i = 0; i < s->nmodules; i++) {
		const struct spec_module *m = &s->modules[i];

		put_str(b, &m->name);
		buf_put_u8(b, (uint8_t)m->kind);
		put_strs(b, m->named_exports, m->nnamed_exports);
		put_str(b, &m->bytes);
	}
	buf_put_u32(b, s->nbindings);
	for (uint32_t i = 0; i < s->nbindings; i++) {
		const struct spec_binding *g = &s->bindings[i];

		put_str(b, &g->name);
		buf_put_u8(b, (uint8_t)g->kind);
		put_str(b, &g->value);
	}
}

static void
get_modules(struct rd *r, struct worker_spec *s)
{
	uint32_t n = rd_u32(r);

	if (n == 0 || n > SPEC_MODULES_MAX)
		r->bad = true;
	if (r->bad)
		return;
	s->modules = xcalloc(n, sizeof *s->modules);
	s->nmodules = n;
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct spec_module *m = &s->modules[i];
		unsigned int kind;

		m->name = get_str(r, NAME_MAX_BYTES);
		kind = rd_u8(r);
		m->named_exports =
		    get_strs(r, SPEC_NAMED_EXPORTS_MAX, &m->nnamed_exports);
		m->bytes = get_str(r, BYTES_MAX);
		if (kind >= SPEC_MODULE_KIND_MAX)
			r->bad = true;
		else
			m->kind = (enum spec_module_kind)kind;
	}
}

static void
get_bindings(struct rd *r, struct worker_spec *s)
{
	uint32_t n = rd_u32(r);

	if (n > SPEC_BINDINGS_MAX)
		r->bad = true;
	if (r->bad || n == 0)
		return;
	s->bindings = xcalloc(n, sizeof *s->bindings);
	s->nbindings = n;
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct spec_binding *g = &s->bindings[i];
		unsigned int kind;

		g->name = get_str(r, NAME_MAX_BYTES);
		kind = rd_u8(r);
		g->value = get_str(r, BYTES_MAX);
		if (kind >= SPEC_BINDING_KIND_MAX)
			r->bad = true;
		else
			g->kind = (enum spec_binding_kind)kind;
	}
}

int
worker_spec_get(const void *p, size_t len, struct worker_spec *out)
{
	struct worker_spec s;
	struct rd r;

	memset(&s, 0, sizeof s);
	rd_init(&r, p, len);
	s.name = get_str(&r, NAME_MAX_BYTES);
	s.is_check = rd_u8(&r) != 0;
	s.has_outbound = rd_u8(&r) != 0;
	s.compatibility_date = get_str(&r, NAME_MAX_BYTES);
	s.flags = get_strs(&r, SPEC_FLAGS_MAX, &s.nflags);
	get_limits(&r, &s.limits);
	get_modules(&r, &s);
	get_bindings(&r, &s);
	if (rd_end(&r) != 0) {
		worker_spec_clear(&s);
		return ERR_PROTO;
	}
	*out = s;
	return 0;
}

void
worker_spec_clear(struct worker_spec *s)
{
	for (uint32_t i = 0; i < s->nmodules; i++)
		free(s->modules[i].named_exports);
	free(s->modules);
	free(s->bindings);
	free(s->flags);
	memset(s, 0, sizeof *s);
}
