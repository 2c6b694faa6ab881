/*
 * What can be said when everything has been read.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/finish.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "conf/address.h"
#include "conf/errors.h"
#include "conf/hash.h"
#include "conf/keypair.h"
#include "conf/set.h"
#include "conf/tenant.h"
#include "conf/value.h"

/* The port of an override without one. */
#define OVERRIDE_PORT 80
#define OVERRIDE_HTTPS_PORT 443

/* Where state lives when nobody says so; operators know these places. */
static const char *
default_state_dir(struct load *l)
{
	const char *dir;

	if (geteuid() == 0)
		return "/var/lib/eider";
	dir = getenv("XDG_STATE_HOME");
	if (dir != NULL && *dir == '/')
		return pool_printf(l->pool, "%s/eider", dir);
	dir = getenv("HOME");
	if (dir != NULL && *dir == '/')
		return pool_printf(l->pool, "%s/.local/state/eider", dir);
	return "/var/lib/eider";
}

/*
 * The socket that OPTION names as "NAME=VALUE"; NULL after an error.
 */
static struct socket_draft *
find_override(struct load *l, const char *option, const char *text,
    const char **value_out)
{
	const char *equals = strchr(text, '='), *name;
	struct names_nearest nearest = {NULL, 0};
	size_t i;

	if (equals == NULL || equals == text) {
		conf_errors_add(l->errors, NULL,
		    "%s: \"%s\" has not the form NAME=VALUE", option, text);
		return NULL;
	}
	name = pool_memdup(l->scratch, text, (size_t)(equals - text));
	i = names_find(&l->socket_names, name);
	if (i != CONF_NONE) {
		*value_out = equals + 1;
		return l->sockets[i];
	}
	for (i = 0; i < l->nsockets; i++)
		names_offer(&nearest, name, l->sockets[i]->socket.name);
	if (nearest.name == NULL && l->nsockets > 0)
		nearest.name = l->sockets[0]->socket.name;
	conf_errors_add(l->errors, NULL,
	    "%s: the config defines no socket \"%s\"%s%s%s", option, name,
	    nearest.name != NULL ? "; there is \"" : "",
	    nearest.name != NULL ? nearest.name : "",
	    nearest.name != NULL ? "\"" : "");
	return NULL;
}

static void
apply_overrides(struct load *l)
{
	const struct conf_options *o = l->options;
	const char *value, *why;
	struct socket_draft *d;
	uint64_t fd;
	size_t i;

	for (i = 0; o != NULL && i < o->nsocket_addrs; i++) {
		d = find_override(l, "--socket-addr", o->socket_addrs[i],
		    &value);
		if (d == NULL)
			continue;
		why = address_read(l->pool, value, OVERRIDE_PORT, l->dir,
		    &d->socket.address);
		if (why != NULL)
			conf_errors_add(l->errors, NULL,
			    "--socket-addr: \"%s\" %s", value, why);
	}
	for (i = 0; o != NULL && i < o->nsocket_fds; i++) {
		d = find_override(l, "--socket-fd", o->socket_fds[i], &value);
		if (d == NULL)
			continue;
		if (value_read_count(value, &fd) != 0 || fd > 1000000)
			conf_errors_add(l->errors, NULL,
			    "--socket-fd: \"%s\" is not the number of a "
			    "descriptor",
			    value);
		else
			d->socket.fd = (int)fd;
	}
	if (o != NULL && o->is_verbose)
		l->conf->logging.level = LOG_DEBUG;
}

/* Find the worker that D names. */
static void
resolve(struct load *l, struct conf_designator *d, const struct conf_at *at,
    const char *who, const char *name)
{
	struct names_nearest nearest = {NULL, 0};
	size_t i;

	d->worker = CONF_NONE;
	if (d->service == NULL)
		return;
	i = names_find(&l->services, d->service);
	if (i != CONF_NONE && i != LOAD_SERVICE_LATER)
		d->worker = i;
	if (i != CONF_NONE)
		return;
	if (strcmp(d->service, "internet") == 0) {
		conf_errors_add(l->errors, at,
		    "%s \"%s\": the network service \"internet\" is not "
		    "supported by this version",
		    who, name);
		return;
	}
	for (i = 0; i < l->nworkers && load_is_heard(l); i++)
		names_offer(&nearest, d->service, l->workers[i]->worker.name);
	conf_errors_add(l->errors, at,
	    "%s \"%s\": no service \"%s\" is defined; %s%s%s", who, name,
	    d->service, nearest.name != NULL ? "nearest is \"" : "add [worker ",
	    nearest.name != NULL ? nearest.name : d->service,
	    nearest.name != NULL ? "\"" : "]");
}

/* Where KEY was mentioned, be it with an error; `file` NULL: nowhere. */
static const struct conf_at *
find_set(const struct target *target, const char *key)
{
	const struct schema_row *row = schema_find(target->owner, key, NULL);

	ASSERT(row != NULL);
	return &target->set_at[row - schema_rows];
}

static bool
was_set(const struct target *target, const char *key)
{
	return find_set(target, key)->file != NULL;
}

/* Where a key that begins with PREFIX was set; `file` NULL: nowhere. */
static const struct conf_at *
find_prefix(const struct target *target, const char *prefix)
{
	static const struct conf_at nowhere = {.file = NULL};
	size_t i;

	for (i = 0; i < schema_nrows; i++)
		if (schema_rows[i].owner == target->owner &&
		    target->set_at[i].file != NULL &&
		    strncmp(schema_rows[i].key, prefix, strlen(prefix)) == 0)
			return &target->set_at[i];
	return &nowhere;
}

/* http or https, not both; https is another port where none is given. */
static void
check_kind(struct load *l, struct socket_draft *d)
{
	const struct conf_at *https = find_prefix(&d->target, "https");
	const struct conf_at *http = find_prefix(&d->target, "http.");
	struct conf_socket *s = &d->socket;

	if (https->file == NULL)
		return;
	if (http->file == NULL && was_set(&d->target, "http"))
		http = find_set(&d->target, "http");
	if (http->file != NULL)
		conf_errors_add(l->errors, http,
		    "socket \"%s\": has https already, at %s:%u; write "
		    "https.options.NAME instead of http.NAME",
		    s->name, https->file, https->line);
	s->is_https = true;
	if (s->tls.nkeypairs == 0 &&
	    find_prefix(&d->target, "https.tlsOptions.keypair")->file == NULL)
		conf_errors_add(l->errors, https,
		    "socket \"%s\": https needs a certificate; write "
		    "https.tlsOptions.keypair = privateKey=embed(FILE) "
		    "certificateChain=embed(FILE)",
		    s->name);
	if (s->address.kind >= CONF_ADDRESS_ANY &&
	    s->address.kind <= CONF_ADDRESS_IP6)
		(void)address_read(l->pool, s->address.text,
		    OVERRIDE_HTTPS_PORT, l->dir, &s->address);
	keypair_check(l, d);
}

static void
check_socket(struct load *l, struct socket_draft *d)
{
	struct conf_socket *s = &d->socket;
	const struct conf_at *at;
	size_t i;

	check_kind(l, d);
	if (s->address.kind == CONF_ADDRESS_NONE && s->fd == -1 &&
	    !was_set(&d->target, "address"))
		conf_errors_add(l->errors, &s->at,
		    "socket \"%s\": has no address; write address = *:8080, "
		    "or give --socket-addr %s=*:8080",
		    s->name, s->name);
	if (s->service.service == NULL && s->nroutes == 0 &&
	    !was_set(&d->target, "service") &&
	    !was_set(&d->target, "service.name") &&
	    !was_set(&d->target, "routes"))
		conf_errors_add(l->errors, &s->at,
		    "socket \"%s\": nobody answers; write service = NAME, or "
		    "routes",
		    s->name);
	at = find_set(&d->target, "service");
	resolve(l, &s->service, at->file != NULL ? at : &s->at, "socket",
	    s->name);
	for (i = 0; i < s->nroutes; i++)
		resolve(l, &d->routes[i].target, &d->routes[i].at,
		    "route of socket", s->name);
}

static void
check_modules(struct load *l, struct worker_draft *d)
{
	const struct conf_worker *w = &d->worker;
	const struct conf_module *main_module = w->modules;

	if (w->nmodules == 0) {
		if (!was_set(&d->target, "modules") &&
		    !was_set(&d->target, "serviceWorkerScript"))
			conf_errors_add(l->errors, &w->at,
			    "worker \"%s\": has no code; write modules = "
			    "main.js "
			    "esModule embed(main.js)",
			    w->name);
		return;
	}
	if (main_module->kind == CONF_MODULE_SCRIPT && w->nmodules > 1)
		conf_errors_add(l->errors, &w->modules[1].at,
		    "worker \"%s\": has both serviceWorkerScript and modules; "
		    "write one of them",
		    w->name);
	else if (main_module->kind != CONF_MODULE_SCRIPT &&
		 main_module->kind != CONF_MODULE_ES &&
		 main_module->kind != CONF_MODULE_COMMONJS)
		conf_errors_add(l->errors, &main_module->at,
		    "worker \"%s\": the first module, \"%s\", is the main one "
		    "and cannot be of the kind %s; put the code first",
		    w->name, main_module->name,
		    conf_module_kind_name(main_module->kind));
}

static void
check_worker(struct load *l, struct worker_draft *d)
{
	struct conf_worker *w = &d->worker;
	struct conf_binding *b;
	size_t i;

	if (w->compatibility_date == NULL &&
	    !was_set(&d->target, "compatibilityDate"))
		conf_errors_add(l->errors, &w->at,
		    "worker \"%s\": needs compatibilityDate; write "
		    "compatibilityDate = %s",
		    w->name, conf_newest_compatibility_date());
	check_modules(l, d);
	tenant_check_worker(l, d);
	for (i = 0; i < w->nbindings; i++) {
		b = &d->bindings[i];
		if (b->kind == CONF_BINDING_SERVICE)
			resolve(l, &b->service, &b->at, "binding", b->name);
		else
			b->service.worker = CONF_NONE;
	}
	resolve(l, &w->global_outbound, find_set(&d->target, "globalOutbound"),
	    "globalOutbound of worker", w->name);
	hash_worker(w);
}

/* The drafts' public structs as arrays. */
static void
publish(struct load *l)
{
	struct conf *conf = l->conf;
	struct conf_socket *sockets;
	struct conf_worker *workers;
	struct conf_tenant *tenants;
	size_t i;

	sockets = pool_alloc(l->pool, l->nsockets * sizeof *sockets);
	for (i = 0; i < l->nsockets; i++)
		sockets[i] = l->sockets[i]->socket;
	conf->sockets = sockets;
	conf->nsockets = l->nsockets;
	workers = pool_alloc(l->pool, l->nworkers * sizeof *workers);
	for (i = 0; i < l->nworkers; i++)
		workers[i] = l->workers[i]->worker;
	tenants = pool_alloc(l->pool, l->ntenants * sizeof *tenants);
	for (i = 0; i < l->ntenants; i++)
		tenants[i] = l->tenants[i]->tenant;
	conf->tenants = tenants;
	conf->ntenants = l->ntenants;
	conf->workers = workers;
	conf->nworkers = l->nworkers;
}

void
finish_load(struct load *l)
{
	struct conf_at nowhere = {.file = "default"};
	size_t i;

	l->at = nowhere;
	l->where = NULL;
	set_defaults(l, &l->server.target);
	set_defaults(l, &l->logging);
	for (i = 0; i < l->nsockets; i++)
		set_defaults(l, &l->sockets[i]->target);
	for (i = 0; i < l->ntenants; i++)
		set_defaults(l, &l->tenants[i]->target);
	for (i = 0; i < l->nworkers; i++)
		set_defaults(l, &l->workers[i]->target);
	if (l->conf->server.state_dir == NULL)
		l->conf->server.state_dir = default_state_dir(l);
	apply_overrides(l);
	for (i = 0; i < l->nsockets; i++)
		check_socket(l, l->sockets[i]);
	tenant_check_all(l);
	for (i = 0; i < l->nworkers; i++)
		check_worker(l, l->workers[i]);
	if (l->errors->n == 0 && l->nsockets == 0 &&
	    (l->options == NULL || !l->options->is_test))
		conf_errors_add(l->errors,
		    &(struct conf_at){.file = l->conf->path},
		    "no [socket] is defined; write [socket http] with address "
		    "and service");
	publish(l);
}
