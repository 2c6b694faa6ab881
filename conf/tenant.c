/*
 * Tenants of the config: what they are, what they may say, what they may use.
 *
 * Runs in: supervisor. What a tenant's own file says is hostile: it opens
 *          nothing outside of the tenant's root, learns nothing of the
 *          environment, names no service that was not granted, and its limits
 *          are the tenant's or less.
 */
#include "config.h"

#include "conf/tenant.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/util.h"
#include "conf/set.h"
#include "conf/source.h"

#define TENANT_NAME_MAX 64
#define UID_NOBODY 65534 /* what ids that do not exist are shown as */

/* --- sections --- */

struct tenant_draft *
tenant_add(struct load *l, const char *name)
{
	struct tenant_draft *d;
	size_t known;

	if (!load_check_name(l, "tenant", name))
		return NULL;
	if (*name == '\0' || strchr(name, '/') != NULL ||
	    strlen(name) > TENANT_NAME_MAX) {
		load_error(l,
		    "tenant \"%.80s\": a tenant's name has 1 to %d bytes and "
		    "no \"/\"",
		    name, TENANT_NAME_MAX);
		return NULL;
	}
	if (l->ntenants == LOAD_TENANTS_MAX) {
		load_error(l, "more than %d tenants", LOAD_TENANTS_MAX);
		return NULL;
	}
	known = names_put(&l->tenant_names, l->scratch, name, l->ntenants);
	if (known != CONF_NONE) {
		load_refuse_again(l, "tenant", name,
		    &l->tenants[known]->target.at);
		return NULL;
	}
	d = pool_alloc(l->scratch, sizeof *d);
	d->target.owner = SCHEMA_TENANT;
	d->target.base = &d->tenant;
	d->target.at = d->tenant.at = l->at;
	d->tenant.name = name;
	d->root_fd = -1;
	l->tenants =
	    pool_grow(l->scratch, l->tenants, l->ntenants, sizeof *l->tenants);
	l->tenants[l->ntenants++] = d;
	return d;
}

static void
add_include(struct load *l, struct tenant_draft *d, const char *text)
{
	struct conf_tenant *t = &d->tenant;

	d->includes =
	    pool_grow(l->pool, d->includes, t->nincludes, sizeof *d->includes);
	d->include_at = pool_grow(l->scratch, d->include_at, t->nincludes,
	    sizeof *d->include_at);
	d->include_at[t->nincludes] = l->at;
	d->includes[t->nincludes++] = text;
	t->includes = d->includes;
}

static void
add_service(struct load *l, struct tenant_draft *d, const char *text)
{
	struct conf_tenant *t = &d->tenant;

	d->services =
	    pool_grow(l->pool, d->services, t->nservices, sizeof *d->services);
	d->services[t->nservices++] = text;
	t->services = d->services;
}

void
tenant_set_list(struct load *l, const struct schema_row *row,
    struct target *target, struct words *words)
{
	struct tenant_draft *d =
	    CONTAINER_OF(target, struct tenant_draft, target);
	bool is_include = row->type == SCHEMA_TENANT_FILES;
	size_t n = is_include ? d->tenant.nincludes : d->tenant.nservices;
	struct word word;
	const char *text;

	if (is_include && l->options != NULL && l->options->is_hermetic) {
		load_error(l, "is not allowed here");
		return;
	}
	if (n == LOAD_TENANT_LIST_MAX) {
		load_error(l, "more than %d of them", LOAD_TENANT_LIST_MAX);
		return;
	}
	if (!set_next_word(l, words, is_include ? "a path" : "a service",
		&word) ||
	    !source_short_text(l, &word, &text) || !set_end(l, words))
		return;
	if (is_include)
		add_include(l, d, text);
	else
		add_service(l, d, text);
}

/* --- its own files --- */

const char *
tenant_own_name(struct load *l, const char *name)
{
	if (l->reading == NULL)
		return name;
	return pool_printf(l->pool, "%s/%s", l->reading->tenant.name, name);
}

int
tenant_open(const struct tenant_draft *d, const char *path)
{
	const char *root = d->tenant.root;
	size_t len = strlen(root);
	struct open_how how = {
	    .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	    .resolve =
		RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	while (len > 1 && root[len - 1] == '/')
		len--;
	if (strncmp(path, root, len) != 0 || (len > 1 && path[len] != '/')) {
		errno = EXDEV;
		return -1;
	}
	path += len;
	path += strspn(path, "/");
	return (int)syscall(SYS_openat2, d->root_fd, path, &how, sizeof how);
}

const char *
tenant_open_text(int error)
{
	if (error == EXDEV)
		return "it is outside of the tenant's root";
	if (error == ELOOP)
		return "a symbolic link leads there";
	return strerror(error);
}

static void
read_files(struct load *l, struct tenant_draft *d)
{
	const char *dir = l->dir;

	l->at = d->include_at[0];
	if (d->tenant.root == NULL) {
		load_error(l,
		    "include: tenant \"%s\" has no root; write root = "
		    "/srv/%s, beneath which its files are",
		    d->tenant.name, d->tenant.name);
		return;
	}
	d->root_fd = open(d->tenant.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->root_fd == -1) {
		load_error(l, "root: cannot open \"%s\": %s", d->tenant.root,
		    strerror(errno));
		return;
	}
	l->reading = d;
	l->dir = d->tenant.root;
	for (size_t i = 0; i < d->tenant.nincludes; i++) {
		l->at = d->include_at[i];
		load_file(l, source_path(l, d->tenant.includes[i]), 1);
	}
	l->reading = NULL;
	l->dir = dir;
	fd_close(&d->root_fd);
}

void
tenant_read_files(struct load *l)
{
	for (size_t i = 0; i < l->ntenants; i++)
		if (l->tenants[i]->tenant.nincludes > 0)
			read_files(l, l->tenants[i]);
}

/* --- checks --- */

static const struct conf_at *
at_of(const struct target *target, const char *key)
{
	const struct schema_row *row = schema_find(target->owner, key, NULL);
	const struct conf_at *at;

	ASSERT(row != NULL);
	at = &target->set_at[row - schema_rows];
	return at->file != NULL ? at : &target->at;
}

static void
check_user_id(struct load *l, const struct tenant_draft *d)
{
	const struct conf_tenant *t = &d->tenant;
	const struct conf_at *at = at_of(&d->target, "userId");

	if (t->uid == 0)
		return;
	if (t->uid == UID_NOBODY)
		conf_errors_add(l->errors, at,
		    "userId: %u is nobody's; choose another", t->uid);
	for (size_t i = 0; l->tenants[i] != d; i++)
		if (l->tenants[i]->tenant.uid == t->uid) {
			conf_errors_add(l->errors, at,
			    "userId: %u is that of tenant \"%s\" as well; each "
			    "has its own",
			    t->uid, l->tenants[i]->tenant.name);
			return;
		}
}

void
tenant_check_all(struct load *l)
{
	for (size_t i = 0; i < l->ntenants; i++) {
		struct tenant_draft *d = l->tenants[i];

		for (size_t j = 0; j < d->tenant.nservices; j++)
			if (names_find(&l->services, d->tenant.services[j]) ==
			    CONF_NONE)
				conf_errors_add(l->errors,
				    at_of(&d->target, "services"),
				    "services of tenant \"%s\": no service "
				    "\"%s\" is defined",
				    d->tenant.name, d->tenant.services[j]);
		check_user_id(l, d);
	}
}

static bool
is_granted(const struct conf_tenant *t, const char *service)
{
	for (size_t i = 0; i < t->nservices; i++)
		if (strcmp(t->services[i], service) == 0)
			return true;
	return false;
}

/*
 * What D means in a tenant's own file: a worker of its own, or a service that
 * was granted. Anything else becomes no service.
 */
static void
bound_reference(struct load *l, const struct conf_tenant *t,
    struct conf_designator *d, const struct conf_at *at, const char *who)
{
	const char *own;

	if (d->service == NULL)
		return;
	own = pool_printf(l->pool, "%s/%s", t->name, d->service);
	if (names_find(&l->services, own) != CONF_NONE) {
		d->service = own;
		return;
	}
	if (is_granted(t, d->service))
		return;
	conf_errors_add(l->errors, at,
	    "%s: tenant \"%s\" has no worker \"%s\", and no service of that "
	    "name was granted to it",
	    who, t->name, d->service);
	d->service = NULL;
}

static void
bound_references(struct load *l, struct worker_draft *d)
{
	const struct conf_tenant *t = &d->owner->tenant;
	const char *who;

	for (size_t i = 0; i < d->worker.nbindings; i++) {
		struct conf_binding *b = &d->bindings[i];

		who = pool_printf(l->scratch, "binding \"%s\"", b->name);
		if (b->kind == CONF_BINDING_SERVICE)
			bound_reference(l, t, &b->service, &b->at, who);
	}
	bound_reference(l, t, &d->worker.global_outbound,
	    at_of(&d->target, "globalOutbound"), "globalOutbound");
}

/* The row of the tenant that bounds ROW of a worker; NULL: none. */
static const struct schema_row *
bounding_row(const struct schema_row *row)
{
	static const char prefix[] = "limits.";

	if (row->owner != SCHEMA_WORKER || row->size != sizeof(uint64_t) ||
	    strncmp(row->key, prefix, sizeof prefix - 1) != 0)
		return NULL;
	return schema_find(SCHEMA_TENANT, row->key, NULL);
}

/* Limits only shrink: a default becomes the tenant's, more is an error. */
static void
bound_limits(struct load *l, struct worker_draft *d,
    const struct tenant_draft *t)
{
	for (size_t i = 0; i < schema_nrows; i++) {
		const struct schema_row *row = &schema_rows[i], *most;
		const struct conf_at *at = &d->target.set_at[i], *limit_at;
		uint64_t value, max;
		char *field;

		if ((most = bounding_row(row)) == NULL)
			continue;
		field = (char *)d->target.base + row->offset;
		memcpy(&value, field, sizeof value);
		memcpy(&max, (const char *)t->target.base + most->offset,
		    sizeof max);
		if (value <= max)
			continue;
		if (at->file == NULL) {
			memcpy(field, &max, sizeof max);
			continue;
		}
		limit_at = at_of(&t->target, row->key);
		conf_errors_add(l->errors, at,
		    "%s: more than tenant \"%s\" allows; see %s:%u", row->key,
		    t->tenant.name, limit_at->file, limit_at->line);
	}
}

void
tenant_check_worker(struct load *l, struct worker_draft *d)
{
	const struct tenant_draft *t = d->owner;
	size_t i;

	if (t == NULL && d->worker.tenant == NULL)
		return;
	if (t == NULL) {
		i = names_find(&l->tenant_names, d->worker.tenant);
		if (i == CONF_NONE) {
			conf_errors_add(l->errors, at_of(&d->target, "tenant"),
			    "worker \"%s\": no tenant \"%s\" is defined; add "
			    "[tenant %s]",
			    d->worker.name, d->worker.tenant, d->worker.tenant);
			return;
		}
		t = l->tenants[i];
	}
	d->worker.tenant = t->tenant.name;
	bound_limits(l, d, t);
	if (d->owner != NULL)
		bound_references(l, d);
}
