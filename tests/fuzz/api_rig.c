/* The APIs in an engine, see api_rig.h. */
#include "config.h"

#include "tests/fuzz/api_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "ipc/spec.h"
#include "tests/fuzz/warm.h"
#include "worker/api/core.h"
#include "worker/api/event.h"
#include "worker/builtins/builtins.h"

#define CPU_NS 1000000000ULL

static struct engine *engine;
static struct api *api;

static int
host_channel(void *arg, uint32_t channel, struct mux **mux_out)
{
	(void)arg;
	(void)channel;
	(void)mux_out;
	return ERR_REFUSED;
}

static void
host_log(void *arg, enum log_level level, const char *text, size_t len)
{
	(void)arg;
	(void)level;
	(void)text;
	(void)len;
}

static void
host_timer_changed(void *arg)
{
	(void)arg;
}

static void
host_broken(void *arg, enum api_outcome outcome)
{
	(void)arg;
	(void)outcome;
}

static void
host_limit_hit(void *arg, enum worker_limit limit)
{
	(void)arg;
	(void)limit;
}

static void
start(const char *script)
{
	static const struct worker_spec spec = {
	    .name = {"fuzz", 4}, .limits = {.memory_bytes = 64 << 20}};
	static const struct api_host host = {.channel = host_channel,
	    .log = host_log,
	    .timer_changed = host_timer_changed,
	    .limit_hit = host_limit_hit,
	    .broken = host_broken};
	static const struct engine_options options = {
	    .limits = {.heap_max = 256 << 20}};
	struct engine_error e;

	if (engine_new(&options, &engine) != 0 ||
	    builtins_install(engine) != 0 || api_install(engine) != 0 ||
	    api_new(engine, &host, &spec, &api) != 0)
		abort();
	if (engine_cpu_timer_start(engine) != 0)
		abort();
	engine_cpu_limit_set(engine, CPU_NS);
	memset(&e, 0, sizeof e);
	if (engine_eval_script(engine, "fuzz.js", script, strlen(script), &e) !=
	    0) {
		fprintf(stderr, "%s\n", e.message);
		abort();
	}
	engine_error_clear(&e);
}

struct input {
	const uint8_t *data;
	size_t size;
};

static int
call(duk_context *ctx, void *arg)
{
	const struct input *in = arg;
	void *p;

	duk_get_global_literal(ctx, "fuzz");
	p = duk_push_fixed_buffer(ctx, in->size);
	if (in->size > 0)
		memcpy(p, in->data, in->size);
	bytes_to_uint8array(ctx);
	duk_call(ctx, 1);
	return 0;
}

static int
check(duk_context *ctx, void *arg)
{
	(void)arg;
	if (duk_get_global_literal(ctx, "failure")) {
		fprintf(stderr, "failure: %s\n", duk_safe_to_string(ctx, -1));
		abort();
	}
	return 0;
}

static void
stop(void)
{
	api_free(&api);
	engine_free(&engine);
	warm_end();
}

void
rig_run(const char *script, const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct api_event *event;
	int r;

	if (engine == NULL)
		start(script);
	event = event_new(api, NULL);
	api->current = event;
	r = engine_run(engine, call, &in, NULL);
	(void)engine_run(engine, check, NULL, NULL);
	api->current = NULL;
	event->is_out_done = true;
	event->nholds = 0;
	event_sweep(api);
	if (warm_is_over(r == ERR_TIMEOUT || r == ERR_NOMEM))
		stop();
}
