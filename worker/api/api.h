#ifndef WORKER_API_API_H
#define WORKER_API_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "ipc/control.h"
#include "ipc/spec.h"
#include "worker/engine/duk.h"

/*
 * The Web and Workers APIs of a worker, and the dispatcher that turns request
 * streams into calls of the worker's handlers.
 *
 * The zygote calls api_install() once in its warm heap. A clone calls
 * api_new(), evaluates the worker's code (engine/module.h), hands the result
 * to api_set_main(), and then feeds streams to api_serve().
 *
 * Nothing here blocks, opens a file or owns a descriptor: time, streams and
 * the log come from the host (worker/main.c).
 */

struct buf;
struct engine;
struct mux;
struct stream;
struct worker_spec;
struct api;

/* How one event ended; for the access log and the supervisor's counts. */
enum api_outcome {
	API_OK,
	API_EXCEPTION,
	API_CPU_LIMIT,
	API_MEMORY_LIMIT,
	API_HUNG,     /* the promise can never settle */
	API_CANCELED, /* the client went away */
};

/*
 * What worker/main.c does for the APIs. ARG is passed to every call. All are
 * required.
 */
struct api_host {
	void *arg;
	/*
	 * The client side of the channel of a service binding or of global
	 * fetch; CHANNEL is its target number (ipc/control.h). When there is
	 * none yet, the host asks for it, returns ERR_STATE, and later calls
	 * api_channel_ready() or api_channel_failed(); a mux that was handed
	 * out before may end (streams then close as STREAM_LOST or
	 * STREAM_UNACCEPTED) and the next call gets another. Returns 0,
	 * ERR_STATE, or ERR_REFUSED (no such grant).
	 */
	int (*channel)(void *arg, uint32_t channel, struct mux **mux_out);
	/* One record of the worker's log; TEXT is UTF-8 of the tenant. */
	void (*log)(void *arg, enum log_level level, const char *text,
	    size_t len);
	/* The result of api_next_timer_ms() changed. */
	void (*timer_changed)(void *arg);
	/* LIMIT was reached; whoever reached it knows, and so shall the
	 * operator. */
	void (*limit_hit)(void *arg, enum worker_limit limit);
	/* The test that api_test() started has ended. */
	void (*test_done)(void *arg, bool passed);
	/* A limit was hit (CPU, memory): the worker is to be ended. The
	 * streams of all events have been reset. */
	void (*broken)(void *arg, enum api_outcome outcome);
};

/*
 * Define all globals and the embedded scripts in ENGINE's heap. Called once,
 * before engine_freeze(); draws no random number and reads no clock.
 * Returns 0 or ERR_SCRIPT (a defect of an embedded script; it is logged).
 */
int api_install(struct engine *engine);

/*
 * The APIs of one worker.
 *
 * engine   held: outlives the result
 * host     copied; host->arg held by worker/main.c
 * spec     borrowed; what is needed later is copied
 * api_out  owned by the caller; release with api_free()
 *
 * Sets the engine's hooks. Returns 0, ERR_NOMEM or ERR_SCRIPT (a binding's
 * JSON does not parse; logged).
 */
int api_new(struct engine *engine, const struct api_host *host,
    const struct worker_spec *spec, struct api **api_out);
void api_free(struct api **api);

/*
 * Tell what the worker's code exports. Called inside engine_run() with the
 * main module's namespace object (or undefined for a service-worker script)
 * at stack index IDX; entrypoints are looked up in it at each event.
 * Also ends the start-up phase: global-scope rules apply from here on.
 */
void api_set_main(struct api *api, duk_context *ctx, duk_idx_t idx);

/*
 * True when the worker has something that can answer fetch events. The text
 * for the log is in *why_out when it has not.
 */
bool api_has_fetch(struct api *api, const char **why_out);

/* A request stream as mux_ops.on_request hands it over. */
struct api_request {
	struct stream *stream; /* taken: its ops and arg are set here */
	const uint8_t *head;   /* borrowed; the encoded request head */
	size_t head_len;
	bool end; /* the request has no body */
	/* Of the channel it came on (ipc/control.h); borrowed. */
	struct control_str entrypoint; /* empty: the default export */
	struct control_str props;      /* JSON for ctx.props, empty: {} */
};

/*
 * Serve one request. The stream is answered or reset in every case. Returns 0
 * or ERR_PROTO (the head does not decode).
 */
int api_serve(struct api *api, const struct api_request *request);

/*
 * The test() handlers that the worker exports, for `eider test`: their names
 * are appended to OUT as strings, the default export's is empty.
 */
void api_tests(struct api *api, struct buf *out);
/* Run the one called NAME; api_host.test_done() tells of its end. */
void api_test(struct api *api, struct control_str name);

/* The answers to api_host.channel() that came later. MUX is held until it
 * ends. */
void api_channel_ready(struct api *api, uint32_t channel, struct mux *mux);
void api_channel_failed(struct api *api, uint32_t channel, uint32_t reset_code,
    const char *text);

/*
 * Timers: the time (CLOCK_MONOTONIC ms) when api_run_timers() is to be called
 * next, or UINT64_MAX.
 */
uint64_t api_next_timer_ms(const struct api *api);
void api_run_timers(struct api *api, uint64_t now_ms);

/*
 * Events that have not ended: requests being answered and waitUntil promises.
 * The worker is idle when it is 0.
 */
unsigned int api_pending(const struct api *api);

/* Called by the host after each turn of the loop: checks for hung events. */
void api_turn_ended(struct api *api);

#endif
