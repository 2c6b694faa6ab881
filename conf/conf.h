#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/log.h"
#include "conf/errors.h"

/*
 * The configuration as checked structs: what `eider serve` and `eider check`
 * work from. Used by the supervisor only.
 *
 * Everything a struct conf points to is arena: it dies, wiped, with the
 * struct conf it belongs to. Text is UTF-8 without NULs; struct conf_bytes is
 * followed by a NUL that its length does not count. Nothing changes after
 * conf_load() has returned.
 */

#define CONF_HASH_LEN 32
#define CONF_NONE SIZE_MAX /* an index that names nothing */

struct conf_bytes {
	const uint8_t *data; /* NULL: an absent value, JavaScript's null */
	size_t len;
	const char *source; /* how the config spells it, for conf_dump() */
};

/* A service, as a socket, a route or a binding names it. */
struct conf_designator {
	const char *service;    /* NULL: none */
	const char *entrypoint; /* NULL: the default export */
	const char *props;      /* JSON text; NULL: none */
	size_t worker;          /* index into conf.workers, checked */
};

enum conf_address_kind {
	CONF_ADDRESS_NONE, /* to be given by --socket-addr or --socket-fd */
	CONF_ADDRESS_ANY,  /* "*": [::] for both families, else 0.0.0.0 */
	CONF_ADDRESS_IP4,
	CONF_ADDRESS_IP6,
	CONF_ADDRESS_UNIX,
	CONF_ADDRESS_UNIX_ABSTRACT,
};

struct conf_address {
	enum conf_address_kind kind;
	const char *text; /* as written, for messages */
	uint16_t port;    /* 0: any free port; for the IP kinds */
	/*
	 * Ready for bind(2); for ANY the IPv6 form. A relative path of a unix
	 * address was made absolute.
	 */
	struct sockaddr_storage sockaddr;
	socklen_t sockaddr_len;
};

enum conf_http_style { CONF_HTTP_STYLE_HOST, CONF_HTTP_STYLE_PROXY };

struct conf_header {
	const char *name;
	const char *value; /* NULL: remove the header */
};

struct conf_http {
	enum conf_http_style style;
	const char *forwarded_proto_header; /* NULL: none */
	const char *cf_blob_header;         /* NULL: none */
	const struct conf_header *inject_request_headers;
	size_t ninject_request_headers;
	const struct conf_header *inject_response_headers;
	size_t ninject_response_headers;
};

struct conf_keypair {
	struct conf_bytes private_key;       /* PEM; see conf_wipe_keys() */
	struct conf_bytes certificate_chain; /* PEM */
	struct conf_bytes ocsp_response;     /* DER; absent: none */
	int64_t not_before;                  /* of the certificate, UTC */
	int64_t not_after;
	struct conf_at at;
};

enum conf_client_certs {
	CONF_CLIENT_CERTS_NO,
	CONF_CLIENT_CERTS_OPTIONAL,
	CONF_CLIENT_CERTS_REQUIRED,
};

enum conf_tls_version {
	CONF_TLS_GOOD_DEFAULT,
	CONF_TLS_1_2,
	CONF_TLS_1_3,
};

/* TlsOptions of a socket. Keys and certificates fit together. */
struct conf_tls {
	const struct conf_keypair *keypairs; /* [0] for unknown names */
	size_t nkeypairs;
	struct conf_keypair keypair; /* "keypair.privateKey = " and so on */
	enum conf_client_certs client_certs;
	bool trust_browser_cas;
	const struct conf_bytes *trusted; /* PEM, each one or more */
	size_t ntrusted;
	enum conf_tls_version min_version;
	const char *cipher_list; /* NULL: the default */
};

/* Who speaks the PROXY protocol on a socket. */
struct conf_net {
	uint8_t address[16]; /* IPv4 as mapped IPv6 */
	uint8_t bits;        /* of 128 */
	bool is_unix;        /* instead: any peer on a Unix socket */
	const char *text;    /* as written */
};

enum conf_access_log_sink {
	CONF_ACCESS_LOG_NONE,
	CONF_ACCESS_LOG_STDERR,
	CONF_ACCESS_LOG_JOURNAL,
	CONF_ACCESS_LOG_FILE,
};

struct conf_access_log {
	enum conf_access_log_sink sink;
	const char *path; /* of the file, or of the journal's socket */
};

enum conf_access_format { CONF_ACCESS_COMBINED, CONF_ACCESS_JSON };

/*
 * One `routes` entry: HOST/PATH. The first that matches wins; when none does,
 * the socket's service answers, or 404 where it has none.
 */
struct conf_route {
	const char *host; /* lower case: exact, "*.example.com", or "": any */
	const char *path; /* exact, or a prefix that ends in "*" */
	struct conf_designator target;
	struct conf_at at;
};

/* What fronts bound: base/front_limits.def. */
struct conf_front_limits {
#define LIMIT(field_, key_, type_, number_, def_, min_, max_, text_)           \
	uint64_t field_;
#include "base/front_limits.def"
};

struct conf_socket {
	const char *name;
	struct conf_address address;
	int fd; /* of --socket-fd, a listening socket to take; -1: bind address
		 */
	struct conf_http http; /* also of https */
	bool is_https;
	struct conf_tls tls;
	const struct conf_net *proxies;
	size_t nproxies; /* 0: the PROXY protocol is not spoken */
	bool server_timing;
	struct conf_access_log access_log;
	enum conf_access_format access_format;
	struct conf_designator service;
	const struct conf_route *routes;
	size_t nroutes;
	struct conf_front_limits limits;
	struct conf_at at;
};

/* The kinds of a module; the numbers are for the wire and never reused. */
enum conf_module_kind {
#define MODULE(NAME_, number_, tag_, text_) CONF_MODULE_##NAME_ = number_,
#include "conf/modules.def"
#undef MODULE
};

struct conf_module {
	const char *name; /* the specifier others import it by */
	enum conf_module_kind kind;
	struct conf_bytes bytes;          /* never absent */
	const char *const *named_exports; /* of a CommonJS module */
	size_t nnamed_exports;
	const char *path; /* the file it came from; NULL: from the config */
	struct conf_at at;
};

/* The kinds of a binding; the numbers are for the wire and never reused. */
enum conf_binding_kind {
#define BINDING(NAME_, number_, tag_, text_) CONF_BINDING_##NAME_ = number_,
#include "conf/bindings.def"
#undef BINDING
};

struct conf_binding {
	const char *name;
	enum conf_binding_kind kind;
	/*
	 * TEXT, JSON (valid UTF-8; JSON is parsed by the worker), DATA, and
	 * FROM_ENVIRONMENT: the variable's value now, absent where it is unset.
	 */
	struct conf_bytes value;
	struct conf_designator service; /* SERVICE */
	struct conf_at at;
};

/* What one worker may use. 0 nowhere means "no limit": all are bounded. */
struct conf_limits {
#define LIMIT(field_, key_, type_, def_, min_, max_, text_) uint64_t field_;
#include "base/worker_limits.def"
};

/* What all processes of one tenant may use together; 0: no limit. */
struct conf_totals {
	uint64_t workers; /* processes at a time */
	uint64_t memory_bytes;
	unsigned int cpu_percent; /* of one core */
	unsigned int cpu_weight;  /* against other tenants */
};

enum conf_zygote { CONF_ZYGOTE_SHARED, CONF_ZYGOTE_TENANT };

/* An owner of workers. */
struct conf_tenant {
	const char *name;
	const char *root; /* absolute: its own files are beneath; NULL: none */
	const char *const *services; /* what its own files may refer to */
	size_t nservices;
	const char *const *includes; /* its own config files, below ROOT */
	size_t nincludes;
	unsigned int uid; /* 0: one of the range */
	enum conf_zygote zygote;
	struct conf_limits limits; /* of each of its workers, at most */
	struct conf_totals totals;
	struct conf_at at;
};

struct conf_worker {
	const char *name;
	const char *tenant;             /* name; NULL: the default one */
	const char *compatibility_date; /* "2026-11-01" */
	const char *const *compatibility_flags;
	size_t ncompatibility_flags;
	/*
	 * The first module is the main one. A serviceWorkerScript is the only
	 * module, of kind CONF_MODULE_SCRIPT.
	 */
	const struct conf_module *modules;
	size_t nmodules;
	const struct conf_binding *bindings;
	size_t nbindings;
	struct conf_designator global_outbound; /* where fetch() goes */
	struct conf_limits limits;
	uint64_t idle_timeout_ms;
	unsigned int instances;
	/* Of everything above and the limits: same hash, nothing changed. */
	uint8_t hash[CONF_HASH_LEN];
	struct conf_at at;
};

enum conf_sandbox {
	CONF_SANDBOX_AUTO,
	CONF_SANDBOX_NONE,
	CONF_SANDBOX_REQUIRE_A,
	CONF_SANDBOX_REQUIRE_B,
	CONF_SANDBOX_REQUIRE_C,
};

struct conf_server {
	const char *state_dir; /* absolute; not made or looked at here */
	unsigned int fronts;   /* 0: one per core */
	enum conf_sandbox sandbox;
	uint64_t stop_timeout_ms; /* SIGTERM: from draining to SIGKILL */
	uint64_t idle_timeout_ms; /* defaults of workers, applied already */
	struct conf_limits limits;
	struct conf_front_limits front_limits; /* defaults of sockets */
	struct conf_totals totals;             /* of the default tenant */
	unsigned int first_uid;                /* of roles and tenants */
	uint64_t ticket_rotation_ms;           /* of TLS session tickets */
	struct conf_access_log access_log;     /* defaults of sockets */
	enum conf_access_format access_format;
	const char *const *includes; /* as written */
	size_t nincludes;
};

enum conf_structured {
	CONF_STRUCTURED_AUTO, /* text on a terminal, JSON otherwise */
	CONF_STRUCTURED_NO,
	CONF_STRUCTURED_YES,
};

struct conf_logging {
	enum conf_structured structured;
	enum log_level level;
};

struct conf {
	struct conf_server server;
	struct conf_logging logging;
	const struct conf_socket *sockets;
	size_t nsockets;
	const struct conf_worker *workers;
	size_t nworkers;
	const struct conf_tenant *tenants;
	size_t ntenants;
	/*
	 * Made from a script: one worker and one socket on 127.0.0.1:8080. The
	 * worker is to be started at once; an error in it ends `eider serve`.
	 */
	bool is_from_script;
	const char
	    *path; /* the config or script that was loaded, for messages */
	struct conf_pool *pool; /* owned: all the above */
};

/* What the command line adds. Borrowed, for the call. */
struct conf_options {
	const char *const *socket_addrs; /* "NAME=ADDR", of --socket-addr */
	size_t nsocket_addrs;
	const char *const *socket_fds; /* "NAME=FD", of --socket-fd */
	size_t nsocket_fds;
	bool is_verbose; /* --verbose: log level debug */
	bool is_test;    /* nothing is served: no socket is fine */
	/* Refuse embed(), env(), credential(), include, fromEnvironment. */
	bool is_hermetic;
};

/*
 * Load what `eider serve` and `eider check` are given.
 *
 * path     a directory (its eider.ini, else the "main" of its package.json,
 *          else its index.*), a script (by its ending: .js .mjs .cjs .ts .mts
 *          .cts .jsx .tsx), or any other file: an INI config
 * options  NULL: none
 * errors   initialised; every finding is added to it
 * out      owned by the caller; release with conf_free()
 *
 * Reads the config, what it includes and embeds, and the environment variables
 * and credentials it names. Returns 0, or ERR_SYNTAX with at least one message.
 */
int conf_load(const char *path, const struct conf_options *options,
    struct conf_errors *errors, struct conf **out);

/*
 * Like conf_load() for an INI config in memory. NAME stands in messages;
 * relative paths start from the working directory.
 */
int conf_load_text(const char *name, const char *text, size_t len,
    const struct conf_options *options, struct conf_errors *errors,
    struct conf **out);

/*
 * Call FN for each limit of worker W: its key without "limits.", its value in
 * milliseconds, bytes or pieces, and as text.
 */
void conf_worker_limits(const struct conf_worker *w,
    void (*fn)(void *arg, const char *key, uint64_t value, const char *text),
    void *arg);

/* Accepts a pointer to NULL; wipes what it frees; keeps errno. */
void conf_free(struct conf **conf);

/*
 * Wipe the private keys of all sockets, once they are where they belong: only
 * their lengths are left.
 */
void conf_wipe_keys(struct conf *conf);

/* NULL where there is none of that name. */
const struct conf_socket *conf_find_socket(const struct conf *conf,
    const char *name);
const struct conf_worker *conf_find_worker(const struct conf *conf,
    const char *name);

/*
 * The configuration as INI text that loads to the same structs, defaults
 * included: `eider check --dump`. Owned by the caller, free(3).
 */
char *conf_dump(const struct conf *conf);

/* Names for messages and the dump. */
const char *conf_module_kind_name(enum conf_module_kind kind);
const char *conf_binding_kind_name(enum conf_binding_kind kind);
const char *conf_sandbox_name(enum conf_sandbox sandbox);

/* The newest compatibilityDate this version knows: "YYYY-MM-DD". */
const char *conf_newest_compatibility_date(void);

#endif
