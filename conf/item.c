/*
 * Modules and bindings: a name, a tag, a value, options.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/item.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "conf/set.h"
#include "conf/source.h"
#include "conf/value.h"

struct item_option {
	const char *key;
	struct word word;
	struct conf_at at;
};

/* One element as written, before its kind gives it a meaning. */
struct item {
	const char *name;
	const char *tag; /* NULL: none yet */
	int kind;
	bool has_value;
	struct word value;
	struct item_option *options;
	size_t noptions;
	struct conf_at at;
};

/* A list: its union, and how an element is added. */
struct item_list {
	const char *name;     /* of the list */
	const char *singular; /* for messages */
	const struct value_keyword *tags;
	void (*add)(struct load *l, struct worker_draft *d, struct item *item);
};

static void add_module(struct load *l, struct worker_draft *d,
    struct item *item);
static void add_binding(struct load *l, struct worker_draft *d,
    struct item *item);

/* clang-format off */
static const struct value_keyword module_tags[] = {
#define MODULE(NAME_, number_, tag_, text_) { tag_, CONF_MODULE_##NAME_ },
#include "conf/modules.def"
#undef MODULE
	{ NULL, 0 }
};
static const struct value_keyword binding_tags[] = {
#define BINDING(NAME_, number_, tag_, text_) { tag_, CONF_BINDING_##NAME_ },
#include "conf/bindings.def"
#undef BINDING
	{ NULL, 0 }
};
/* clang-format on */

static const struct item_list module_list = {
    "modules", "module", module_tags, add_module};
static const struct item_list binding_list = {
    "bindings", "binding", binding_tags, add_binding};

/*
 * The member TAG of a list's union. Returns 0, or ERR_NOENT after an error.
 */
static int
find_tag(struct load *l, const struct item_list *list, const char *tag,
    int *kind_out)
{
	struct names_nearest nearest = {NULL, 0};
	const struct value_keyword *t;

	/* a script is a directive of its own, not a member of this union */
	if (value_read_keyword(list->tags, tag, kind_out) == 0 &&
	    (list != &module_list || *kind_out != CONF_MODULE_SCRIPT))
		return 0;
	if (schema_is_later_tag(list->name, tag)) {
		load_error(l,
		    "the kind \"%s\" is not supported by this version", tag);
		return ERR_NOENT;
	}
	if (strcmp(tag, "serviceWorkerScript") == 0) {
		load_error(l,
		    "a script is no module; write serviceWorkerScript = ... "
		    "instead of modules");
		return ERR_NOENT;
	}
	for (t = list->tags; t->name != NULL && load_is_heard(l); t++)
		names_offer(&nearest, tag, t->name);
	schema_offer_tags(list->name, tag, &nearest);
	load_error(l, "\"%s\" is not a kind of %s; %s%s", tag, list->singular,
	    nearest.name != NULL ? "nearest is " : "such as ",
	    nearest.name != NULL ? nearest.name : list->tags[0].name);
	return ERR_NOENT;
}

static void
add_option(struct load *l, struct item *item, const char *key,
    const struct word *word)
{
	struct item_option *o;

	item->options =
	    pool_grow(l->scratch, item->options, item->noptions, sizeof *o);
	o = &item->options[item->noptions++];
	o->key = key;
	o->word = *word;
	o->at = l->at;
}

/* The rest of a line: main value and options. */
static bool
read_value_and_options(struct load *l, struct item *item, struct words *words)
{
	struct word word;
	const char *key;
	int r;

	r = words_next(words, &item->value);
	if (r == 0)
		item->has_value = true;
	else if (r != ERR_NOENT) {
		load_error(l, "%s", words->error);
		return false;
	}
	while ((r = words_next_option(words, &key, &word)) == 0)
		add_option(l, item, key, &word);
	if (r != ERR_NOENT)
		load_error(l, "%s", words->error);
	return r == ERR_NOENT;
}

static void
add_line(struct load *l, struct worker_draft *d, struct words *words,
    const struct item_list *list)
{
	const char *before = l->where;
	struct item item = {.at = l->at};
	struct word word;

	if (!set_next_word(l, words, "a name, a kind and a value", &word) ||
	    !source_short_text(l, &word, &item.name))
		return;
	l->where =
	    pool_printf(l->scratch, "%s \"%s\"", list->singular, item.name);
	if (set_next_word(l, words,
		list == &module_list
		    ? "a kind behind its name, such as esModule"
		    : "a kind behind its name, such as text",
		&word) &&
	    source_short_text(l, &word, &item.tag) &&
	    find_tag(l, list, item.tag, &item.kind) == 0 &&
	    read_value_and_options(l, &item, words))
		list->add(l, d, &item);
	l->where = before;
}

void
item_add_module(struct load *l, struct worker_draft *d, struct words *words)
{
	add_line(l, d, words, &module_list);
}

void
item_add_binding(struct load *l, struct worker_draft *d, struct words *words)
{
	add_line(l, d, words, &binding_list);
}

/* One entry of a section: it chooses the kind, or sets an option. */
static bool
add_entry(struct load *l, struct item *item, const struct item_list *list,
    const struct ini_entry *entry)
{
	struct words words;
	struct word word;
	const char *key = entry->key;
	size_t n = item->tag != NULL ? strlen(item->tag) : 0;

	words_init(&words, l->scratch, entry->value, entry->column);
	if (item->tag != NULL && strncmp(key, item->tag, n) == 0 &&
	    key[n] == '.')
		key += n + 1; /* service.entrypoint: part of the member */
	else if (item->tag == NULL) {
		if (find_tag(l, list, key, &item->kind) != 0)
			return false;
		item->tag = key;
		return read_value_and_options(l, item, &words);
	} else if (strcmp(key, "namedExports") != 0) {
		load_error(l,
		    "\"%s\" does not belong to a %s of the kind \"%s\"", key,
		    list->singular, item->tag);
		return false;
	}
	if (!set_next_word(l, &words, "a word", &word) || !set_end(l, &words))
		return false;
	add_option(l, item, key, &word);
	return true;
}

void
item_add_section(struct load *l, struct worker_draft *d, const char *list_name,
    const char *name, const struct ini_section *section)
{
	const struct item_list *list =
	    strcmp(list_name, "modules") == 0 ? &module_list : &binding_list;
	const char *before = l->where;
	struct item item = {.name = name, .at = l->at};
	bool ok = true;
	size_t i;

	l->where = pool_printf(l->scratch, "%s \"%s\"", list->singular, name);
	for (i = 0; i < section->nentries; i++) {
		l->at.line = section->entries[i].line;
		ok = add_entry(l, &item, list, &section->entries[i]) && ok;
	}
	l->at = item.at;
	if (item.tag == NULL && ok)
		load_error(l,
		    "the section says no kind; write one, such as text = ...");
	else if (ok)
		list->add(l, d, &item);
	l->where = before;
}

/* Checks a name that code will use; *NAMES tells whether it is taken. */
static bool
check_name(struct load *l, const char *name, size_t max, struct names *names,
    size_t index)
{
	if (*name == '\0' || strlen(name) > max) {
		load_error(l, "a name has 1 to %zu bytes", max);
		return false;
	}
	if (names_put(names, l->scratch, name, index) != CONF_NONE) {
		load_error(l,
		    "is defined twice in this worker; rename or remove one");
		return false;
	}
	return true;
}

/* Counts what a worker is sent. */
static bool
count_bytes(struct load *l, struct worker_draft *d, size_t len)
{
	if (len > LOAD_WORKER_BYTES_MAX - d->bytes) {
		load_error(l,
		    "code and bindings of this worker exceed %d MB; make them "
		    "smaller",
		    LOAD_WORKER_BYTES_MAX / (1024 * 1024));
		return false;
	}
	d->bytes += len;
	return true;
}

bool
item_append_module(struct load *l, struct worker_draft *d,
    const struct conf_module *module)
{
	struct conf_worker *w = &d->worker;

	if (w->nmodules == LOAD_MODULES_MAX) {
		load_error(l, "more than %d modules", LOAD_MODULES_MAX);
		return false;
	}
	if (!check_name(l, module->name, LOAD_TEXT_MAX, &d->module_names,
		w->nmodules) ||
	    !count_bytes(l, d, module->bytes.len + strlen(module->name)))
		return false;
	d->modules =
	    pool_grow(l->pool, d->modules, w->nmodules, sizeof *d->modules);
	d->modules[w->nmodules++] = *module;
	w->modules = d->modules;
	return true;
}

static bool
add_named_export(struct load *l, struct conf_module *m, const char ***list,
    const struct word *word)
{
	const char *text;

	if (!source_short_text(l, word, &text))
		return false;
	if (m->nnamed_exports == LOAD_NAMED_EXPORTS_MAX) {
		load_error(l, "more than %d named exports",
		    LOAD_NAMED_EXPORTS_MAX);
		return false;
	}
	*list = pool_grow(l->pool, *list, m->nnamed_exports, sizeof **list);
	(*list)[m->nnamed_exports++] = text;
	m->named_exports = *list;
	return true;
}

/* The code of a module. */
static bool
read_code(struct load *l, struct conf_module *m, const struct word *word)
{
	m->path = source_embedded_path(l, word);
	if (m->kind == CONF_MODULE_DATA)
		return source_bytes(l, word, &m->bytes);
	if (!source_text(l, word, &m->bytes))
		return false;
	return m->kind != CONF_MODULE_JSON || set_check_json(l, &m->bytes);
}

static void
add_module(struct load *l, struct worker_draft *d, struct item *item)
{
	struct conf_module m = {.name = item->name,
	    .kind = (enum conf_module_kind)item->kind,
	    .at = item->at};
	const char **named_exports = NULL;
	const struct item_option *o;
	size_t i;

	if (!item->has_value) {
		load_error(l,
		    "needs the code; write embed(%s), or the text in quotes",
		    item->name);
		return;
	}
	for (i = 0; i < item->noptions; i++) {
		o = &item->options[i];
		if (m.kind != CONF_MODULE_COMMONJS ||
		    strcmp(o->key, "namedExports") != 0) {
			load_error(l,
			    "%s has no option \"%s\"; only commonJsModule has "
			    "one, namedExports",
			    item->tag, o->key);
			return;
		}
		if (!add_named_export(l, &m, &named_exports, &o->word))
			return;
	}
	if (read_code(l, &m, &item->value))
		item_append_module(l, d, &m);
}

void
item_add_script(struct load *l, struct worker_draft *d, const struct word *word)
{
	struct conf_module m = {.kind = CONF_MODULE_SCRIPT, .at = l->at};
	const char *slash;

	if (d->worker.nmodules > 0) {
		load_error(l,
		    "the worker has modules already; write either modules or "
		    "serviceWorkerScript");
		return;
	}
	if (!read_code(l, &m, word))
		return;
	m.name = "worker.js";
	if (m.path != NULL) {
		slash = strrchr(m.path, '/');
		m.name = slash != NULL ? slash + 1 : m.path;
	}
	item_append_module(l, d, &m);
}

/* fromEnvironment: what the variable holds now, or null. */
static bool
read_environment(struct load *l, struct conf_binding *b,
    const struct word *word)
{
	const char *name, *value;

	if (l->reading != NULL) {
		load_error(l, "fromEnvironment is not allowed in a tenant's "
			      "own file");
		return false;
	}
	if (l->options != NULL && l->options->is_hermetic) {
		load_error(l, "fromEnvironment is not allowed here");
		return false;
	}
	if (!source_short_text(l, word, &name))
		return false;
	if (*name == '\0') {
		load_error(l, "needs the name of an environment variable");
		return false;
	}
	value = getenv(name);
	b->value.source = words_quote(l->pool, name, strlen(name));
	if (value == NULL)
		return true;
	b->value.len = strlen(value);
	b->value.data =
	    (const uint8_t *)pool_memdup(l->pool, value, b->value.len);
	return true;
}

static bool
read_binding(struct load *l, struct conf_binding *b, const struct word *word)
{
	switch (b->kind) {
	case CONF_BINDING_TEXT:
		return source_text(l, word, &b->value);
	case CONF_BINDING_JSON:
		return source_text(l, word, &b->value) &&
		       set_check_json(l, &b->value);
	case CONF_BINDING_DATA:
		return source_bytes(l, word, &b->value);
	case CONF_BINDING_FROM_ENVIRONMENT:
		return read_environment(l, b, word);
	case CONF_BINDING_SERVICE:
		return source_short_text(l, word, &b->service.service);
	}
	return false;
}

static void
add_binding(struct load *l, struct worker_draft *d, struct item *item)
{
	struct conf_worker *w = &d->worker;
	struct conf_binding b = {.name = item->name,
	    .kind = (enum conf_binding_kind)item->kind,
	    .at = item->at};
	const struct item_option *o;
	struct word name;
	size_t i = 0;

	/* in a section, "service.name = x" is as good as "service = x" */
	for (; b.kind == CONF_BINDING_SERVICE && i < item->noptions; i++)
		if (strcmp(item->options[i].key, "name") == 0 &&
		    !item->has_value) {
			name = item->options[i].word;
			item->options[i] = item->options[--item->noptions];
			item->value = name;
			item->has_value = true;
		}
	if (!item->has_value) {
		load_error(l, "needs a value behind \"%s\"%s", item->tag,
		    b.kind == CONF_BINDING_TEXT
			? "; write \"\" for an empty text"
			: "");
		return;
	}
	for (i = 0; i < item->noptions; i++) {
		o = &item->options[i];
		if (b.kind == CONF_BINDING_SERVICE &&
		    set_designator_option(l, &b.service, o->key, &o->word))
			continue;
		load_error(l, "option \"%s\" is unknown%s", o->key,
		    b.kind == CONF_BINDING_SERVICE
			? "; there are entrypoint and props.json"
			: "; this kind has none");
		return;
	}
	if (!read_binding(l, &b, &item->value))
		return;
	if (w->nbindings == LOAD_BINDINGS_MAX) {
		load_error(l, "more than %d bindings", LOAD_BINDINGS_MAX);
		return;
	}
	if (!check_name(l, b.name, LOAD_NAME_MAX, &d->binding_names,
		w->nbindings) ||
	    !count_bytes(l, d, b.value.len + strlen(b.name)))
		return;
	d->bindings = pool_grow(l->pool, d->bindings, w->nbindings, sizeof b);
	d->bindings[w->nbindings++] = b;
	w->bindings = d->bindings;
}
