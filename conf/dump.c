/*
 * The config as INI text that loads to the same structs.
 *
 * Runs in: supervisor, for `eider check --dump`. Values that came from the
 * environment or from a credential are written as such: secrets stay where
 * they are.
 */
#include "config.h"

#include "conf/dump.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/pool.h"
#include "conf/schema.h"
#include "conf/set.h"
#include "conf/value.h"
#include "conf/words.h"

struct dump {
	struct buf text;
	struct conf_pool *pool;
};

typedef void print_fn(struct dump *d, const struct schema_row *row,
    const void *base);

static print_fn print_number, print_text, print_level, print_sandbox,
    print_structured, print_style, print_zygote, print_services, print_address,
    print_designator, print_flags, print_headers, print_routes, print_modules,
    print_bindings, print_bool, print_select, print_client_certs,
    print_tls_version, print_access_log, print_access_format, print_keypairs,
    print_certificates, print_nets;

/* NULL: another row prints it. */
static print_fn *const printers[SCHEMA_TYPES] = {
    [SCHEMA_COUNT] = print_number,
    [SCHEMA_SIZE] = print_number,
    [SCHEMA_DURATION] = print_number,
    [SCHEMA_PATH] = print_text,
    [SCHEMA_DATE] = print_text,
    [SCHEMA_FIELD_NAME] = print_text,
    [SCHEMA_LEVEL] = print_level,
    [SCHEMA_SANDBOX] = print_sandbox,
    [SCHEMA_STRUCTURED] = print_structured,
    [SCHEMA_STYLE] = print_style,
    [SCHEMA_ZYGOTE] = print_zygote,
    [SCHEMA_NAME] = print_text,
    [SCHEMA_SERVICES] = print_services,
    [SCHEMA_BOOL] = print_bool,
    [SCHEMA_TEXT] = print_text,
    [SCHEMA_CLIENT_CERTS] = print_client_certs,
    [SCHEMA_TLS_VERSION] = print_tls_version,
    [SCHEMA_ACCESS_LOG] = print_access_log,
    [SCHEMA_ACCESS_FORMAT] = print_access_format,
    [SCHEMA_SELECT] = print_select,
    [SCHEMA_ADDRESS] = print_address,
    [SCHEMA_DESIGNATOR] = print_designator,
    [SCHEMA_FLAGS] = print_flags,
    [SCHEMA_HEADERS] = print_headers,
    [SCHEMA_ROUTES] = print_routes,
    [SCHEMA_KEYPAIRS] = print_keypairs,
    [SCHEMA_CERTIFICATES] = print_certificates,
    [SCHEMA_NETS] = print_nets,
    [SCHEMA_MODULES] = print_modules,
    [SCHEMA_BINDINGS] = print_bindings,
};

static void
put(struct dump *d, const char *s)
{
	buf_put(&d->text, s, strlen(s));
}

static void
put_quoted(struct dump *d, const char *s)
{
	put(d, words_quote(d->pool, s, strlen(s)));
}

/* "key = "; the caller goes on with the value. */
static void
put_key(struct dump *d, const struct schema_row *row)
{
	put(d, row->key);
	put(d, " = ");
}

static const void *
field_of(const struct schema_row *row, const void *base)
{
	return (const char *)base + row->offset;
}

/* A number of ROW's, also as text. */
static uint64_t
write_number(const struct schema_row *row, const void *base,
    char text[VALUE_TEXT_SIZE])
{
	unsigned int small;
	uint64_t v;

	if (row->size == sizeof small) {
		memcpy(&small, field_of(row, base), sizeof small);
		v = small;
	} else {
		memcpy(&v, field_of(row, base), sizeof v);
	}
	if (row->type == SCHEMA_SIZE)
		value_write_size(v, text);
	else if (row->type == SCHEMA_DURATION)
		value_write_duration(v, text);
	else
		value_write_count(v, text);
	return v;
}

static void
print_number(struct dump *d, const struct schema_row *row, const void *base)
{
	char text[VALUE_TEXT_SIZE];

	(void)write_number(row, base, text);
	put_key(d, row);
	put(d, text);
	put(d, "\n");
}

static void
print_text(struct dump *d, const struct schema_row *row, const void *base)
{
	const char *s;

	memcpy(&s, field_of(row, base), sizeof s);
	if (s == NULL)
		return;
	put_key(d, row);
	put_quoted(d, s);
	put(d, "\n");
}

static void
print_keyword(struct dump *d, const struct schema_row *row,
    const struct value_keyword *table, int value)
{
	put_key(d, row);
	put(d, value_keyword_name(table, value));
	put(d, "\n");
}

static void
print_level(struct dump *d, const struct schema_row *row, const void *base)
{
	const enum log_level *v = field_of(row, base);

	print_keyword(d, row, set_levels, (int)*v);
}

static void
print_sandbox(struct dump *d, const struct schema_row *row, const void *base)
{
	const enum conf_sandbox *v = field_of(row, base);

	print_keyword(d, row, set_sandboxes, (int)*v);
}

static void
print_structured(struct dump *d, const struct schema_row *row, const void *base)
{
	const enum conf_structured *v = field_of(row, base);

	print_keyword(d, row, set_structured, (int)*v);
}

static void
print_style(struct dump *d, const struct schema_row *row, const void *base)
{
	const enum conf_http_style *v = field_of(row, base);

	print_keyword(d, row, set_styles, (int)*v);
}

static void
print_zygote(struct dump *d, const struct schema_row *row, const void *base)
{
	const enum conf_zygote *v = field_of(row, base);

	print_keyword(d, row, set_zygotes, (int)*v);
}

static void
print_services(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_tenant *t = base;

	for (size_t i = 0; i < t->nservices; i++) {
		put_key(d, row);
		put_quoted(d, t->services[i]);
		put(d, "\n");
	}
}

static void
print_bool(struct dump *d, const struct schema_row *row, const void *base)
{
	const bool *v = field_of(row, base);

	put_key(d, row);
	put(d, *v ? "true\n" : "false\n");
}

/* "http =" is the default; "https =" says what the other keys do, too. */
static void
print_select(struct dump *d, const struct schema_row *row, const void *base)
{
	if (row->offset != offsetof(struct conf_socket, is_https))
		return;
	(void)base;
	put_key(d, row);
	put(d, "\n");
}

static void
print_client_certs(struct dump *d, const struct schema_row *row,
    const void *base)
{
	const enum conf_client_certs *v = field_of(row, base);

	print_keyword(d, row, set_client_certs, (int)*v);
}

static void
print_tls_version(struct dump *d, const struct schema_row *row,
    const void *base)
{
	const enum conf_tls_version *v = field_of(row, base);

	print_keyword(d, row, set_tls_versions, (int)*v);
}

static void
print_access_format(struct dump *d, const struct schema_row *row,
    const void *base)
{
	const enum conf_access_format *v = field_of(row, base);

	print_keyword(d, row, set_access_formats, (int)*v);
}

static void
print_access_log(struct dump *d, const struct schema_row *row, const void *base)
{
	static const char *const sinks[] = {
	    [CONF_ACCESS_LOG_NONE] = "none",
	    [CONF_ACCESS_LOG_STDERR] = "stderr",
	    [CONF_ACCESS_LOG_JOURNAL] = "journald",
	    [CONF_ACCESS_LOG_FILE] = "",
	};
	const struct conf_access_log *v = field_of(row, base);

	put_key(d, row);
	put_quoted(d,
	    pool_printf(d->pool, "%s%s%s", sinks[v->sink],
		v->sink == CONF_ACCESS_LOG_JOURNAL && v->path != NULL ? ":"
								      : "",
		v->path != NULL ? v->path : ""));
	put(d, "\n");
}

static void
put_part(struct dump *d, const char *key, const struct conf_bytes *part)
{
	if (part->data == NULL)
		return;
	put(d, key);
	put(d, part->source);
}

static void
print_keypairs(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_tls *tls = &((const struct conf_socket *)base)->tls;
	size_t i;

	for (i = 0; i < tls->nkeypairs; i++) {
		put(d, row->key);
		put(d, " =");
		put_part(d, " privateKey=", &tls->keypairs[i].private_key);
		put_part(d,
		    " certificateChain=", &tls->keypairs[i].certificate_chain);
		put_part(d, " ocspResponse=", &tls->keypairs[i].ocsp_response);
		put(d, "\n");
	}
}

/* Without those that trustBrowserCas stands for, which come last. */
static void
print_certificates(struct dump *d, const struct schema_row *row,
    const void *base)
{
	const struct conf_tls *tls = &((const struct conf_socket *)base)->tls;
	size_t i, n = tls->ntrusted;

	if (tls->trust_browser_cas && n > 0)
		n--;
	for (i = 0; i < n; i++) {
		put_key(d, row);
		put(d, tls->trusted[i].source);
		put(d, "\n");
	}
}

static void
print_nets(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_socket *s = base;
	size_t i;

	for (i = 0; i < s->nproxies; i++) {
		put_key(d, row);
		put_quoted(d, s->proxies[i].text);
		put(d, "\n");
	}
}

static void
print_address(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_address *a = field_of(row, base);

	if (a->kind == CONF_ADDRESS_NONE)
		return;
	put_key(d, row);
	put_quoted(d, a->text);
	put(d, "\n");
}

static void
put_designator(struct dump *d, const struct conf_designator *s)
{
	put_quoted(d, s->service);
	if (s->entrypoint != NULL) {
		put(d, " entrypoint=");
		put_quoted(d, s->entrypoint);
	}
	if (s->props != NULL) {
		put(d, " props.json=");
		put_quoted(d, s->props);
	}
	put(d, "\n");
}

static void
print_designator(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_designator *s = field_of(row, base);

	if (s->service == NULL)
		return;
	put_key(d, row);
	put_designator(d, s);
}

static void
print_flags(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_worker *w = base;
	size_t i;

	for (i = 0; i < w->ncompatibility_flags; i++) {
		put_key(d, row);
		put_quoted(d, w->compatibility_flags[i]);
		put(d, "\n");
	}
}

static void
print_headers(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_http *http =
	    &((const struct conf_socket *)base)->http;
	bool is_request = row->offset == offsetof(struct conf_socket,
					     http.inject_request_headers);
	const struct conf_header *list = is_request
					     ? http->inject_request_headers
					     : http->inject_response_headers;
	size_t i, n = is_request ? http->ninject_request_headers
				 : http->ninject_response_headers;

	for (i = 0; i < n; i++) {
		put_key(d, row);
		put_quoted(d, list[i].name);
		if (list[i].value != NULL) {
			put(d, " ");
			put_quoted(d, list[i].value);
		}
		put(d, "\n");
	}
}

static void
print_routes(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_socket *s = base;
	const struct conf_route *r;
	size_t i;

	for (i = 0; i < s->nroutes; i++) {
		r = &s->routes[i];
		put_key(d, row);
		put_quoted(d, pool_printf(d->pool, "%s%s",
				  *r->host ? r->host : "*", r->path));
		put(d, " ");
		put_designator(d, &r->target);
	}
}

static void
print_modules(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_worker *w = base;
	const struct conf_module *m;
	size_t i, j;

	for (i = 0; i < w->nmodules; i++) {
		m = &w->modules[i];
		if (m->kind == CONF_MODULE_SCRIPT) {
			put(d, "serviceWorkerScript = ");
		} else {
			put_key(d, row);
			put_quoted(d, m->name);
			put(d, " ");
			put(d, conf_module_kind_name(m->kind));
			put(d, " ");
		}
		put(d, m->bytes.source);
		for (j = 0; j < m->nnamed_exports; j++) {
			put(d, " namedExports=");
			put_quoted(d, m->named_exports[j]);
		}
		put(d, "\n");
	}
}

static void
print_bindings(struct dump *d, const struct schema_row *row, const void *base)
{
	const struct conf_worker *w = base;
	const struct conf_binding *b;
	size_t i;

	for (i = 0; i < w->nbindings; i++) {
		b = &w->bindings[i];
		put_key(d, row);
		put_quoted(d, b->name);
		put(d, " ");
		put(d, conf_binding_kind_name(b->kind));
		put(d, " ");
		if (b->kind == CONF_BINDING_SERVICE) {
			put_designator(d, &b->service);
			continue;
		}
		put(d, b->value.source);
		put(d, "\n");
	}
}

/* A socket has the keys of http or of https. */
static bool
is_of_other_kind(const struct schema_row *row, const void *base)
{
	const struct conf_socket *s = base;

	if (row->owner != SCHEMA_SOCKET)
		return false;
	return strncmp(row->key, s->is_https ? "http." : "https", 5) == 0;
}

static void
put_rows(struct dump *d, enum schema_owner owner, const void *base)
{
	const struct schema_row *row;
	size_t i;

	for (i = 0; i < schema_nrows; i++) {
		row = &schema_rows[i];
		if (row->owner == owner && !row->is_later &&
		    printers[row->type] != NULL && !is_of_other_kind(row, base))
			printers[row->type](d, row, base);
	}
}

static void
put_header(struct dump *d, const char *kind, const char *name)
{
	const char *s;
	bool is_bare = *name != '\0';

	for (s = name; *s != '\0'; s++)
		if (strchr(" \t.;#\"'()[]\\", *s) != NULL)
			is_bare = false;
	put(d, "\n[");
	put(d, kind);
	put(d, is_bare ? " " : " \"");
	for (s = name; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			put(d, "\\");
		buf_put(&d->text, s, 1);
	}
	put(d, is_bare ? "]\n" : "\"]\n");
}

char *
dump_config(const struct conf *conf)
{
	struct dump d = {.pool = pool_new()};
	char *text;
	size_t i;

	buf_init(&d.text);
	put(&d, "[server]\n");
	put_rows(&d, SCHEMA_SERVER, &conf->server);
	put(&d, "\n[logging]\n");
	put_rows(&d, SCHEMA_LOGGING, &conf->logging);
	for (i = 0; i < conf->nsockets; i++) {
		put_header(&d, "socket", conf->sockets[i].name);
		put_rows(&d, SCHEMA_SOCKET, &conf->sockets[i]);
	}
	for (i = 0; i < conf->ntenants; i++) {
		put_header(&d, "tenant", conf->tenants[i].name);
		put_rows(&d, SCHEMA_TENANT, &conf->tenants[i]);
	}
	for (i = 0; i < conf->nworkers; i++) {
		put_header(&d, "worker", conf->workers[i].name);
		put_rows(&d, SCHEMA_WORKER, &conf->workers[i]);
	}
	text = xmemdup(buf_peek(&d.text), buf_len(&d.text));
	buf_clear(&d.text);
	pool_free(&d.pool);
	return text;
}

void
conf_worker_limits(const struct conf_worker *w,
    void (*fn)(void *arg, const char *key, uint64_t value, const char *text),
    void *arg)
{
	static const char group[] = "limits.";
	char text[VALUE_TEXT_SIZE];

	for (size_t i = 0; i < schema_nrows; i++) {
		const struct schema_row *row = &schema_rows[i];
		uint64_t v;

		if (row->owner != SCHEMA_WORKER || row->is_later ||
		    printers[row->type] != print_number ||
		    strncmp(row->key, group, sizeof group - 1) != 0)
			continue;
		v = write_number(row, w, text);
		fn(arg, row->key + sizeof group - 1, v, text);
	}
}
