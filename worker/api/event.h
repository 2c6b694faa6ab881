#ifndef WORKER_API_EVENT_H
#define WORKER_API_EVENT_H

#include "worker/api/flow.h"

/*
 * One event of a worker: a request being served. Lives until its response has
 * left (or cannot any more) and its waitUntil promises have settled.
 */
struct api_event {
	uint32_t magic;
	uint32_t id; /* in api->event_table */
	struct api *api;
	struct api_event *prev;
	struct api_event *next;
	struct stream *stream;      /* NULL: closed */
	struct api_source *sources; /* all bodies that arrive for it */
	struct api_source *request; /* the request's; NULL: none */
	struct api_sink out;
	struct api_call *calls; /* subrequests under way */
	unsigned int nwaits; /* what can still wake it: timers, reads, calls */
	unsigned int nholds; /* waitUntil promises that have not settled */
	unsigned int depth;  /* of service calls */
	uint64_t subrequests;
	uint64_t received; /* bytes of the request's body */
	uint64_t request_id;
	uint64_t deadline_ms; /* CLOCK_MONOTONIC */
	uint64_t cpu_ns;      /* that its scripts have taken */
	uint32_t controller;  /* reference: of request.signal, when touched */
	bool is_head_request;
	bool has_answered; /* the response's head was sent, or a reset */
	bool is_out_done;
	bool is_discarding; /* waits for its stream to close */
	bool is_late;       /* its time is over */
	bool is_test;       /* of `eider test`: its outcome is told */
	bool has_failed;    /* something that it started has thrown */
};

struct api_event *event_new(struct api *api, struct stream *stream);
struct api_event *event_find(const struct api *api, uint32_t id);
/* Free those that are over; end those that can never answer. */
void event_sweep(struct api *api);
/* A limit was hit: all events end, and nothing of the worker runs any more. */
void api_break_down(struct api *api, enum api_outcome outcome);
void event_check_hung(struct api *api);
/* End those that have had their time, and say when to look again. */
void event_check_wall(struct api *api, uint64_t now_ms);
void event_free_all(struct api *api);
/* End it whatever is left: resets the stream with CODE if it is open. */
void event_end(struct api_event *event, uint32_t code, const char *text);

/*
 * The event scripts run for now; throws when there is none, with workerd's
 * text for the global scope.
 */
struct api_event *event_require(duk_context *ctx);

/* [ ] -> [ ExecutionContext ] */
void event_push_context(duk_context *ctx, struct api_event *event,
    struct control_str props);
/* Hold the event until the promise at IDX settles. */
void event_hold(duk_context *ctx, struct api_event *event, duk_idx_t idx);

/* fetch.c: cancel a subrequest. */
void call_cancel(struct api_call *call);

#endif
