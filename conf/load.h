#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include <stdbool.h>

#include "conf/conf.h"
#include "conf/names.h"
#include "conf/pool.h"
#include "conf/schema.h"
#include "conf/words.h"

/*
 * One load under way: what the files of conf/ share while text becomes a
 * struct conf. Drafts hold what is being defined; their lists are the same
 * arrays that the public structs point to, still writable.
 */

/* Bounds that messages to workers and fronts have. */
#define LOAD_SOCKETS_MAX 1024
#define LOAD_WORKERS_MAX 65536
#define LOAD_TENANTS_MAX 65000
#define LOAD_TENANT_LIST_MAX 4096 /* services or files of a tenant */
#define LOAD_MODULES_MAX 4096
#define LOAD_BINDINGS_MAX 1024
#define LOAD_FLAGS_MAX 256
#define LOAD_NAMED_EXPORTS_MAX 1024
#define LOAD_ROUTES_MAX 65536
#define LOAD_HEADERS_MAX 64
#define LOAD_HEADERS_BYTES_MAX 16000
#define LOAD_KEYPAIRS_MAX 1024
#define LOAD_CERTIFICATES_MAX 1024
#define LOAD_TLS_BYTES_MAX                                                     \
	(8 * 1024 * 1024) /* of a socket's keys and so on                      \
			   */
#define LOAD_NETS_MAX 256
#define LOAD_NAME_MAX 255  /* bytes of a name */
#define LOAD_TEXT_MAX 4096 /* bytes of other short texts */
#define LOAD_WORKER_BYTES_MAX (200 * 1024 * 1024) /* code and bindings */

/* What the rows of one owner apply to. */
struct target {
	enum schema_owner owner;
	void *base;        /* the public struct */
	struct conf_at at; /* line 0: was never mentioned */
	struct conf_at set_at[SCHEMA_ROWS_MAX]; /* where each row was set */
};

struct server_draft {
	struct target target;
	const char **includes;
};

struct socket_draft {
	struct target target;
	struct conf_socket socket;
	struct conf_route *routes;
	struct conf_keypair *keypairs;
	struct conf_bytes *trusted;
	struct conf_net *proxies;
	struct conf_header *request_headers;
	struct conf_header *response_headers;
	size_t request_header_bytes;
	size_t response_header_bytes;
};

struct tenant_draft {
	struct target target;
	struct conf_tenant tenant;
	const char **services;
	const char **includes;
	struct conf_at *include_at;
	int root_fd; /* while its files are read; else -1 */
};

struct worker_draft {
	struct target target;
	struct tenant_draft *owner; /* it is in that tenant's own file */
	struct conf_worker worker;
	const char **flags;
	struct conf_module *modules;
	struct names module_names;
	struct conf_binding *bindings;
	struct names binding_names;
	size_t bytes; /* of code and bindings */
};

/* In `services`: a service that is defined, but not usable by this version. */
#define LOAD_SERVICE_LATER (CONF_NONE - 1)

struct load {
	struct conf *conf;
	struct conf_pool *pool;    /* held: of conf */
	struct conf_pool *scratch; /* owned: dies with the load */
	struct conf_errors *errors;
	const struct conf_options *options;
	const char *dir;   /* relative paths start here; absolute */
	struct conf_at at; /* the line being read */
	const char *where; /* what messages begin with; NULL: nothing */
	size_t embedded_bytes;
	struct server_draft server;
	struct target logging;
	struct socket_draft **sockets;
	size_t nsockets;
	struct names socket_names;
	struct worker_draft **workers;
	size_t nworkers;
	struct tenant_draft **tenants;
	size_t ntenants;
	struct names tenant_names;
	struct tenant_draft *reading; /* whose own file is read, or NULL */
	struct names files;           /* read so far, by their real paths */
	struct names services; /* index: into workers, or LOAD_SERVICE_LATER */
};

/* Add a finding at the current line. */
void load_error(struct load *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether a further finding would be shown: else suggestions are no use. */
bool load_is_heard(const struct load *l);

/* Read the file PATH as INI, with all that it includes. */
void load_file(struct load *l, const char *path, int depth);
/* The same for text in memory. */
void load_text(struct load *l, const char *name, const char *text, size_t len,
    int depth);

/*
 * New drafts; NAME is taken over by reference. NULL: refused and reported.
 */
struct socket_draft *load_add_socket(struct load *l, const char *name);
struct worker_draft *load_add_worker(struct load *l, const char *name);

/* A name that messages and files can hold; else reported. */
bool load_check_name(struct load *l, const char *kind, const char *name);
/* Report that NAME, a KIND, was defined before. */
void load_refuse_again(struct load *l, const char *kind, const char *name,
    const struct conf_at *first);

#define LOAD_INCLUDE_DEPTH_MAX 8

#endif
