/*
 * Values of directives: one setter per type of schema.h.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/set.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/util.h"
#include "conf/address.h"
#include "conf/flags.h"
#include "conf/item.h"
#include "conf/json.h"
#include "conf/keypair.h"
#include "conf/net.h"
#include "conf/route.h"
#include "conf/source.h"
#include "conf/tenant.h"
#include "conf/value.h"

/* What a socket without a port listens on, as workerd has it. */
#define DEFAULT_HTTP_PORT 80

const struct value_keyword set_levels[] = {{"debug", LOG_DEBUG},
    {"info", LOG_INFO}, {"warn", LOG_WARN}, {"error", LOG_ERROR},
    {"fatal", LOG_FATAL}, {NULL, 0}};
const struct value_keyword set_sandboxes[] = {{"auto", CONF_SANDBOX_AUTO},
    {"none", CONF_SANDBOX_NONE}, {"require-A", CONF_SANDBOX_REQUIRE_A},
    {"require-B", CONF_SANDBOX_REQUIRE_B},
    {"require-C", CONF_SANDBOX_REQUIRE_C}, {NULL, 0}};
const struct value_keyword set_structured[] = {{"auto", CONF_STRUCTURED_AUTO},
    {"false", CONF_STRUCTURED_NO}, {"true", CONF_STRUCTURED_YES}, {NULL, 0}};
const struct value_keyword set_styles[] = {{"host", CONF_HTTP_STYLE_HOST},
    {"proxy", CONF_HTTP_STYLE_PROXY}, {NULL, 0}};
const struct value_keyword set_zygotes[] = {
    {"shared", CONF_ZYGOTE_SHARED}, {"tenant", CONF_ZYGOTE_TENANT}, {NULL, 0}};
const struct value_keyword set_client_certs[] = {
    {"false", CONF_CLIENT_CERTS_NO}, {"true", CONF_CLIENT_CERTS_REQUIRED},
    {"optional", CONF_CLIENT_CERTS_OPTIONAL}, {NULL, 0}};
const struct value_keyword set_tls_versions[] = {
    {"goodDefault", CONF_TLS_GOOD_DEFAULT}, {"tls1Dot2", CONF_TLS_1_2},
    {"tls1Dot3", CONF_TLS_1_3}, {NULL, 0}};
const struct value_keyword set_access_formats[] = {
    {"combined", CONF_ACCESS_COMBINED}, {"json", CONF_ACCESS_JSON}, {NULL, 0}};

typedef void set_fn(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words);

static set_fn set_number, set_text, set_path, set_date, set_field_name,
    set_level, set_sandbox, set_structured_mode, set_style, set_zygote,
    set_select, set_address, set_designator, set_sub_json, set_script,
    set_include, set_flags, set_headers, set_routes, set_modules, set_bindings,
    set_bool, set_client_certs_mode, set_tls_version, set_access_log,
    set_access_format, set_key_part, set_keypairs, set_certificates, set_nets;

static set_fn *const setters[SCHEMA_TYPES] = {
    [SCHEMA_COUNT] = set_number,
    [SCHEMA_SIZE] = set_number,
    [SCHEMA_DURATION] = set_number,
    [SCHEMA_PATH] = set_path,
    [SCHEMA_DATE] = set_date,
    [SCHEMA_FIELD_NAME] = set_field_name,
    [SCHEMA_LEVEL] = set_level,
    [SCHEMA_SANDBOX] = set_sandbox,
    [SCHEMA_STRUCTURED] = set_structured_mode,
    [SCHEMA_STYLE] = set_style,
    [SCHEMA_ZYGOTE] = set_zygote,
    [SCHEMA_NAME] = set_text,
    [SCHEMA_BOOL] = set_bool,
    [SCHEMA_TEXT] = set_text,
    [SCHEMA_CLIENT_CERTS] = set_client_certs_mode,
    [SCHEMA_TLS_VERSION] = set_tls_version,
    [SCHEMA_ACCESS_LOG] = set_access_log,
    [SCHEMA_ACCESS_FORMAT] = set_access_format,
    [SCHEMA_KEY_PART] = set_key_part,
    [SCHEMA_SELECT] = set_select,
    [SCHEMA_ADDRESS] = set_address,
    [SCHEMA_DESIGNATOR] = set_designator,
    [SCHEMA_SUB_TEXT] = set_text,
    [SCHEMA_SUB_JSON] = set_sub_json,
    [SCHEMA_SCRIPT] = set_script,
    [SCHEMA_INCLUDE] = set_include,
    [SCHEMA_TENANT_FILES] = tenant_set_list,
    [SCHEMA_SERVICES] = tenant_set_list,
    [SCHEMA_FLAGS] = set_flags,
    [SCHEMA_HEADERS] = set_headers,
    [SCHEMA_ROUTES] = set_routes,
    [SCHEMA_KEYPAIRS] = set_keypairs,
    [SCHEMA_CERTIFICATES] = set_certificates,
    [SCHEMA_NETS] = set_nets,
    [SCHEMA_MODULES] = set_modules,
    [SCHEMA_BINDINGS] = set_bindings,
};

static void *
field_of(const struct schema_row *row, struct target *target)
{
	return (char *)target->base + row->offset;
}

void
set_row(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	setters[row->type](l, row, target, words);
}

static void
set_default(struct load *l, const struct schema_row *row, struct target *target)
{
	const struct schema_row *server;
	struct words words;

	if (row->def == NULL)
		return;
	if (row->def == schema_from_server) {
		server = schema_find(SCHEMA_SERVER, row->key, NULL);
		ASSERT(server != NULL && server->size == row->size);
		memcpy(field_of(row, target),
		    field_of(server, &l->server.target), row->size);
		return;
	}
	words_init(&words, l->scratch, row->def, 1);
	set_row(l, row, target, &words);
}

/* Set, by this row or by another name of the field. */
static bool
is_set(const struct schema_row *row, const struct target *target)
{
	size_t i;

	for (i = 0; i < schema_nrows; i++)
		if (schema_rows[i].owner == row->owner &&
		    schema_rows[i].offset == row->offset &&
		    target->set_at[i].file != NULL)
			return true;
	return false;
}

void
set_defaults(struct load *l, struct target *target)
{
	size_t i;

	for (i = 0; i < schema_nrows; i++)
		if (schema_rows[i].owner == target->owner &&
		    schema_rows[i].def != NULL &&
		    !is_set(&schema_rows[i], target))
			set_default(l, &schema_rows[i], target);
}

bool
set_next_word(struct load *l, struct words *words, const char *what,
    struct word *word_out)
{
	int r = words_next(words, word_out);

	if (r == ERR_NOENT)
		load_error(l, "needs %s", what);
	else if (r != 0)
		load_error(l, "%s", words->error);
	return r == 0;
}

bool
set_end(struct load *l, struct words *words)
{
	struct word word;
	const char *key;
	int r;

	if (words_is_at_end(words))
		return true;
	/* the error that fits: a word, an option, or neither */
	r = words_next_option(words, &key, &word);
	if (r == 0)
		load_error(l, "option \"%s\" is not known here", key);
	else
		load_error(l, "%s", words->error);
	return false;
}

/* The only word, as text. */
static bool
only_text(struct load *l, struct words *words, const char *what,
    const char **out)
{
	struct word word;

	return set_next_word(l, words, what, &word) && set_end(l, words) &&
	       source_short_text(l, &word, out);
}

static int
read_number(enum schema_type type, const char *text, uint64_t *out)
{
	if (type == SCHEMA_SIZE)
		return value_read_size(text, out);
	if (type == SCHEMA_DURATION)
		return value_read_duration(text, out);
	return value_read_count(text, out);
}

static void
set_number(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	static const char *const forms[] = {
	    [SCHEMA_COUNT] = "a number; use digits alone, such as 4",
	    [SCHEMA_SIZE] = "a size; use digits with K, M or G, such as 64M",
	    [SCHEMA_DURATION] =
		"a duration; use digits with ms, s, m, h or d, such as 10s",
	};
	uint64_t v, min, max;
	const char *text;
	unsigned int small;
	int r;

	if (!only_text(l, words, forms[row->type], &text))
		return;
	switch (read_number(row->type, text, &v)) {
	case 0:
		break;
	case ERR_RANGE:
		load_error(l, "\"%s\" is too large; the limit is %s", text,
		    row->max);
		return;
	default:
		load_error(l, "\"%s\" is not %s", text, forms[row->type]);
		return;
	}
	r = read_number(row->type, row->min, &min);
	ASSERT(r == 0);
	r = read_number(row->type, row->max, &max);
	ASSERT(r == 0);
	if (v < min || v > max) {
		load_error(l, "\"%s\" is out of range; allowed is %s to %s",
		    text, row->min, row->max);
		return;
	}
	if (row->size == sizeof v) {
		memcpy(field_of(row, target), &v, sizeof v);
	} else {
		ASSERT(row->size == sizeof small && max <= UINT32_MAX);
		small = (unsigned int)v;
		memcpy(field_of(row, target), &small, sizeof small);
	}
}

static void
put_pointer(const struct schema_row *row, struct target *target,
    const char *text)
{
	ASSERT(row->size == sizeof text);
	memcpy(field_of(row, target), &text, sizeof text);
}

/* Text of a field that another row may have set as well. */
static void
put_text(struct load *l, const struct schema_row *row, struct target *target,
    const char *text)
{
	const char *before;

	memcpy(&before, field_of(row, target), sizeof before);
	if (before != NULL)
		load_error(l, "is given twice; remove one");
	else
		put_pointer(row, target, text);
}

static void
set_text(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	const char *text;

	if (only_text(l, words, "a word; write \"\" for an empty text", &text))
		put_text(l, row, target, text);
}

static void
set_path(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	const char *text;

	if (!only_text(l, words, "a path", &text))
		return;
	if (*text == '\0')
		load_error(l, "the path is empty");
	else
		put_pointer(row, target, source_path(l, text));
}

static void
set_date(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	const char *newest = conf_newest_compatibility_date(), *text;

	if (!only_text(l, words, "a date, such as 2026-11-01", &text))
		return;
	if (value_read_date(text) != 0)
		load_error(l,
		    "\"%s\" is not a date; write YYYY-MM-DD, such as %s", text,
		    newest);
	else if (strcmp(text, newest) > 0)
		load_error(l,
		    "\"%s\" is later than %s, the newest date that this "
		    "version knows; use that one or an earlier one",
		    text, newest);
	else
		put_pointer(row, target, text);
}

/* A header's name in HTTP: a token, and short. */
static bool
check_field_name(struct load *l, const char *name)
{
	const char *p;

	for (p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) &&
		    strchr("!#$%&'*+-.^_`|~", *p) == NULL)
			break;
	if (*p == '\0' && p > name && strlen(name) <= LOAD_NAME_MAX)
		return true;
	load_error(l,
	    "\"%s\" is not a header name; use letters, digits and \"-\"", name);
	return false;
}

static void
set_field_name(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	const char *text;

	if (only_text(l, words, "a header's name", &text) &&
	    check_field_name(l, text))
		put_pointer(row, target, text);
}

/* Report that TEXT is no keyword of TABLE. */
static void
refuse_keyword(struct load *l, const struct value_keyword *table,
    const char *text)
{
	char list[128] = "";
	size_t n;

	for (; table->name != NULL; table++) {
		n = strlen(list);
		snprintf(list + n, sizeof list - n, "%s%s",
		    n == 0                  ? ""
		    : table[1].name == NULL ? " or "
					    : ", ",
		    table->name);
	}
	load_error(l, "\"%s\" is unknown; write %s", text, list);
}

static bool
only_keyword(struct load *l, const struct value_keyword *table,
    struct words *words, int *out)
{
	const char *text;

	if (!only_text(l, words, "a word", &text))
		return false;
	if (value_read_keyword(table, text, out) == 0)
		return true;
	refuse_keyword(l, table, text);
	return false;
}

static void
set_level(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	enum log_level *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_levels, words, &v))
		*field = (enum log_level)v;
}

static void
set_sandbox(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	enum conf_sandbox *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_sandboxes, words, &v))
		*field = (enum conf_sandbox)v;
}

static void
set_structured_mode(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	enum conf_structured *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_structured, words, &v))
		*field = (enum conf_structured)v;
}

static void
set_style(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	enum conf_http_style *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_styles, words, &v))
		*field = (enum conf_http_style)v;
}

static void
set_zygote(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	enum conf_zygote *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_zygotes, words, &v))
		*field = (enum conf_zygote)v;
}

static void
set_bool(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	bool *field = field_of(row, target);
	const char *text;

	if (!only_text(l, words, "true or false", &text))
		return;
	if (value_read_bool(text, field) != 0)
		load_error(l, "\"%s\" is unknown; write true or false", text);
}

static void
set_client_certs_mode(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	enum conf_client_certs *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_client_certs, words, &v))
		*field = (enum conf_client_certs)v;
}

static void
set_tls_version(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	enum conf_tls_version *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_tls_versions, words, &v))
		*field = (enum conf_tls_version)v;
}

static void
set_access_format(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	enum conf_access_format *field = field_of(row, target);
	int v;

	if (only_keyword(l, set_access_formats, words, &v))
		*field = (enum conf_access_format)v;
}

static void
set_access_log(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	struct conf_access_log *field = field_of(row, target);
	struct conf_access_log log = {CONF_ACCESS_LOG_NONE, NULL};
	static const char journald[] = "journald:";
	const char *text;

	if (!only_text(l, words, "none, stderr, journald or a path", &text))
		return;
	if (strcmp(text, "stderr") == 0) {
		log.sink = CONF_ACCESS_LOG_STDERR;
	} else if (strcmp(text, "journald") == 0) {
		log.sink = CONF_ACCESS_LOG_JOURNAL;
	} else if (strncmp(text, journald, sizeof journald - 1) == 0) {
		log.sink = CONF_ACCESS_LOG_JOURNAL;
		log.path = source_path(l, text + sizeof journald - 1);
	} else if (strchr(text, '/') != NULL) {
		log.sink = CONF_ACCESS_LOG_FILE;
		log.path = source_path(l, text);
	} else if (strcmp(text, "none") != 0) {
		load_error(l,
		    "\"%s\" is unknown; write none, stderr, journald, or a "
		    "file as ./%s",
		    text, text);
		return;
	}
	*field = log;
}

static struct socket_draft *
socket_of(struct target *target)
{
	return CONTAINER_OF(target, struct socket_draft, target);
}

static void
set_key_part(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	struct conf_bytes *field = field_of(row, target);

	keypair_set_part(l, field,
	    field == &socket_of(target)->socket.tls.keypair.private_key, words);
}

static void
set_keypairs(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	(void)row;
	keypair_add(l, socket_of(target), words);
}

static void
set_certificates(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	(void)row;
	keypair_add_trusted(l, socket_of(target), words);
}

static void
set_nets(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	(void)row;
	net_add_proxies(l, socket_of(target), words);
}

static void
set_select(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	(void)target;
	if (!words_is_at_end(words))
		load_error(l,
		    "takes no value; write \"%s =\", and its options as "
		    "\"%s.NAME = ...\"",
		    row->key, row->key);
}

static void
set_address(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	struct conf_address *field = field_of(row, target);
	const char *text, *why;

	if (!only_text(l, words, "an address, such as *:8080", &text))
		return;
	why = address_read(l->pool, text, DEFAULT_HTTP_PORT, l->dir, field);
	if (why != NULL)
		load_error(l, "\"%s\" %s", text, why);
}

bool
set_check_json(struct load *l, const struct conf_bytes *bytes)
{
	const char *text = (const char *)bytes->data;
	size_t at;

	if (json_check(text, bytes->len, &at) == 0)
		return true;
	if (at == bytes->len)
		load_error(l, "the JSON text ends too early");
	else
		load_error(l, "not JSON from character %zu on, \"%.*s\"",
		    at + 1, (int)MIN(bytes->len - at, 20), text + at);
	return false;
}

bool
set_json(struct load *l, const struct word *word, const char **out)
{
	struct conf_bytes bytes;
	const char *text;

	if (!source_short_text(l, word, &text))
		return false;
	bytes = (struct conf_bytes){
	    .data = (const uint8_t *)text, .len = strlen(text)};
	if (!set_check_json(l, &bytes))
		return false;
	*out = text;
	return true;
}

bool
set_designator_option(struct load *l, struct conf_designator *d,
    const char *key, const struct word *word)
{
	bool is_props = strcmp(key, "props.json") == 0, ok;
	const char *text, **field = is_props ? &d->props : &d->entrypoint;

	if (!is_props && strcmp(key, "entrypoint") != 0)
		return false;
	ok = is_props ? set_json(l, word, &text)
		      : source_short_text(l, word, &text);
	if (!ok)
		return true;
	if (*field != NULL)
		load_error(l, "option \"%s\" is given twice; remove one", key);
	else if (!is_props && (*text == '\0' || strlen(text) > LOAD_NAME_MAX))
		load_error(l, "entrypoint: \"%s\" is not a name", text);
	else
		*field = text;
	return true;
}

static void
set_designator(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	struct conf_designator *d = field_of(row, target);
	struct word word;
	const char *key, *name;
	int r;

	if (!set_next_word(l, words, "the name of a service", &word) ||
	    !source_short_text(l, &word, &name))
		return;
	if (d->service != NULL) {
		load_error(l, "is given twice; remove one");
		return;
	}
	d->service = name;
	while ((r = words_next_option(words, &key, &word)) == 0)
		if (!set_designator_option(l, d, key, &word))
			load_error(l,
			    "option \"%s\" is unknown; there are entrypoint "
			    "and props.json",
			    key);
	if (r != ERR_NOENT)
		load_error(l, "%s", words->error);
}

static void
set_sub_json(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	struct word word;
	const char *text;

	if (set_next_word(l, words, "JSON text", &word) && set_end(l, words) &&
	    set_json(l, &word, &text))
		put_text(l, row, target, text);
}

static void
set_script(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	struct worker_draft *d =
	    CONTAINER_OF(target, struct worker_draft, target);
	struct word word;

	(void)row;
	if (set_next_word(l, words,
		"the script; write embed(FILE), or the text in quotes",
		&word) &&
	    set_end(l, words))
		item_add_script(l, d, &word);
}

/* The file or files are read by load.c, which knows the depth. */
static void
set_include(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	struct server_draft *d =
	    CONTAINER_OF(target, struct server_draft, target);
	struct conf_server *server = target->base;
	const char *text;

	(void)row;
	if (l->options != NULL && l->options->is_hermetic) {
		load_error(l, "is not allowed here");
		return;
	}
	if (!only_text(l, words, "a path", &text))
		return;
	d->includes = pool_grow(l->pool, d->includes, server->nincludes,
	    sizeof *d->includes);
	d->includes[server->nincludes++] = text;
	server->includes = d->includes;
}

static bool
check_flag(struct load *l, const char *flag)
{
	const char *nearest = NULL;

	switch (flags_find(flag, &nearest)) {
	case FLAGS_GOOD:
		return true;
	case FLAGS_OLD:
		load_error(l,
		    "\"%s\" asks for old behaviour, which is not there; "
		    "remove it",
		    flag);
		return false;
	case FLAGS_EXPERIMENTAL:
		load_error(l,
		    "\"%s\" is experimental in workerd and not supported by "
		    "this version; remove it",
		    flag);
		return false;
	case FLAGS_UNKNOWN:
		break;
	}
	load_error(l, "unknown flag \"%s\"%s%s%s", flag,
	    nearest != NULL ? "; nearest is \"" : "; remove it",
	    nearest != NULL ? nearest : "", nearest != NULL ? "\"" : "");
	return false;
}

static void
add_flag(struct load *l, struct worker_draft *d, const char *flag)
{
	struct conf_worker *w = &d->worker;
	size_t i;

	if (!check_flag(l, flag))
		return;
	for (i = 0; i < w->ncompatibility_flags; i++)
		if (strcmp(d->flags[i], flag) == 0) {
			load_error(l, "\"%s\" is given twice; remove one",
			    flag);
			return;
		}
	if (w->ncompatibility_flags == LOAD_FLAGS_MAX) {
		load_error(l, "more than %d flags", LOAD_FLAGS_MAX);
		return;
	}
	d->flags = pool_grow(l->pool, d->flags, w->ncompatibility_flags,
	    sizeof *d->flags);
	d->flags[w->ncompatibility_flags++] = flag;
	w->compatibility_flags = d->flags;
}

static void
set_flags(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	struct worker_draft *d =
	    CONTAINER_OF(target, struct worker_draft, target);
	struct word word;
	const char *flag;
	int r;

	(void)row;
	while ((r = words_next(words, &word)) == 0)
		if (source_short_text(l, &word, &flag))
			add_flag(l, d, flag);
	if (r != ERR_NOENT)
		load_error(l, "%s", words->error);
}

/* What the front says itself; another value would break a message. */
static bool
check_injectable(struct load *l, const char *name)
{
	static const char *const own[] = {"connection", "content-length",
	    "host", "keep-alive", "proxy-connection", "te", "trailer",
	    "transfer-encoding", "upgrade"};
	size_t i;

	for (i = 0; i < NELEMS(own); i++)
		if (strcasecmp(own[i], name) == 0) {
			load_error(l,
			    "\"%s\" belongs to the connection and cannot be "
			    "set or removed",
			    name);
			return false;
		}
	return true;
}

static bool
check_field_value(struct load *l, const char *value)
{
	const char *p;

	for (p = value; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f) {
			load_error(l,
			    "the header's value has a control character");
			return false;
		}
	return true;
}

static void
set_headers(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	struct socket_draft *d =
	    CONTAINER_OF(target, struct socket_draft, target);
	bool is_request = row->offset == offsetof(struct conf_socket,
					     http.inject_request_headers);
	struct conf_http *http = &d->socket.http;
	struct conf_header **list =
	    is_request ? &d->request_headers : &d->response_headers;
	size_t *n = is_request ? &http->ninject_request_headers
			       : &http->ninject_response_headers;
	size_t *bytes =
	    is_request ? &d->request_header_bytes : &d->response_header_bytes;
	struct conf_header header = {NULL, NULL};
	struct word word;

	if (!set_next_word(l, words, "a header's name", &word) ||
	    !source_short_text(l, &word, &header.name) ||
	    !check_field_name(l, header.name) ||
	    !check_injectable(l, header.name))
		return;
	if (!words_is_at_end(words) &&
	    (!set_next_word(l, words, "a value", &word) ||
		!source_short_text(l, &word, &header.value) ||
		!check_field_value(l, header.value)))
		return;
	if (!set_end(l, words))
		return;
	if (*n == LOAD_HEADERS_MAX) {
		load_error(l, "more than %d headers", LOAD_HEADERS_MAX);
		return;
	}
	*bytes += strlen(header.name) +
		  (header.value != NULL ? strlen(header.value) : 0) + 16;
	if (*bytes > LOAD_HEADERS_BYTES_MAX) {
		load_error(l, "more than %d bytes of headers",
		    LOAD_HEADERS_BYTES_MAX);
		return;
	}
	*list = pool_grow(l->pool, *list, *n, sizeof header);
	(*list)[(*n)++] = header;
	if (is_request)
		http->inject_request_headers = *list;
	else
		http->inject_response_headers = *list;
}

static void
set_routes(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	(void)row;
	route_add(l, CONTAINER_OF(target, struct socket_draft, target), words);
}

static void
set_modules(struct load *l, const struct schema_row *row, struct target *target,
    struct words *words)
{
	(void)row;
	item_add_module(l, CONTAINER_OF(target, struct worker_draft, target),
	    words);
}

static void
set_bindings(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	(void)row;
	item_add_binding(l, CONTAINER_OF(target, struct worker_draft, target),
	    words);
}
