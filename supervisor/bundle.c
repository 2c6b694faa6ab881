/*
 * What a worker is told about itself: from the config to WORKER_SPEC.
 *
 * Runs in: supervisor. Code passes through here as bytes, unread.
 */
#include "config.h"

#include "supervisor/bundle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/conf.h"
#include "ipc/spec.h"

static struct control_str
str(const char *s)
{
	return (struct control_str){s, s != NULL ? strlen(s) : 0};
}

static struct control_str
bytes(const struct conf_bytes *b)
{
	return (struct control_str){(const char *)b->data, b->len};
}

static void
put_limits(struct spec_limits *to, const struct conf_worker *w)
{
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	to->field_ = w->limits.field_;
#include "base/worker_limits.def"
	to->idle_ms = (uint32_t)MIN(w->idle_timeout_ms, UINT32_MAX);
}

static struct control_str *
make_strs(const char *const *texts, size_t n)
{
	struct control_str *s = xcalloc(n, sizeof *s);

	for (size_t i = 0; i < n; i++)
		s[i] = str(texts[i]);
	return s;
}

static void
set_module(struct spec_module *to, const struct conf_module *from)
{
	static const enum spec_module_kind kinds[] = {
	    [CONF_MODULE_ES] = SPEC_ES_MODULE,
	    [CONF_MODULE_COMMONJS] = SPEC_COMMONJS_MODULE,
	    [CONF_MODULE_TEXT] = SPEC_TEXT,
	    [CONF_MODULE_DATA] = SPEC_DATA,
	    [CONF_MODULE_JSON] = SPEC_JSON,
	    [CONF_MODULE_SCRIPT] = SPEC_SERVICE_WORKER_SCRIPT,
	};

	ASSERT((size_t)from->kind < NELEMS(kinds));
	to->name = str(from->name);
	to->kind = kinds[from->kind];
	to->bytes = bytes(&from->bytes);
	to->named_exports =
	    make_strs(from->named_exports, from->nnamed_exports);
	to->nnamed_exports = (uint32_t)from->nnamed_exports;
}

static void
set_binding(struct spec_binding *to, const struct conf_binding *from)
{
	to->name = str(from->name);
	to->value = bytes(&from->value);
	switch (from->kind) {
	case CONF_BINDING_TEXT:
	case CONF_BINDING_FROM_ENVIRONMENT:
		to->kind = SPEC_BIND_TEXT;
		break;
	case CONF_BINDING_DATA:
		to->kind = SPEC_BIND_DATA;
		break;
	case CONF_BINDING_JSON:
		to->kind = SPEC_BIND_JSON;
		break;
	case CONF_BINDING_SERVICE:
	default:
		ASSERT(from->kind == CONF_BINDING_SERVICE);
		to->kind = SPEC_BIND_SERVICE;
		return;
	}
	if (from->value.data == NULL)
		to->kind = SPEC_BIND_NULL;
}

void
bundle_put(struct buf *out, const struct conf_worker *w, bool is_check)
{
	struct worker_spec s;

	memset(&s, 0, sizeof s);
	s.name = str(w->name);
	s.is_check = is_check;
	s.has_outbound = w->global_outbound.service != NULL;
	s.compatibility_date = str(w->compatibility_date);
	s.flags = make_strs(w->compatibility_flags, w->ncompatibility_flags);
	s.nflags = (uint32_t)w->ncompatibility_flags;
	put_limits(&s.limits, w);
	s.modules = xcalloc(w->nmodules, sizeof *s.modules);
	s.nmodules = (uint32_t)w->nmodules;
	for (size_t i = 0; i < w->nmodules; i++)
		set_module(&s.modules[i], &w->modules[i]);
	s.bindings = xcalloc(w->nbindings, sizeof *s.bindings);
	s.nbindings = (uint32_t)w->nbindings;
	for (size_t i = 0; i < w->nbindings; i++)
		set_binding(&s.bindings[i], &w->bindings[i]);
	worker_spec_put(out, &s);
	worker_spec_clear(&s);
}
