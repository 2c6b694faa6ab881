#ifndef IPC_SPEC_H
#define IPC_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ipc/control.h"

/*
 * WORKER_SPEC: all that a worker is told about itself: code, bindings,
 * limits. Encoded by the supervisor, decoded by the worker.
 */
#define SPEC_MODULES_MAX 4096
#define SPEC_BINDINGS_MAX 1024
#define SPEC_FLAGS_MAX 256
#define SPEC_NAMED_EXPORTS_MAX 1024

enum spec_module_kind {
	SPEC_ES_MODULE,
	SPEC_COMMONJS_MODULE,
	SPEC_TEXT,
	SPEC_DATA,
	SPEC_JSON,
	SPEC_SERVICE_WORKER_SCRIPT, /* the only module, then */
	SPEC_MODULE_KIND_MAX
};

enum spec_binding_kind {
	SPEC_BIND_TEXT,    /* value: the string */
	SPEC_BIND_DATA,    /* value: bytes of an ArrayBuffer */
	SPEC_BIND_JSON,    /* value: JSON text */
	SPEC_BIND_NULL,    /* null: fromEnvironment of an unset variable */
	SPEC_BIND_SERVICE, /* a target of CHANNEL_REQUEST: its index */
	SPEC_BINDING_KIND_MAX
};

struct spec_module {
	struct control_str name;
	enum spec_module_kind kind;
	struct control_str bytes;
	struct control_str *named_exports; /* owned by the spec */
	uint32_t nnamed_exports;
};

struct spec_binding {
	struct control_str name;
	enum spec_binding_kind kind;
	struct control_str value;
};

/* One per row, in the order of the table. */
enum worker_limit {
#define LIMIT(field_, key_, type_, def_, min_, max_, text_)                    \
	WORKER_LIMIT_##field_,
#include "base/worker_limits.def"
	WORKER_LIMITS
};

struct spec_limits {
#define LIMIT(field_, key_, type_, def_, min_, max_, text_) uint64_t field_;
#include "base/worker_limits.def"
	uint32_t idle_ms; /* without an event before it ends */
};

struct worker_spec {
	struct control_str name;
	bool is_check;     /* evaluate, report, exit */
	bool has_outbound; /* CONTROL_TARGET_OUTBOUND is granted */
	struct control_str compatibility_date;
	struct control_str *flags; /* owned by the spec */
	uint32_t nflags;
	struct spec_limits limits;
	struct spec_module
	    *modules; /* owned by the spec; [0] is the main one */
	uint32_t nmodules;
	struct spec_binding *bindings; /* owned by the spec */
	uint32_t nbindings;
};

void worker_spec_put(struct buf *b, const struct worker_spec *s);

/*
 * Decode. Strings borrow from P, which must outlive the spec; the arrays are
 * owned by it, release with worker_spec_clear(). Returns 0 or ERR_PROTO.
 */
int worker_spec_get(const void *p, size_t len, struct worker_spec *out);
void worker_spec_clear(struct worker_spec *s);

#endif
