#ifndef WORKER_API_FLOW_H
#define WORKER_API_FLOW_H

#include "ipc/mux.h"
#include "worker/api/core.h"

/*
 * Bodies on their way: a source is a body that arrives on a mux stream, a
 * sink is one that leaves. Both are C objects; scripts name a source by its
 * number, so an old wrapper can never reach a freed one. A body that goes
 * from a source to a sink does so without JavaScript.
 */
enum source_mode {
	SOURCE_IDLE,    /* bytes wait, at most MUX_WINDOW */
	SOURCE_COLLECT, /* text(), json() ...: bytes gather until the end */
	SOURCE_READ,    /* a reader of the ReadableStream waits */
	SOURCE_FORWARD, /* to a sink */
};

struct api_sink;

struct api_source {
	uint32_t magic;
	uint32_t id;
	struct api *api;         /* held */
	struct api_event *event; /* whose body it is; frees it at its end */
	struct api_source *next; /* list of the event */
	struct stream *stream;   /* NULL: no more will come */
	struct buf in;           /* received, not yet taken */
	size_t counted;          /* bytes in api->collected */
	uint64_t forwarded;      /* bytes given to a sink */
	enum source_mode mode;
	bool is_ended;         /* all has arrived */
	bool is_failed;        /* the peer went away before the end */
	const char *error;     /* literal */
	uint32_t reason;       /* reference: what readers get instead */
	struct api_sink *sink; /* SOURCE_FORWARD */
	uint32_t promise;      /* reference: COLLECT, READ */
};

/*
 * Who reads a source's stream passes its bytes on here. Not inside
 * engine_run().
 */
struct api_source *source_new(struct api_event *event, struct stream *stream);
void source_on_data(struct api_source *s, const uint8_t *data, size_t len,
    bool end);
void source_on_end(struct api_source *s); /* end, with no bytes */
void source_on_fail(struct api_source *s, const char *error);
/* Inside engine_run(): it fails with the value at IDX. */
void source_abort(duk_context *ctx, struct api_source *s, duk_idx_t idx);
/* The event ends: rejects nothing, frees. */
void source_free(struct api_source *s);

/* Inside engine_run(). Is all there, so that source_take() gives all? */
bool source_is_whole(const struct api_source *s);
/* Gather to the end: [ ] -> [ promise of a plain buffer ] */
void source_collect(duk_context *ctx, struct api_source *s);
/* [ ] -> [ Uint8Array, null at the end, or a promise of either ] */
void source_read(duk_context *ctx, struct api_source *s);
/* The rest is not wanted. */
void source_cancel(struct api_source *s);
struct api_source *flow_source_find(const struct api *api, uint32_t id);

/* How a sink reports; not inside engine_run(). */
struct sink_ops {
	/* All was handed to the stream, the end included. */
	void (*on_done)(struct api_sink *sink);
	/* The body cannot be completed: the stream is to be reset. */
	void (*on_fail)(struct api_sink *sink, const char *error);
	/*
	 * The same, inside engine_run(), when a script's stream threw the value
	 * at IDX. NULL: it is logged, and on_fail() is called.
	 */
	void (*on_throw)(struct api_sink *sink, duk_context *ctx,
	    duk_idx_t idx);
};

struct api_sink {
	struct api *api;
	struct api_event *event; /* whose output it is */
	struct stream *stream;   /* NULL: closed, everything is dropped */
	const struct sink_ops *ops;
	const uint8_t *bytes; /* pinned by ref, not yet sent */
	size_t left;
	uint32_t ref;
	struct buf queue; /* chunks of a script's stream, not yet sent */
	struct api_source *source; /* forwarded from it */
	uint32_t ready;  /* reference: script's function to call for more */
	uint32_t id;     /* in api->sinks: for scripts */
	uint32_t reader; /* reference: script's stream, for cancelling */
	bool is_bounded; /* no more than ROOM bytes may still be sent */
	uint64_t room;
	bool end; /* no more after what is queued */
	bool is_done;
};

void sink_init(struct api_sink *k, struct api_event *event,
    struct stream *stream, const struct sink_ops *ops);
void sink_clear(struct api_sink *k);
/* End the event whose response is larger than it may be. */
void sink_overflow(struct api_event *event);
/*
 * Inside engine_run(): send the string or plain buffer at IDX, then the end.
 * Returns the bytes of the body.
 */
void sink_send_value(duk_context *ctx, struct api_sink *k, duk_idx_t idx);
void sink_send_source(struct api_sink *k, struct api_source *s);
/* [ ... ] the ReadableStream at IDX, read by script. */
void sink_send_stream(duk_context *ctx, struct api_sink *k, duk_idx_t idx);
void sink_on_writable(struct api_sink *k);
/* For the scripts. Write: true when it takes more at once. */
bool sink_write(struct api_sink *k, const uint8_t *p, size_t n);
void sink_finish(struct api_sink *k);

/*
 * References: values that C keeps alive. Never 0.
 * ref_new: [ ... value ] -> [ ... ]; ref_push: [ ] -> [ value ].
 */
uint32_t ref_new(duk_context *ctx);
void ref_push(duk_context *ctx, uint32_t ref);
/* Drops *REF and sets it to 0. */
void ref_drop(duk_context *ctx, uint32_t *ref);

/*
 * Run FN inside the engine on behalf of EVENT (or NULL); takes care of
 * limits. Returns 0 or the error of engine_run(), which was logged.
 */
int api_run(struct api *api, struct api_event *event,
    int (*fn)(duk_context *ctx, void *arg), void *arg);

#endif
