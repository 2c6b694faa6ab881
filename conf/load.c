/*
 * Sections and entries to drafts; files to sections.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/load.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "conf/errors.h"
#include "conf/ini.h"
#include "conf/item.h"
#include "conf/set.h"
#include "conf/source.h"
#include "conf/tenant.h"

static void read_section(struct load *l, const struct ini_section *section,
    int depth);

void
load_error(struct load *l, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	conf_errors_add(l->errors, &l->at, "%s%s%s",
	    l->where != NULL ? l->where : "", l->where != NULL ? ": " : "",
	    text);
}

bool
load_is_heard(const struct load *l)
{
	return l->errors->n < CONF_ERRORS_MAX;
}

/* The directory of PATH, which is absolute. */
static const char *
directory_of(struct load *l, const char *path)
{
	const char *slash = strrchr(path, '/');

	ASSERT(slash != NULL);
	return slash == path
		   ? "/"
		   : pool_memdup(l->pool, path, (size_t)(slash - path));
}

void
load_text(struct load *l, const char *name, const char *text, size_t len,
    int depth)
{
	struct conf_at before = l->at;
	struct ini_file file;
	size_t i;

	ini_read(l->scratch, name, text, len, l->errors, &file);
	l->at = (struct conf_at){.file = name};
	for (i = 0; i < file.nsections; i++)
		read_section(l, &file.sections[i], depth);
	l->at = before;
}

/* A file that includes itself would be read for ever. */
static bool
is_first_time(struct load *l, const char *path)
{
	char real[PATH_MAX];

	if (l->reading != NULL) /* has no links: the name will do */
		return names_put(&l->files, l->scratch, path, 0) == CONF_NONE;
	if (realpath(path, real) == NULL)
		return true; /* opening it says why */
	return names_put(&l->files, l->scratch, pool_strdup(l->scratch, real),
		   0) == CONF_NONE;
}

/*
 * Messages name the file as the user did; what is relative in it starts from
 * where it lies.
 */
void
load_file(struct load *l, const char *path, int depth)
{
	const char *name = pool_strdup(l->pool, path), *before = l->dir;
	const char *where = l->where;
	struct conf_bytes bytes;

	path = source_path(l, name);
	if (!is_first_time(l, path))
		load_error(l, "\"%s\" was read before; a file is included once",
		    path);
	else if (source_file(l, "config", path, &bytes)) {
		l->dir = directory_of(l, path);
		l->where = NULL;
		load_text(l, name, (const char *)bytes.data, bytes.len, depth);
		l->where = where;
	}
	l->dir = before;
}

/* Read what the newest `include` names. */
static void
read_includes(struct load *l, const char *pattern, int depth)
{
	const char *path = source_path(l, pattern);
	glob_t found = {.gl_pathc = 0};
	size_t i;

	if (depth >= LOAD_INCLUDE_DEPTH_MAX) {
		load_error(l,
		    "more than %d files deep; include files side by side",
		    LOAD_INCLUDE_DEPTH_MAX);
		return;
	}
	if (strpbrk(pattern, "*?[") == NULL) {
		load_file(l, path, depth + 1);
		return;
	}
	switch (glob(path, 0, NULL, &found)) {
	case 0:
		for (i = 0; i < found.gl_pathc; i++)
			load_file(l, found.gl_pathv[i], depth + 1);
		break;
	case GLOB_NOMATCH:
		break; /* an empty directory is no mistake */
	default:
		load_error(l, "cannot read the directory of \"%s\"", path);
	}
	globfree(&found);
}

/* "key =" says that a list is empty; nothing may be in it. */
static bool
is_empty_list(struct load *l, const struct schema_row *row,
    const struct target *target, struct words *words)
{
	const struct conf_at *at = &target->set_at[row - schema_rows];

	if (!schema_is_list(row->type) || !words_is_at_end(words))
		return false;
	if (at->file != NULL)
		load_error(l,
		    "an empty list, but it has entries since line %u; remove "
		    "this line",
		    at->line);
	return true;
}

static void
read_entry(struct load *l, struct target *target, const char *key,
    const struct ini_entry *entry, int depth)
{
	struct conf_server *server;
	const struct schema_row *row;
	struct words words;
	struct conf_at *at;
	const char *nearest = NULL;
	size_t n;

	l->at.line = entry->line;
	l->where = key;
	row =
	    schema_find(target->owner, key, load_is_heard(l) ? &nearest : NULL);
	if (row == NULL) {
		l->where = NULL;
		load_error(l, "unknown key \"%s\"%s%s%s", key,
		    nearest != NULL ? "; nearest is \"" : "",
		    nearest != NULL ? nearest : "",
		    nearest != NULL ? "\"" : "; see eider.ini(5)");
		return;
	}
	if (l->reading != NULL && row->type == SCHEMA_NAME) {
		load_error(l, "is not allowed in a tenant's own file");
		return;
	}
	if (row->is_later) {
		load_error(l, "not supported by this version; remove it");
		return;
	}
	words_init(&words, l->scratch, entry->value, entry->column);
	if (is_empty_list(l, row, target, &words))
		return;
	at = &target->set_at[row - schema_rows];
	if (at->file != NULL && !schema_is_list(row->type)) {
		load_error(l, "is set twice; first at %s:%u; remove one",
		    at->file, at->line);
		return;
	}
	if (at->file == NULL)
		*at = l->at;
	if (row->type != SCHEMA_INCLUDE) {
		set_row(l, row, target, &words);
		return;
	}
	server = target->base;
	n = server->nincludes;
	set_row(l, row, target, &words);
	if (server->nincludes > n)
		read_includes(l, server->includes[n], depth);
}

/* All entries, with PREFIX and a dot before their keys unless it is NULL. */
static void
read_entries(struct load *l, struct target *target, const char *prefix,
    const struct ini_section *section, int depth)
{
	const struct ini_entry *e;
	size_t i;

	for (i = 0; i < section->nentries; i++) {
		e = &section->entries[i];
		read_entry(l, target,
		    prefix == NULL
			? e->key
			: pool_printf(l->scratch, "%s.%s", prefix, e->key),
		    e, depth);
	}
	l->where = NULL;
	l->at.line = section->line;
}

bool
load_check_name(struct load *l, const char *kind, const char *name)
{
	const char *p;

	if (strlen(name) > LOAD_NAME_MAX) {
		load_error(l, "%s: a name has at most %d bytes", kind,
		    LOAD_NAME_MAX);
		return false;
	}
	for (p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '=') {
			load_error(l,
			    "%s \"%s\": a name has no \"=\" and no control "
			    "characters",
			    kind, name);
			return false;
		}
	return true;
}

void
load_refuse_again(struct load *l, const char *kind, const char *name,
    const struct conf_at *first)
{
	load_error(l,
	    "%s \"%s\" is defined twice; first at %s:%u; rename or remove one",
	    kind, name, first->file, first->line);
}

struct socket_draft *
load_add_socket(struct load *l, const char *name)
{
	struct socket_draft *d;
	size_t known;

	if (!load_check_name(l, "socket", name))
		return NULL;
	if (l->nsockets == LOAD_SOCKETS_MAX) {
		load_error(l, "more than %d sockets", LOAD_SOCKETS_MAX);
		return NULL;
	}
	known = names_put(&l->socket_names, l->scratch, name, l->nsockets);
	if (known != CONF_NONE) {
		load_refuse_again(l, "socket", name,
		    &l->sockets[known]->target.at);
		return NULL;
	}
	d = pool_alloc(l->scratch, sizeof *d);
	d->target.owner = SCHEMA_SOCKET;
	d->target.base = &d->socket;
	d->target.at = d->socket.at = l->at;
	d->socket.name = name;
	d->socket.fd = -1;
	l->sockets =
	    pool_grow(l->scratch, l->sockets, l->nsockets, sizeof *l->sockets);
	l->sockets[l->nsockets++] = d;
	return d;
}

struct worker_draft *
load_add_worker(struct load *l, const char *name)
{
	struct worker_draft *d;
	size_t known;

	if (!load_check_name(l, "worker", name))
		return NULL;
	if (l->nworkers == LOAD_WORKERS_MAX) {
		load_error(l, "more than %d workers", LOAD_WORKERS_MAX);
		return NULL;
	}
	known = names_put(&l->services, l->scratch, name, l->nworkers);
	if (known == LOAD_SERVICE_LATER) {
		load_error(l,
		    "worker \"%s\": another service has this name; rename one",
		    name);
		return NULL;
	}
	if (known != CONF_NONE) {
		load_refuse_again(l, "worker", name,
		    &l->workers[known]->target.at);
		return NULL;
	}
	d = pool_alloc(l->scratch, sizeof *d);
	d->target.owner = SCHEMA_WORKER;
	d->target.base = &d->worker;
	d->target.at = d->worker.at = l->at;
	d->worker.name = name;
	d->owner = l->reading;
	l->workers =
	    pool_grow(l->scratch, l->workers, l->nworkers, sizeof *l->workers);
	l->workers[l->nworkers++] = d;
	return d;
}

/* The target that a section of OWNER with these names belongs to. */
static struct target *
find_target(struct load *l, const struct schema_section *s,
    const struct ini_section *section)
{
	static const char *const kinds[] = {[SCHEMA_SOCKET] = "socket",
	    [SCHEMA_WORKER] = "worker",
	    [SCHEMA_TENANT] = "tenant"};
	const char *name = section->path[0];
	size_t i;

	switch (s->owner) {
	case SCHEMA_SERVER:
		return &l->server.target;
	case SCHEMA_LOGGING:
		return &l->logging;
	case SCHEMA_SOCKET:
		i = names_find(&l->socket_names, name);
		if (i != CONF_NONE)
			return &l->sockets[i]->target;
		break;
	case SCHEMA_WORKER:
		name = tenant_own_name(l, name);
		i = names_find(&l->services, name);
		if (i == LOAD_SERVICE_LATER)
			return NULL; /* was reported */
		if (i != CONF_NONE)
			return &l->workers[i]->target;
		break;
	case SCHEMA_TENANT: /* has no groups or items */
	case SCHEMA_OWNERS:
		return NULL;
	}
	name = section->path[0];
	load_error(l,
	    "section \"%s\": there is no %s \"%s\"; define [%s %s] first",
	    s->kind, kinds[s->owner], name, kinds[s->owner], name);
	return NULL;
}

/* A section that defines its owner: the target, new where it has a name. */
static struct target *
add_target(struct load *l, const struct schema_section *s,
    const struct ini_section *section)
{
	struct socket_draft *socket;
	struct worker_draft *worker;
	struct tenant_draft *tenant;
	const char *name;

	if (s->npath == 0)
		return find_target(l, s, section);
	name = pool_strdup(l->pool, section->path[0]);
	if (s->owner == SCHEMA_SOCKET) {
		socket = load_add_socket(l, name);
		return socket != NULL ? &socket->target : NULL;
	}
	if (s->owner == SCHEMA_TENANT) {
		tenant = tenant_add(l, name);
		return tenant != NULL ? &tenant->target : NULL;
	}
	worker = load_add_worker(l, tenant_own_name(l, name));
	return worker != NULL ? &worker->target : NULL;
}

static void
read_item(struct load *l, const struct schema_section *s, struct target *target,
    const struct ini_section *section)
{
	struct worker_draft *d =
	    CONTAINER_OF(target, struct worker_draft, target);
	const struct schema_row *row;

	row = schema_find(target->owner, s->kind, NULL);
	ASSERT(row != NULL);
	if (target->set_at[row - schema_rows].file == NULL)
		target->set_at[row - schema_rows] = l->at;
	item_add_section(l, d, s->kind, pool_strdup(l->pool, section->path[1]),
	    section);
}

/* A section of a kind that is known, but not supported. */
static void
refuse_later(struct load *l, const struct ini_section *section)
{
	load_error(l, "section \"%s\" is not supported by this version",
	    section->kind);
	if (section->npath == 1)
		/* what refers to it needs no message of its own */
		names_put(&l->services, l->scratch, section->path[0],
		    LOAD_SERVICE_LATER);
}

static void
read_section(struct load *l, const struct ini_section *section, int depth)
{
	static const char *const shapes[] = {"", " NAME", " PARENT.NAME"};
	const struct schema_section *s;
	struct target *target;
	const char *nearest = NULL;

	l->at.line = section->line;
	l->where = NULL;
	s = schema_find_section(section->kind, section->npath,
	    load_is_heard(l) ? &nearest : NULL);
	if (s == NULL) {
		load_error(l, "unknown section \"%s\"%s%s%s", section->kind,
		    nearest != NULL ? "; nearest is \"" : "",
		    nearest != NULL ? nearest : "",
		    nearest != NULL ? "\"" : "; see eider.ini(5)");
		return;
	}
	if (s->form == SCHEMA_LATER && l->reading == NULL) {
		refuse_later(l, section);
		return;
	}
	if (l->reading != NULL &&
	    (s->form == SCHEMA_LATER || s->owner != SCHEMA_WORKER)) {
		load_error(l,
		    "section \"%s\" is not allowed in a tenant's own file; "
		    "only workers are",
		    s->kind);
		return;
	}
	if (s->npath != section->npath) {
		load_error(l, "section \"%s\": write it as [%s%s]%s", s->kind,
		    s->kind, shapes[s->npath],
		    s->npath > 0 && section->npath > s->npath
			? "; quote names that contain dots"
			: "");
		return;
	}
	target = s->form == SCHEMA_PLAIN ? add_target(l, s, section)
					 : find_target(l, s, section);
	if (target == NULL)
		return;
	if (s->form == SCHEMA_ITEM)
		read_item(l, s, target, section);
	else
		read_entries(l, target,
		    s->form == SCHEMA_GROUP ? s->kind : NULL, section, depth);
}
