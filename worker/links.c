/*
 * Data channels of a worker.
 *
 * Runs in: worker.
 * Owns:    one struct link per channel.
 * Never:   asks for a channel or decides what is served: run.c does.
 */
#include "config.h"

#include "worker/links.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "ipc/mux.h"

struct link {
	struct link *next;
	struct links *all; /* held */
	struct mux *mux;   /* owned; NULL once ended */
	bool is_server;
	bool is_retired;  /* client: takes no new streams */
	uint32_t target;  /* client */
	char *entrypoint; /* server; owned, with its length */
	size_t entrypoint_len;
	char *props;
	size_t props_len;
};

struct links {
	struct chan_hub *hub; /* held */
	const struct links_ops *ops;
	void *arg;
	struct link *first;
	bool is_paused;
	bool is_draining;
	uint32_t drain_code;
};

struct links *
links_new(struct chan_hub *hub, const struct links_ops *ops, void *arg)
{
	struct links *l = xcalloc(1, sizeof *l);

	l->hub = hub;
	l->ops = ops;
	l->arg = arg;
	return l;
}

static void
link_free(struct link *k)
{
	mux_free(&k->mux);
	free(k->entrypoint);
	free(k->props);
	free(k);
}

void
links_free(struct links **links)
{
	struct links *l = *links;

	if (l == NULL)
		return;
	while (l->first != NULL) {
		struct link *k = l->first;

		l->first = k->next;
		link_free(k);
	}
	free(l);
	*links = NULL;
}

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool end)
{
	struct link *k = arg;
	struct control_str entrypoint = {k->entrypoint, k->entrypoint_len};
	struct control_str props = {k->props, k->props_len};

	return k->all->ops->on_request(k->all->arg, s, head, len, end,
	    entrypoint, props);
}

static void
on_goaway(void *arg, uint32_t code)
{
	struct link *k = arg;

	(void)code;
	k->is_retired = true;
}

static void
on_close(void *arg, enum chan_close reason)
{
	struct link *k = arg;

	if (reason != CHAN_CLOSE_EOF)
		log_warn("data channel dropped: %s", chan_close_text(reason));
	mux_free(&k->mux); /* links_sweep() drops the rest */
}

static const struct mux_ops mux_ops = {
    .on_request = on_request,
    .on_goaway = on_goaway,
    .on_close = on_close,
};

static struct link *
add(struct links *l, int fd, bool is_server, uint32_t streams_max)
{
	struct link *k = xcalloc(1, sizeof *k);
	struct mux_options o = {.is_server = is_server,
	    .streams_max = streams_max,
	    .ops = &mux_ops,
	    .arg = k};

	k->all = l;
	k->is_server = is_server;
	k->mux = mux_new(l->hub, fd, &o);
	k->next = l->first;
	l->first = k;
	return k;
}

void
links_serve(struct links *l, int fd, struct control_str entrypoint,
    struct control_str props, uint32_t streams_max)
{
	struct link *k = add(l, fd, true, streams_max);

	k->entrypoint = xmemdup(entrypoint.p, entrypoint.len);
	k->entrypoint_len = entrypoint.len;
	k->props = xmemdup(props.p, props.len);
	k->props_len = props.len;
	if (l->is_draining)
		mux_goaway(k->mux, l->drain_code);
	else if (l->is_paused)
		mux_pause(k->mux, true);
}

struct mux *
links_call(struct links *l, int fd, uint32_t target)
{
	struct link *k = add(l, fd, false, 0);

	k->target = target;
	return k->mux;
}

struct mux *
links_find(struct links *l, uint32_t target)
{
	for (struct link *k = l->first; k != NULL; k = k->next)
		if (!k->is_server && k->mux != NULL && !k->is_retired &&
		    k->target == target && mux_is_open(k->mux))
			return k->mux;
	return NULL;
}

void
links_pause(struct links *l, bool paused)
{
	l->is_paused = paused;
	for (struct link *k = l->first; k != NULL; k = k->next)
		if (k->is_server && k->mux != NULL)
			mux_pause(k->mux, paused);
}

void
links_drain(struct links *l, uint32_t code)
{
	l->is_draining = true;
	l->drain_code = code;
	links_pause(l, false); /* acknowledgements must be read */
	for (struct link *k = l->first; k != NULL; k = k->next)
		if (k->is_server && k->mux != NULL)
			mux_goaway(k->mux, code);
}

bool
links_is_drained(const struct links *l)
{
	for (const struct link *k = l->first; k != NULL; k = k->next)
		if (k->is_server && k->mux != NULL &&
		    !mux_is_goaway_acked(k->mux))
			return false;
	return true;
}

size_t
links_nserved(const struct links *l)
{
	size_t n = 0;

	for (const struct link *k = l->first; k != NULL; k = k->next)
		if (k->is_server && k->mux != NULL)
			n += mux_nstreams(k->mux);
	return n;
}

void
links_sweep(struct links *l)
{
	for (struct link **p = &l->first; *p != NULL;) {
		struct link *k = *p;

		if (k->mux != NULL &&
		    !(k->is_retired && mux_nstreams(k->mux) == 0)) {
			p = &k->next;
			continue;
		}
		*p = k->next;
		link_free(k);
	}
}
