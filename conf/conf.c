/*
 * Loading a configuration: from a file, from memory, or made from a script.
 *
 * Runs in: supervisor, once before it starts anything, and at a reload.
 * Owns:    the struct conf until it is handed out.
 * Never:   parses JavaScript, starts a process, opens a socket.
 */
#include "config.h"

#include "conf/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/dump.h"
#include "conf/errors.h"
#include "conf/finish.h"
#include "conf/load.h"
#include "conf/script.h"
#include "conf/set.h"
#include "conf/source.h"
#include "conf/tenant.h"
#include "conf/value.h"

/*
 * Behaviour is that of this date; older dates are accepted. Raised when a
 * newer one has been looked at.
 */
static const char newest_compatibility_date[] = "2026-11-17";

/* The config of a directory. */
static const char config_name[] = "eider.ini";

static struct load *
load_new(const char *path, const struct conf_options *options,
    struct conf_errors *errors)
{
	struct load *l = xcalloc(1, sizeof *l);
	char *cwd = getcwd(NULL, 0);

	if (sodium_init() == -1)
		fatal("libsodium does not start");
	l->conf = xcalloc(1, sizeof *l->conf);
	l->conf->pool = l->pool = pool_new();
	l->conf->path = pool_strdup(l->pool, path);
	l->scratch = pool_new();
	l->errors = errors;
	l->options = options;
	l->dir = pool_strdup(l->pool, cwd != NULL ? cwd : "/");
	l->server.target.owner = SCHEMA_SERVER;
	l->server.target.base = &l->conf->server;
	l->logging.owner = SCHEMA_LOGGING;
	l->logging.base = &l->conf->logging;
	free(cwd);
	return l;
}

/* Ends the load: the conf goes to OUT when nothing was found. */
static int
load_end(struct load *l, struct conf **out)
{
	int r = ERR_SYNTAX;

	tenant_read_files(l);
	finish_load(l);
	if (l->errors->n == 0) {
		*out = l->conf;
		l->conf = NULL;
		r = 0;
	}
	conf_free(&l->conf);
	pool_free(&l->scratch);
	free(l);
	return r;
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
conf_load(const char *path, const struct conf_options *options,
    struct conf_errors *errors, struct conf **out)
{
	struct load *l = load_new(path, options, errors);
	const char *file = path;

	l->at.file = l->conf->path;
	if (is_directory(path)) {
		file = pool_printf(l->pool, "%s%s%s", path,
		    path[strlen(path) - 1] == '/' ? "" : "/", config_name);
		if (access(file, F_OK) == -1 && errno == ENOENT)
			file = script_of_directory(l, path);
	}
	if (file == NULL)
		; /* reported */
	else if (script_is_one(file))
		script_load(l, file);
	else
		load_file(l, file, 0);
	return load_end(l, out);
}

int
conf_load_text(const char *name, const char *text, size_t len,
    const struct conf_options *options, struct conf_errors *errors,
    struct conf **out)
{
	struct load *l = load_new(name, options, errors);

	load_text(l, l->conf->path, text, len, 0);
	return load_end(l, out);
}

void
conf_free(struct conf **conf)
{
	int saved = errno;
	struct conf *c = *conf;

	if (c == NULL)
		return;
	*conf = NULL;
	pool_free(&c->pool);
	free(c);
	errno = saved;
}

/* The pool is ours, whatever readers of the config are told. */
static void
wipe(const struct conf_bytes *bytes)
{
	union {
		const uint8_t *borrowed;
		uint8_t *owned;
	} u = {.borrowed = bytes->data};

	if (u.owned != NULL)
		explicit_bzero(u.owned, bytes->len);
}

void
conf_wipe_keys(struct conf *conf)
{
	for (size_t i = 0; i < conf->nsockets; i++) {
		const struct conf_tls *tls = &conf->sockets[i].tls;

		for (size_t j = 0; j < tls->nkeypairs; j++)
			wipe(&tls->keypairs[j].private_key);
	}
}

const struct conf_socket *
conf_find_socket(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nsockets; i++)
		if (strcmp(conf->sockets[i].name, name) == 0)
			return &conf->sockets[i];
	return NULL;
}

const struct conf_worker *
conf_find_worker(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nworkers; i++)
		if (strcmp(conf->workers[i].name, name) == 0)
			return &conf->workers[i];
	return NULL;
}

char *
conf_dump(const struct conf *conf)
{
	return dump_config(conf);
}

const char *
conf_module_kind_name(enum conf_module_kind kind)
{
	switch (kind) {
#define MODULE(NAME_, number_, tag_, text_)                                    \
	case CONF_MODULE_##NAME_:                                              \
		return tag_;
#include "conf/modules.def"
#undef MODULE
	}
	return "?";
}

const char *
conf_binding_kind_name(enum conf_binding_kind kind)
{
	switch (kind) {
#define BINDING(NAME_, number_, tag_, text_)                                   \
	case CONF_BINDING_##NAME_:                                             \
		return tag_;
#include "conf/bindings.def"
#undef BINDING
	}
	return "?";
}

const char *
conf_sandbox_name(enum conf_sandbox sandbox)
{
	return value_keyword_name(set_sandboxes, (int)sandbox);
}

const char *
conf_newest_compatibility_date(void)
{
	return newest_compatibility_date;
}
