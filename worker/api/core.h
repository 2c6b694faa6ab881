#ifndef WORKER_API_CORE_H
#define WORKER_API_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/util.h"
#include "worker/api/api.h"
#include "worker/api/url.h"
#include "worker/engine/engine.h"

/*
 * What the files of the api share: the per-process struct, classes made from
 * tables, hidden state of objects, errors.
 */

/* Classes that are made in C; CLASS(NAME, "Name"). */
enum api_class {
#define CLASS(id_, name_) API_##id_,
#include "worker/api/classes.def"
#undef CLASS
	API_NCLASSES
};

/* Hidden properties of objects; KEY(NAME, "text"). */
enum api_key {
#define KEY(id_, text_) KEY_##id_,
#include "worker/api/keys.def"
#undef KEY
	API_NKEYS
};

struct api_event;
struct api_source;
struct api_timer;
struct api_call;
struct api_digest;

/* A list of C objects that JavaScript names by number. */
struct api_ids {
	void **items; /* owned array; NULL: free */
	uint32_t *gen;
	uint32_t size;
	uint32_t used;
};

struct api {
	uint32_t magic;
	struct engine *engine; /* held */
	struct api_host host;
	char *worker_name; /* owned */
	bool is_started;   /* global scope has been evaluated */
	bool is_broken;    /* a limit was hit: nothing runs any more */
	bool has_outbound;
	bool is_tearing_down;

	/* prototypes and constructors, reachable from the stash */
	void *proto[API_NCLASSES];
	void *ctor[API_NCLASSES];
	void *keys[API_NKEYS]; /* strings, reachable from the stash */
	void *stash;           /* object of the heap's stash: anchors */
	void *scripts;         /* object: what the embedded scripts export */
	void *native;          /* object: what C offers to them */
	unsigned int node;     /* node:* modules that may be imported, node.h */

	/* The last authority that the URL parser left as it was. */
	char plain_authority[128];
	size_t plain_authority_len;
	struct url url[2]; /* scratch of the URL classes */
	struct buf text;   /* scratch */
	struct buf text2;  /* scratch */

	/* events */
	struct api_event *events; /* list, the newest first */
	struct api_event *oldest;
	struct api_event *current;
	uint32_t nevents;
	/* limits; 0: none */
	uint64_t subrequests_max;
	uint64_t calls_max; /* subrequests open at a time */
	uint64_t ncalls;
	uint64_t depth_max;
	uint64_t timers_max;
	uint64_t request_max; /* bytes of a body */
	uint64_t response_max;
	uint64_t wall_max_ms;   /* of one event; 0: none */
	uint64_t cpu_max_ns;    /* likewise */
	bool is_seeded;         /* libcrypto's generator, see subtle.h */
	uint64_t wall_check_ms; /* event_check_wall() is due; UINT64_MAX: not */
	size_t collected;       /* bytes of bodies being collected */
	size_t collected_max;
	size_t gc_at; /* heap bytes at which garbage is collected */

	struct api_digest *digests; /* list; digest.c */
	struct api_ids event_table;
	struct api_ids sources;
	struct api_ids sinks;
	struct api_ids calls;

	/* timers: a binary heap by due time */
	struct api_timer **timers;
	size_t ntimers;
	size_t timers_size;
	uint32_t next_timer_id;
	uint64_t timer_order;
	struct api_timer *running_timer;
	uint64_t time_origin_ms; /* CLOCK_MONOTONIC */
	double time_origin_wall; /* ms since the epoch */

	unsigned int console_indent;
	bool has_handlers; /* addEventListener("fetch") was called */
};

struct api *api_from(duk_context *ctx);
duk_context *api_ctx(const struct api *api);

/*
 * Hidden properties: an object's own, asked for without getters or Proxies,
 * there also in frozen objects.
 */
void keys_install(duk_context *ctx);
/* [ ] -> [ value ] and true, or [ undefined ] and false */
bool key_get(duk_context *ctx, duk_idx_t obj, enum api_key key);
/* [ value ] -> [ ] */
void key_put(duk_context *ctx, duk_idx_t obj, enum api_key key);
/* The value of SRC, if there is one, also for DST. */
void key_copy(duk_context *ctx, duk_idx_t dst, duk_idx_t src, enum api_key key);

/* Members of a class or of the global object. */
enum member_kind { M_METHOD, M_GETTER, M_STATIC, M_STATIC_GETTER };

struct member {
	const char *name;
	enum member_kind kind;
	duk_c_function fn;  /* the method, or the getter */
	duk_c_function set; /* getters: the setter, or NULL */
	int nargs;          /* stack entries, or DUK_VARARGS */
	int length;
	int magic;
};

struct class_spec {
	enum api_class id;
	duk_c_function ctor; /* NULL: "Illegal constructor" */
	int nargs;
	int length;
	const struct member *members;
	size_t nmembers;
	const char *tag; /* Symbol.toStringTag; NULL: the class's name */
};

/* Make the class and define it on the global object. */
void class_define(duk_context *ctx, const struct class_spec *spec);
/*
 * The class of an iterator over instances of CLASS: inherits from
 * %IteratorPrototype%; CLASS.prototype[Symbol.iterator] becomes its METHOD.
 */
void class_define_iterator(duk_context *ctx, const struct class_spec *spec,
    enum api_class over, const char *method);
/* [ ... value ] -> [ ... {value, done} ]; value is popped. */
void iterator_result(duk_context *ctx, bool done);
/* Define members on the object at IDX. Statics are skipped unless STATICS. */
void members_define(duk_context *ctx, duk_idx_t idx, const struct member *m,
    size_t n, bool statics);

/* [ ] -> [ object ]: an instance made by C. */
void class_push_instance(duk_context *ctx, enum api_class id);
/* In a constructor: throws unless called with new. [ ] -> [ object ] */
void class_construct(duk_context *ctx, enum api_class id);
void class_push_proto(duk_context *ctx, enum api_class id);

/*
 * Hidden state: a struct that begins with struct state_head, zeroed, freed
 * with the object at IDX. It must own nothing that needs freeing.
 */
struct state_head {
	uint32_t magic;
	uint32_t class_id;
	void *owner;
};

void *state_new(duk_context *ctx, duk_idx_t idx, enum api_class id,
    size_t size);
/* NULL when the value at IDX is no instance of the class. */
void *state_get(duk_context *ctx, duk_idx_t idx, enum api_class id);
/* An instance of any class made here? */
bool state_is_any(duk_context *ctx, duk_idx_t idx);
/* The state of `this`, which is pushed; throws "Illegal invocation". */
void *state_push_this(duk_context *ctx, enum api_class id);

/* Hidden properties. KEY is a literal. */
#define HID(key_) DUK_HIDDEN_SYMBOL(key_)

/* Scratch buffers are emptied by whoever takes them. */
struct buf *api_scratch(struct api *api, int which);

/* A record of the worker's log. */
void api_log(struct api *api, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The thrown value at IDX, with its stack, after PREFIX. */
void api_log_exception(duk_context *ctx, duk_idx_t idx, const char *prefix);

/* [ ] -> [ value ]: what an embedded script exports as NAME. */
void script_push(duk_context *ctx, const char *name);
/* Throw a DOMException. */
duk_ret_t throw_dom(duk_context *ctx, const char *name, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
/* [ ] -> [ DOMException ] */
void push_dom(duk_context *ctx, const char *name, const char *message);

/*
 * Bytes of an ArrayBuffer, a view, or a plain buffer at IDX; NULL if it is
 * none of these. Borrowed until script runs.
 */
const uint8_t *bytes_get(duk_context *ctx, duk_idx_t idx, size_t *len_out);
bool bytes_is(duk_context *ctx, duk_idx_t idx);
/* [ buffer ] -> [ Uint8Array or ArrayBuffer ] over a plain buffer. */
void bytes_to_uint8array(duk_context *ctx);
void bytes_to_arraybuffer(duk_context *ctx);

/*
 * String of code units <= 255 as bytes (isomorphic encode), appended to OUT.
 * Returns false for any other string.
 */
bool latin1_get(duk_context *ctx, duk_idx_t idx, struct buf *out);
/* [ ] -> [ string ] */
void latin1_push(duk_context *ctx, const void *p, size_t n);

/*
 * In a function of variable arguments: throws when there are fewer than NEED,
 * then makes them HAVE. WHAT names the function.
 */
void args_need(duk_context *ctx, int need, int have, const char *what);
/* The same in the method NAME of a class, and then state_push_this(). */
void *state_push_method(duk_context *ctx, enum api_class id, int need, int have,
    const char *name);

/* Defines a function on the global object, or on the one at IDX. */
void function_define(duk_context *ctx, duk_idx_t idx, const char *name,
    duk_c_function fn, int nargs, int length, int magic);

/* The reason phrase of a status, "" for unknown ones. */
const char *status_text(unsigned int status);

/* Tables of numbered objects: ids are never 0. */
uint32_t ids_add(struct api_ids *t, void *item);
void *ids_get(const struct api_ids *t, uint32_t id);
void ids_remove(struct api_ids *t, uint32_t id);
void ids_clear(struct api_ids *t);

/* Parts, each in its file; called by api_install(). */
void headers_install(duk_context *ctx);
void url_install(duk_context *ctx);
void encoding_install(duk_context *ctx);
void request_install(duk_context *ctx);
void response_install(duk_context *ctx);
void timers_install(duk_context *ctx);
void misc_install(duk_context *ctx);
void fetch_install(duk_context *ctx);
void event_install(duk_context *ctx);

#endif
