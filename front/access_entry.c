/*
 * Access logs: what is kept of a request until it is over.
 *
 * Runs in: front.
 */
#include "config.h"

#include "front/access_entry.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "front/access_log.h"
#include "front/conn.h"
#include "front/front.h"
#include "front/listener.h"
#include "front/request.h"
#include "http/chars.h"
#include "http/method.h"

#define TARGET_MAX 1024
#define HOST_MAX 255
#define TEXT_MAX 256 /* of Referer and User-Agent */

static uint32_t
keep(struct access_entry *e, const char *p, size_t len, size_t max)
{
	size_t n = MIN(len, max);

	buf_put(&e->text, p, n);
	return (uint32_t)n;
}

static uint32_t
keep_field(struct access_entry *e, const struct request *r, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < r->nfields; i++) {
		const struct h1_field *f = &r->fields[i];

		if (f->name.len == len &&
		    chars_equal_nocase(f->name.p, name, len))
			return keep(e, f->value.p, f->value.len, TEXT_MAX);
	}
	return 0;
}

void
access_entry_begin(struct access_entry *e, const struct conn *c,
    const struct request *r, uint32_t service)
{
	struct buf text = e->text;

	if (c->listener->log == 0 && !c->listener->timing)
		return;
	/* The buffer keeps its memory. */
	buf_consume(&text, buf_len(&text));
	*e = (struct access_entry){.text = text,
	    .is_open = c->listener->log != 0,
	    .method = "",
	    .begin_ns = clock_now_ns(),
	    .service = service};
	if (r == NULL || !e->is_open)
		return;
	e->method = method_text(r->method);
	e->version = (int)r->version;
	e->target_len = keep(e, r->target.p, r->target.len, TARGET_MAX);
	e->host_len = keep(e, r->authority.p, r->authority.len, HOST_MAX);
	e->referer_len = keep_field(e, r, "referer");
	e->agent_len = keep_field(e, r, "user-agent");
}

void
access_entry_clear(struct access_entry *e)
{
	buf_clear(&e->text);
	e->is_open = false;
}

size_t
access_entry_timing(const struct access_entry *e, const struct conn *c,
    char text[ACCESS_TIMING_MAX])
{
	uint64_t us;

	if (!c->listener->timing || e->begin_ns == 0)
		return 0;
	us = (clock_now_ns() - e->begin_ns) / 1000;
	return (size_t)snprintf(text, ACCESS_TIMING_MAX, "worker;dur=%llu.%03u",
	    (unsigned long long)(us / 1000), (unsigned int)(us % 1000));
}

void
access_entry_end(struct access_entry *e, const struct conn *c, uint64_t id)
{
	if (e->is_open)
		access_logs_add(c->front->logs, e, c, id);
	e->is_open = false;
}
