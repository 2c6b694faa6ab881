/*
 * The life of a worker: takes its code, serves requests, ends.
 *
 * Runs in: worker, a clone of the zygote, inside its sandbox.
 * Owns:    the event loop, the control channel, the data channels, the API.
 * May:     talk on the channels it was handed, and log.
 * Never:   opens anything, waits for anything but its loop.
 */
#include "config.h"

#include "worker/run.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ev.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "ipc/control.h"
#include "ipc/mux.h"
#include "ipc/spec.h"
#include "sandbox/sandbox.h"
#include "worker/api/api.h"
#include "worker/engine/module.h"
#include "worker/links.h"

#define WORKER_MAGIC 0x30c4e45bu
#define SPEC_MAX ((size_t)256 << 20)
#define GOAWAY_WAIT_MS 5000 /* for peers to acknowledge */
/* Who has started it or asked for a channel is about to send a request. */
#define FIRST_REQUEST_S 2.0
#define LOG_TEXT_MAX 3500 /* bytes of one record */
#define REPORT_S 1.0      /* between reports of limits that were reached */
#define CHANNEL_TARGETS_MAX (SPEC_BINDINGS_MAX + 1)

enum worker_state {
	STATE_WAITING, /* for the spec */
	STATE_LOADING, /* top-level await is pending */
	STATE_SERVING,
	STATE_DRAINING, /* GOAWAY sent, waiting for the peers */
	STATE_ENDED,
};

struct worker {
	uint32_t magic;
	struct engine *engine; /* held */
	struct ev_loop *loop;
	struct chan_hub *hub;
	struct chan *ctl;
	struct links *links;
	struct api *api; /* NULL before the spec came */
	ev_prepare turn;
	ev_prepare settled;
	ev_idle again;
	ev_timer api_timer;
	ev_timer idle_timer;
	ev_timer drain_timer;
	ev_timer hits_timer; /* until limits are reported again */
	uint32_t hits[WORKER_LIMITS];
	bool has_hits;
	enum worker_state state;
	enum worker_exit exit_code;
	bool is_check;
	bool is_trimmed; /* malloc gave back what it could after the start */
	bool has_outbound;
	uint32_t idle_ms;
	bool is_released;  /* the supervisor sends no more channels */
	bool is_idle_due;  /* the idle timer fired in this turn */
	ev_tstamp busy_at; /* the last turn with work */
	bool is_expecting; /* a request, on a channel that is new */
	size_t nwork;      /* of the last turn */
	uint32_t requests_max;
	uint32_t ntargets; /* bindings; which of them are services: */
	uint8_t *services; /* owned, a byte per binding */
	uint32_t nasked;
	uint32_t *asked; /* targets of requests under way; owned */
};

static const char *const limit_keys[WORKER_LIMITS] = {
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	[WORKER_LIMIT_##field_] = (key_),
#include "base/worker_limits.def"
};

static void
end(struct worker *w, enum worker_exit code)
{
	if (w->state == STATE_ENDED)
		return;
	w->state = STATE_ENDED;
	w->exit_code = code;
	ev_break(w->loop, EVBREAK_ALL);
}

/* Accept nothing more; end when peers know and work is done. */
static void
drain(struct worker *w, uint32_t code, enum worker_exit exit_code,
    uint32_t wait_ms)
{
	if (w->state >= STATE_DRAINING)
		return;
	w->state = STATE_DRAINING;
	w->exit_code = exit_code;
	ev_timer_stop(w->loop, &w->idle_timer);
	chan_send(w->ctl, IPC_DRAINING, NULL, 0, NULL);
	links_drain(w->links, code);
	ev_timer_set(&w->drain_timer, (double)wait_ms / 1000, 0);
	ev_timer_start(w->loop, &w->drain_timer);
}

/* ---- what the API asks of us ---- */

static bool
is_granted(const struct worker *w, uint32_t target)
{
	if (target == CONTROL_TARGET_OUTBOUND)
		return w->has_outbound;
	return target < w->ntargets && w->services[target] != 0;
}

/* The place of TARGET among those asked for, or nasked. */
static uint32_t
find_asked(const struct worker *w, uint32_t target)
{
	uint32_t i = 0;

	while (i < w->nasked && w->asked[i] != target)
		i++;
	return i;
}

static int
host_channel(void *arg, uint32_t target, struct mux **mux_out)
{
	struct worker *w = arg;
	struct mux *m;

	if (!is_granted(w, target))
		return ERR_REFUSED;
	m = links_find(w->links, target);
	if (m != NULL) {
		*mux_out = m;
		return 0;
	}
	if (find_asked(w, target) == w->nasked) {
		ASSERT(w->nasked < CHANNEL_TARGETS_MAX);
		w->asked =
		    xreallocarray(w->asked, w->nasked + 1, sizeof *w->asked);
		w->asked[w->nasked++] = target;
		control_u32_send(w->ctl, IPC_CHANNEL_REQUEST, target);
	}
	return ERR_STATE;
}

/* A line a record; long ones are split, so that nothing is lost. */
static void
host_log(void *arg, enum log_level level, const char *text, size_t len)
{
	static void (*const by_level[])(const char *, ...) = {
	    [LOG_DEBUG] = log_debug,
	    [LOG_INFO] = log_info,
	    [LOG_WARN] = log_warn,
	    [LOG_ERROR] = log_error,
	    [LOG_FATAL] = log_error,
	};

	(void)arg;
	do {
		const char *nl = memchr(text, '\n', len);
		size_t line = nl == NULL ? len : (size_t)(nl - text);
		size_t n = MIN(line, LOG_TEXT_MAX);

		by_level[level]("%.*s", (int)n, text);
		if (n == line && nl != NULL)
			n++;
		text += n;
		len -= n;
	} while (len > 0);
}

static void
host_timer_changed(void *arg)
{
	struct worker *w = arg;
	uint64_t at, now;

	ev_timer_stop(w->loop, &w->api_timer);
	if (w->api == NULL || (at = api_next_timer_ms(w->api)) == UINT64_MAX)
		return;
	now = clock_now_ms();
	ev_now_update(w->loop);
	ev_timer_set(&w->api_timer, at <= now ? 0.0 : (double)(at - now) / 1000,
	    0);
	ev_timer_start(w->loop, &w->api_timer);
}

static void
host_broken(void *arg, enum api_outcome outcome)
{
	struct worker *w = arg;

	if (outcome == API_MEMORY_LIMIT)
		drain(w, IPC_RESET_MEMORY, WORKER_EXIT_MEMORY, GOAWAY_WAIT_MS);
	else
		drain(w, IPC_RESET_CPU, WORKER_EXIT_CPU, GOAWAY_WAIT_MS);
}

/* Tell the supervisor, at once and then once a second. */
static void
report_limits(struct worker *w)
{
	struct buf b;
	bool is_any = false;

	if (ev_is_active(&w->hits_timer) && w->state < STATE_DRAINING)
		return;
	buf_init(&b);
	for (size_t i = 0; i < WORKER_LIMITS; i++) {
		if (w->hits[i] > 0)
			log_warn("%s was reached %u times", limit_keys[i],
			    w->hits[i]);
		is_any |= w->hits[i] > 0;
		buf_put_u32(&b, w->hits[i]);
		w->hits[i] = 0;
	}
	w->has_hits = false;
	if (is_any)
		chan_send(w->ctl, IPC_LIMITS_HIT, buf_peek(&b), buf_len(&b),
		    NULL);
	buf_clear(&b);
	ev_timer_stop(w->loop, &w->hits_timer);
	ev_timer_set(&w->hits_timer, REPORT_S, 0);
	ev_timer_start(w->loop, &w->hits_timer);
}

static void
host_limit_hit(void *arg, enum worker_limit limit)
{
	struct worker *w = arg;

	w->hits[limit] += w->hits[limit] < UINT32_MAX;
	w->has_hits = true;
}

static void
host_test_done(void *arg, bool passed)
{
	struct worker *w = arg;
	uint8_t body = passed;

	chan_send(w->ctl, IPC_TEST_DONE, &body, 1, NULL);
}

static int
on_request(void *arg, struct stream *s, const uint8_t *head, size_t len,
    bool ended, struct control_str entrypoint, struct control_str props)
{
	struct worker *w = arg;
	struct api_request r = {.stream = s,
	    .head = head,
	    .head_len = len,
	    .end = ended,
	    .entrypoint = entrypoint,
	    .props = props};

	ASSERT(w->api != NULL);
	/* A channel bounds its own; all of them have one limit. */
	if (links_nserved(w->links) > w->requests_max) {
		host_limit_hit(w, WORKER_LIMIT_requests);
		stream_reset(s, IPC_RESET_BUSY, "limits.requests");
		return 0;
	}
	return api_serve(w->api, &r);
}

static const struct links_ops links_ops = {.on_request = on_request};

/* ---- the code ---- */

static void
report_failure(struct worker *w, const char *text)
{
	const struct ipc_spec *row = ipc_spec(IPC_WORKER_FAILED);

	chan_send(w->ctl, IPC_WORKER_FAILED, text, strnlen(text, row->max),
	    NULL);
	drain(w, IPC_RESET_LOAD, WORKER_EXIT_LOAD, GOAWAY_WAIT_MS);
}

static void
report_error(struct worker *w, const struct engine_error *e)
{
	report_failure(w, e->stack != NULL     ? e->stack
			  : e->message != NULL ? e->message
					       : "out of memory");
}

static int
set_main(duk_context *ctx, void *arg)
{
	struct worker *w = arg;

	module_push_main(ctx);
	api_set_main(w->api, ctx, -1);
	return 0;
}

static int
set_script(duk_context *ctx, void *arg)
{
	struct worker *w = arg;

	duk_push_undefined(ctx);
	api_set_main(w->api, ctx, -1);
	return 0;
}

/* The code was evaluated: serve, or in a check end. */
static void
start_serving(struct worker *w, int (*set)(duk_context *, void *))
{
	struct engine_error e = {0};

	engine_set_allow_eval(w->engine, false);
	if (engine_run(w->engine, set, w, &e) != 0) {
		report_error(w, &e);
		engine_error_clear(&e);
		return;
	}
	w->state = STATE_SERVING;
	w->is_expecting = true;
	links_pause(w->links, false);
	chan_send(w->ctl, IPC_WORKER_READY, NULL, 0, NULL);
	if (w->is_check)
		drain(w, IPC_RESET_DRAIN, WORKER_EXIT_DONE, GOAWAY_WAIT_MS);
}

/* Has top-level await come to an end? */
static void
check_loading(struct worker *w)
{
	struct engine_error e = {0};

	switch (module_state(w->engine, &e)) {
	case MODULE_READY:
		start_serving(w, set_main);
		break;
	case MODULE_FAILED:
		report_error(w, &e);
		break;
	case MODULE_PENDING:
	default:
		if (w->state != STATE_LOADING)
			links_pause(w->links, true);
		w->state = STATE_LOADING;
		break;
	}
	engine_error_clear(&e);
}

static int
add_module(struct worker *w, const struct spec_module *m)
{
	static const enum module_kind kinds[SPEC_MODULE_KIND_MAX] = {
	    [SPEC_ES_MODULE] = MODULE_ESM,
	    [SPEC_COMMONJS_MODULE] = MODULE_COMMONJS,
	    [SPEC_TEXT] = MODULE_TEXT,
	    [SPEC_DATA] = MODULE_DATA,
	    [SPEC_JSON] = MODULE_JSON,
	};
	char **exports = xcalloc(m->nnamed_exports, sizeof *exports);
	char *name = xmemdup(m->name.p, m->name.len);
	struct module_source source = {.name = name,
	    .kind = kinds[m->kind],
	    .bytes = m->bytes.p,
	    .len = m->bytes.len,
	    .named_exports = (const char *const *)exports,
	    .nnamed_exports = m->nnamed_exports};
	int r;

	for (uint32_t i = 0; i < m->nnamed_exports; i++)
		exports[i] =
		    xmemdup(m->named_exports[i].p, m->named_exports[i].len);
	r = module_add(w->engine, &source);
	for (uint32_t i = 0; i < m->nnamed_exports; i++)
		free(exports[i]);
	free(exports);
	free(name);
	return r;
}

static void
load_script(struct worker *w, const struct spec_module *m)
{
	char *name = xmemdup(m->name.p, m->name.len);
	struct engine_error e = {0};

	if (engine_eval_script(w->engine, name, m->bytes.p, m->bytes.len, &e) ==
	    0)
		start_serving(w, set_script);
	else
		report_error(w, &e);
	engine_error_clear(&e);
	free(name);
}

static void
load_modules(struct worker *w, const struct worker_spec *spec)
{
	struct engine_error e = {0};
	char *main_name;

	for (uint32_t i = 0; i < spec->nmodules; i++) {
		if (add_module(w, &spec->modules[i]) != 0) {
			report_failure(w, "a module is defined twice, or the "
					  "modules are too large together");
			return;
		}
	}
	main_name = xmemdup(spec->modules[0].name.p, spec->modules[0].name.len);
	if (module_start(w->engine, main_name, &e) == 0)
		check_loading(w);
	else
		report_error(w, &e);
	engine_error_clear(&e);
	free(main_name);
}

static int
make_api(struct worker *w, const struct worker_spec *spec)
{
	struct api_host host = {.arg = w,
	    .channel = host_channel,
	    .log = host_log,
	    .timer_changed = host_timer_changed,
	    .limit_hit = host_limit_hit,
	    .test_done = host_test_done,
	    .broken = host_broken};

	w->ntargets = spec->nbindings;
	w->services = xcalloc(spec->nbindings, 1);
	for (uint32_t i = 0; i < spec->nbindings; i++)
		w->services[i] = spec->bindings[i].kind == SPEC_BIND_SERVICE;
	w->has_outbound = spec->has_outbound;
	return api_new(w->engine, &host, spec, &w->api);
}

static int
on_spec(void *arg, const struct ipc_msg *msg)
{
	struct worker *w = arg;
	struct worker_spec spec;
	struct engine_limits limits = {0};

	if (w->state != STATE_WAITING)
		return ERR_STATE;
	if (worker_spec_get(msg->body, msg->len, &spec) != 0)
		return ERR_PROTO;
	w->is_check = spec.is_check;
	w->idle_ms = spec.limits.idle_ms;
	w->requests_max = (uint32_t)spec.limits.requests;
	limits.heap_max = (size_t)spec.limits.memory_bytes;
	engine_set_limits(w->engine, &limits);
	engine_cpu_limit_set(w->engine,
	    (uint64_t)spec.limits.cpu_ms * 1000000u);
	/* code from strings: only until start_serving() */
	engine_set_allow_eval(w->engine, true);
	if (make_api(w, &spec) != 0)
		report_failure(w, "the bindings do not load");
	else if (spec.modules[0].kind == SPEC_SERVICE_WORKER_SCRIPT)
		load_script(w, &spec.modules[0]);
	else
		load_modules(w, &spec);
	worker_spec_clear(&spec);
	return 0;
}

/* ---- control ---- */

static int
on_channel(void *arg, const struct ipc_msg *msg)
{
	struct worker *w = arg;
	struct control_channel c;
	uint32_t i;
	int fd = msg->fds[0];

	if (control_channel_get(msg, &c) != 0)
		return ERR_PROTO;
	if (w->state == STATE_WAITING)
		return ERR_STATE;
	if (c.side == CONTROL_SERVER) {
		msg->fds[0] = -1;
		w->is_expecting = true;
		w->busy_at = ev_now(w->loop);
		/* One more, so that it is on_request() who refuses it. */
		links_serve(w->links, fd, c.entrypoint, c.props,
		    w->requests_max + 1);
		return 0;
	}
	i = find_asked(w, c.target);
	if (i == w->nasked)
		return ERR_STATE;
	w->asked[i] = w->asked[--w->nasked];
	msg->fds[0] = -1;
	api_channel_ready(w->api, c.target, links_call(w->links, fd, c.target));
	return 0;
}

static int
on_channel_refused(void *arg, const struct ipc_msg *msg)
{
	struct worker *w = arg;
	struct control_refused m;
	char text[512];
	uint32_t i;

	if (control_refused_get(msg, &m) != 0)
		return ERR_PROTO;
	i = find_asked(w, m.target);
	if (i == w->nasked)
		return ERR_STATE;
	w->asked[i] = w->asked[--w->nasked];
	log_escape(text, sizeof text, m.text.p, m.text.len);
	api_channel_failed(w->api, m.target, m.code, text);
	return 0;
}

static int
on_test_list(void *arg, const struct ipc_msg *msg)
{
	struct worker *w = arg;
	struct buf b;

	(void)msg;
	if (w->state == STATE_DRAINING)
		return 0; /* the supervisor is about to hear of it */
	if (w->state != STATE_SERVING)
		return ERR_STATE;
	buf_init(&b);
	api_tests(w->api, &b);
	chan_send(w->ctl, IPC_TESTS, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
	return 0;
}

static int
on_test(void *arg, const struct ipc_msg *msg)
{
	struct worker *w = arg;
	struct control_str name = {(const char *)msg->body, msg->len};

	if (w->state == STATE_DRAINING)
		return 0;
	if (w->state != STATE_SERVING)
		return ERR_STATE;
	w->busy_at = ev_now(w->loop);
	api_test(w->api, name);
	return 0;
}

static int
on_drain(void *arg, const struct ipc_msg *msg)
{
	struct worker *w = arg;
	uint32_t ms;

	if (control_u32_get(msg, &ms) != 0)
		return ERR_PROTO;
	/* Also the answer to our DRAINING: channels that were under way when
	 * we said it have arrived before this. */
	w->is_released = true;
	drain(w, IPC_RESET_DRAIN, WORKER_EXIT_DONE, ms);
	return 0;
}

static const chan_handler handlers[IPC_TYPE_MAX] = {
    [IPC_WORKER_SPEC] = on_spec,
    [IPC_CHANNEL] = on_channel,
    [IPC_CHANNEL_REFUSED] = on_channel_refused,
    [IPC_TEST_LIST] = on_test_list,
    [IPC_TEST] = on_test,
    [IPC_DRAIN] = on_drain,
};

static void
on_ctl_close(void *arg, enum chan_close reason)
{
	end(arg, reason == CHAN_CLOSE_EOF ? WORKER_EXIT_SUPERVISOR
					  : WORKER_EXIT_PROTOCOL);
}

/* ---- the loop ---- */

static void
on_api_timer(struct ev_loop *loop, ev_timer *t, int events)
{
	struct worker *w = t->data;

	(void)loop;
	(void)events;
	api_run_timers(w->api, clock_now_ms());
	host_timer_changed(w);
}

static void
on_idle_timer(struct ev_loop *loop, ev_timer *t, int events)
{
	struct worker *w = t->data;

	(void)loop;
	(void)events;
	w->is_idle_due = true; /* the turn's end sees to it */
}

static void
on_again(struct ev_loop *loop, ev_idle *i, int events)
{
	(void)events;
	ev_idle_stop(loop, i);
}

static void
on_drain_timer(struct ev_loop *loop, ev_timer *t, int events)
{
	struct worker *w = t->data;

	(void)loop;
	(void)events;
	log_warn("drained only in part: %u events are cut off",
	    w->api != NULL ? api_pending(w->api) : 0);
	end(w, w->exit_code);
}

/* The turn's end sees to what has come together. */
static void
on_hits_timer(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)t;
	(void)events;
}

static size_t
count_work(const struct worker *w)
{
	return links_nserved(w->links) +
	       (w->api != NULL ? api_pending(w->api) : 0);
}

static void
arm_idle_timer(struct worker *w, ev_tstamp wait)
{
	ev_timer_set(&w->idle_timer, wait, 0);
	ev_timer_start(w->loop, &w->idle_timer);
}

/*
 * Requests cost no timer: it runs for the whole time and, when it fires, is
 * set to what is left since the last turn with work.
 */
static void
check_idle(struct worker *w)
{
	ev_tstamp limit = (ev_tstamp)w->idle_ms / 1000, quiet;

	if (w->nwork > 0 || w->busy_at == 0)
		w->busy_at = ev_now(w->loop);
	if (w->nwork > 0 && w->is_expecting) {
		w->is_expecting = false;
		ev_timer_stop(w->loop, &w->idle_timer); /* had a longer wait */
	}
	if (w->is_expecting)
		limit = MAX(limit, FIRST_REQUEST_S);
	if (w->is_idle_due) {
		w->is_idle_due = false;
		quiet = ev_now(w->loop) - w->busy_at;
		if (w->nwork == 0 && quiet >= limit)
			drain(w, IPC_RESET_DRAIN, WORKER_EXIT_DONE,
			    GOAWAY_WAIT_MS);
		else
			arm_idle_timer(w, w->nwork > 0 ? limit : limit - quiet);
	} else if (!ev_is_active(&w->idle_timer)) {
		arm_idle_timer(w, limit);
	}
}

#define STACK_TRIM ((uintptr_t)128 << 10)

/* Give back what loading the code took: of malloc, and of the stack, which is
 * never as deep again. */
static void
trim(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t end = (uintptr_t)__builtin_frame_address(0) / page * page;

	(void)malloc_trim(0);
	/* The page below the frame is that of the call itself. What lies below
	 * the stack is not mapped: that part fails. */
	end -= 2 * page;
	(void)madvise((void *)(end - STACK_TRIM), STACK_TRIM, MADV_DONTNEED);
}

/* The end of a turn: what follows from all that happened in it. */
static void
on_turn(struct ev_loop *loop, ev_prepare *p, int events)
{
	struct worker *w = p->data;

	(void)events;
	if (w->api != NULL)
		api_turn_ended(w->api);
	links_sweep(w->links);
	if (w->state == STATE_LOADING)
		check_loading(w);
	w->nwork = count_work(w);
	if (w->state == STATE_SERVING && w->nwork == 0 && !w->is_trimmed) {
		trim();
		w->is_trimmed = true;
	}
	if (w->has_hits)
		report_limits(w);
	if (w->state == STATE_SERVING && w->idle_ms > 0)
		check_idle(w);
	if (w->state == STATE_DRAINING && w->is_released &&
	    links_is_drained(w->links) && w->nwork == 0)
		end(w, w->exit_code);
	if (w->state == STATE_ENDED)
		ev_break(loop, EVBREAK_ALL);
}

/*
 * After the channels have flushed, which is when streams close: a worker that
 * drains looks again before it sleeps.
 */
static void
on_settled(struct ev_loop *loop, ev_prepare *p, int events)
{
	struct worker *w = p->data;

	(void)events;
	if (w->state == STATE_DRAINING && count_work(w) != w->nwork)
		ev_idle_start(loop, &w->again);
}

static void
init_watchers(struct worker *w)
{
	ev_prepare_init(&w->turn, on_turn);
	ev_set_priority(&w->turn, EV_MAXPRI); /* before the channels flush */
	ev_prepare_init(&w->settled, on_settled);
	ev_set_priority(&w->settled, EV_MINPRI); /* after that */
	ev_idle_init(&w->again, on_again);
	ev_timer_init(&w->api_timer, on_api_timer, 0, 0);
	ev_timer_init(&w->idle_timer, on_idle_timer, 0, 0);
	ev_timer_init(&w->drain_timer, on_drain_timer, 0, 0);
	ev_timer_init(&w->hits_timer, on_hits_timer, 0, 0);
	w->turn.data = w->settled.data = w->api_timer.data =
	    w->idle_timer.data = w->drain_timer.data = w->hits_timer.data = w;
	ev_prepare_start(w->loop, &w->turn);
	ev_prepare_start(w->loop, &w->settled);
	ev_unref(w->loop); /* the control channel keeps the loop alive */
	ev_unref(w->loop);
}

struct worker *
worker_prepare(struct engine *engine, int ctl_fd)
{
	struct worker *w = xcalloc(1, sizeof *w);
	struct chan_options o = {.self = IPC_PARTY_W,
	    .peer = IPC_PARTY_S,
	    .handlers = handlers,
	    .arg = w,
	    .on_close = on_ctl_close,
	    .assembly_max = SPEC_MAX,
	    .takes_fds = true};

	w->magic = WORKER_MAGIC;
	w->engine = engine;
	w->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (w->loop == NULL || engine_cpu_timer_start(engine) != 0) {
		if (w->loop != NULL)
			ev_loop_destroy(w->loop);
		free(w);
		return NULL;
	}
	w->hub = chan_hub_new(w->loop);
	w->links = links_new(w->hub, &links_ops, w);
	w->ctl = chan_new(w->hub, ctl_fd, &o);
	init_watchers(w);
	return w;
}

static void
say_hello(struct worker *w, const struct sandbox_report *report)
{
	char text[256];
	struct control_hello m = {.version = IPC_VERSION};
	struct buf b;

	m.level = (uint8_t)sandbox_level_name(report->level)[0];
	sandbox_layers_text(report->layers, text, sizeof text);
	m.report.p = text;
	m.report.len = strlen(text);
	buf_init(&b);
	control_hello_put(&b, &m);
	chan_send(w->ctl, IPC_HELLO, buf_peek(&b), buf_len(&b), NULL);
	buf_clear(&b);
}

int
worker_run(struct worker *w, const struct sandbox_report *report)
{
	enum worker_exit code;

	ASSERT(w->magic == WORKER_MAGIC);
	say_hello(w, report);
	ev_run(w->loop, 0);
	chan_hub_flush(w->hub);
	code = w->exit_code;

	links_free(&w->links);
	api_free(&w->api);
	ev_timer_stop(w->loop, &w->api_timer);
	ev_timer_stop(w->loop, &w->idle_timer);
	ev_timer_stop(w->loop, &w->drain_timer);
	ev_timer_stop(w->loop, &w->hits_timer);
	ev_idle_stop(w->loop, &w->again);
	ev_ref(w->loop);
	ev_prepare_stop(w->loop, &w->turn);
	ev_ref(w->loop);
	ev_prepare_stop(w->loop, &w->settled);
	chan_free(&w->ctl);
	chan_hub_free(&w->hub);
	ev_loop_destroy(w->loop);
	free(w->asked);
	free(w->services);
	free(w);
	return (int)code;
}
