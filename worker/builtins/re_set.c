/*
 * Sets of code points, case folding, Unicode properties.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/re.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096U
#define CODE_POINTS 0x110000U

struct re_pair {
	uint32_t from, to;
};

struct re_named_set {
	const char *name;
	uint32_t at, n; /* in re_set_data; ranges */
};

#include "worker/builtins/re_tables.h"

void
re_arena_init(struct re_arena *a, duk_context *ctx)
{
	duk_push_bare_array(ctx);
	a->ctx = ctx;
	a->idx = duk_get_top(ctx) - 1;
	a->p = NULL;
	a->left = 0;
}

void *
re_alloc(struct re_arena *a, size_t size)
{
	size_t want;
	void *r;

	size = (size + 7) & ~(size_t)7;
	if (size > a->left) {
		want = MAX(size, (size_t)CHUNK);
		duk_require_stack(a->ctx, 4);
		a->p = duk_push_fixed_buffer(a->ctx, want);
		a->left = want;
		dx_array_append(a->ctx, a->idx);
	}
	r = a->p;
	a->p += size;
	a->left -= size;
	return r;
}

struct re_set *
re_set_new(struct re_arena *a)
{
	return re_alloc(a, sizeof(struct re_set));
}

static void
push(struct re_arena *a, struct re_set *s, uint32_t c)
{
	uint32_t *v;

	if (s->n == s->cap) {
		s->cap = MAX(16U, s->cap * 2);
		v = re_alloc(a, s->cap * sizeof *v);
		if (s->n > 0)
			memcpy(v, s->v, s->n * sizeof *v);
		s->v = v;
	}
	s->v[s->n++] = c;
}

enum set_op { SET_UNION, SET_INTERSECT, SET_SUBTRACT };

/* S = S op T, walking both boundary lists. */
static void
combine(struct re_arena *a, struct re_set *s, const struct re_set *t,
    enum set_op op)
{
	struct re_set out = {NULL, 0, 0};
	uint32_t i = 0, j = 0, c;
	bool in_s, in_t, in, was = false;

	while (i < s->n || j < t->n) {
		if (j >= t->n || (i < s->n && s->v[i] < t->v[j]))
			c = s->v[i];
		else
			c = t->v[j];
		while (i < s->n && s->v[i] == c)
			i++;
		while (j < t->n && t->v[j] == c)
			j++;
		in_s = (i & 1) != 0;
		in_t = (j & 1) != 0;
		in = op == SET_UNION       ? in_s || in_t
		     : op == SET_INTERSECT ? in_s && in_t
					   : in_s && !in_t;
		if (in != was)
			push(a, &out, c);
		was = in;
	}
	*s = out;
}

void
re_set_union(struct re_arena *a, struct re_set *s, const struct re_set *t)
{
	combine(a, s, t, SET_UNION);
}

void
re_set_intersect(struct re_arena *a, struct re_set *s, const struct re_set *t)
{
	combine(a, s, t, SET_INTERSECT);
}

void
re_set_subtract(struct re_arena *a, struct re_set *s, const struct re_set *t)
{
	combine(a, s, t, SET_SUBTRACT);
}

void
re_set_add(struct re_arena *a, struct re_set *s, uint32_t lo, uint32_t hi)
{
	uint32_t v[2] = {lo, hi + 1};
	struct re_set t = {v, 2, 2};

	if (s->n > 0 && s->v[s->n - 1] < lo) {
		push(a, s, lo);
		push(a, s, hi + 1);
		return;
	}
	if (s->n > 0 && s->v[s->n - 1] == lo) {
		s->v[s->n - 1] = hi + 1;
		return;
	}
	combine(a, s, &t, SET_UNION);
}

void
re_set_invert(struct re_arena *a, struct re_set *s)
{
	uint32_t v[2] = {0, CODE_POINTS};
	struct re_set all = {v, 2, 2};

	combine(a, &all, s, SET_SUBTRACT);
	*s = all;
}

bool
re_set_has(const struct re_set *s, uint32_t c)
{
	uint32_t lo = 0, hi = s->n, mid;

	while (lo < hi) { /* boundaries up to and with c */
		mid = lo + (hi - lo) / 2;
		if (s->v[mid] <= c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo & 1) != 0;
}

static int
compare_pair(const void *key, const void *row)
{
	uint32_t a = *(const uint32_t *)key;
	uint32_t b = ((const struct re_pair *)row)->from;

	return (a > b) - (a < b);
}

uint32_t
re_canonicalize(uint32_t c, bool unicode)
{
	const struct re_pair *r;

	if (c < 128) {
		if (unicode)
			return c >= 'A' && c <= 'Z' ? c + 32 : c;
		return c >= 'a' && c <= 'z' ? c - 32 : c;
	}
	r = unicode
		? bsearch(&c, re_fold, NELEMS(re_fold), sizeof *r, compare_pair)
		: bsearch(&c, re_upper, NELEMS(re_upper), sizeof *r,
		      compare_pair);
	return r != NULL ? r->to : c;
}

static int
compare_points(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* S = S union the N points in V, which is sorted here. */
static void
add_points(struct re_arena *a, struct re_set *s, uint32_t *v, size_t n)
{
	struct re_set t = {NULL, 0, 0};
	size_t i;

	qsort(v, n, sizeof *v, compare_points);
	for (i = 0; i < n; i++)
		if (i == 0 || v[i] != v[i - 1])
			re_set_add(a, &t, v[i], v[i]);
	re_set_union(a, s, &t);
}

void
re_set_close(struct re_arena *a, struct re_set *s, bool unicode)
{
	const struct re_pair *t = unicode ? re_fold : re_upper;
	size_t n = unicode ? NELEMS(re_fold) : NELEMS(re_upper), i, k = 0;
	uint32_t *v = re_alloc(a, n * sizeof *v);

	/* what the members canonicalize to */
	for (i = 0; i < n; i++)
		if (re_set_has(s, t[i].from))
			v[k++] = t[i].to;
	add_points(a, s, v, k);
	/* whatever canonicalizes to one of these */
	k = 0;
	for (i = 0; i < n; i++)
		if (re_set_has(s, t[i].to))
			v[k++] = t[i].from;
	add_points(a, s, v, k);
}

void
re_set_remove_folded(struct re_arena *a, struct re_set *s)
{
	struct re_set from = {NULL, 0, 0};
	size_t i;

	for (i = 0; i < NELEMS(re_fold); i++)
		re_set_add(a, &from, re_fold[i].from, re_fold[i].from);
	re_set_subtract(a, s, &from);
}

void
re_set_fold(struct re_arena *a, struct re_set *s)
{
	uint32_t *v = re_alloc(a, NELEMS(re_fold) * sizeof *v);
	size_t i, k = 0;

	for (i = 0; i < NELEMS(re_fold); i++)
		if (re_set_has(s, re_fold[i].from))
			v[k++] = re_fold[i].to;
	re_set_remove_folded(a, s);
	add_points(a, s, v, k);
}

void
re_set_add_escape(struct re_arena *a, struct re_set *s, char escape,
    bool unicode_ignore_case)
{
	static const uint32_t spaces[] = {9, 13, 0x20, 0x20, 0xa0, 0xa0, 0x1680,
	    0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
	    0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff};
	size_t i;

	switch (escape) {
	case 'd':
		re_set_add(a, s, '0', '9');
		break;
	case 's':
		for (i = 0; i < NELEMS(spaces); i += 2)
			re_set_add(a, s, spaces[i], spaces[i + 1]);
		break;
	default:
		re_set_add(a, s, '0', '9');
		re_set_add(a, s, 'A', 'Z');
		re_set_add(a, s, '_', '_');
		re_set_add(a, s, 'a', 'z');
		if (unicode_ignore_case) {
			re_set_add(a, s, 0x17f, 0x17f);
			re_set_add(a, s, 0x212a, 0x212a);
		}
		break;
	}
}

static uint32_t
varint(const unsigned char **p)
{
	uint32_t n = 0;
	unsigned int shift = 0;

	do {
		n |= (uint32_t)(**p & 127) << shift;
		shift += 7;
	} while ((*(*p)++ & 128) != 0);
	return n;
}

static int
compare_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct re_named_set *)row)->name);
}

bool
re_set_add_property(struct re_arena *a, struct re_set *s, const char *name,
    const char *value)
{
	const struct re_named_set *table = re_properties, *r;
	size_t ntable = NELEMS(re_properties);
	struct re_set t = {NULL, 0, 0};
	const unsigned char *p;
	char key[80];
	uint32_t i, c = 0, lo;

	if (strlen(name) + (value != NULL ? strlen(value) : 0) > 70)
		return false;
	strcpy(key, name);
	if (value != NULL) {
		strcpy(key, value);
		if (strcmp(name, "Script") == 0 || strcmp(name, "sc") == 0) {
			table = re_scripts;
			ntable = NELEMS(re_scripts);
		} else if (strcmp(name, "Script_Extensions") == 0 ||
			   strcmp(name, "scx") == 0) {
			table = re_extensions;
			ntable = NELEMS(re_extensions);
		} else if (strcmp(name, "General_Category") == 0 ||
			   strcmp(name, "gc") == 0) {
			snprintf(key, sizeof key, "gc=%s", value);
		} else {
			return false;
		}
	} else if (strncmp(name, "gc=", 3) == 0) {
		return false;
	}
	r = bsearch(key, table, ntable, sizeof *r, compare_name);
	if (r == NULL && value == NULL) {
		snprintf(key, sizeof key, "gc=%s", name);
		r = bsearch(key, table, ntable, sizeof *r, compare_name);
	}
	if (r == NULL)
		return false;
	p = re_set_data + r->at;
	for (i = 0; i < r->n; i++) {
		lo = c + varint(&p);
		c = lo + varint(&p);
		re_set_add(a, &t, lo, c);
		c++;
	}
	re_set_union(a, s, &t);
	return true;
}

bool
re_each_string(const char *name,
    void (*each)(void *arg, const uint32_t *c, uint32_t n), void *arg)
{
	bool all = strcmp(name, "RGI_Emoji") == 0, found = all;
	const unsigned char *p;
	uint32_t c[RE_STRING_MAX], i, k, n;
	size_t t;

	for (t = 0; t < NELEMS(re_string_properties); t++) {
		const struct re_named_set *row = &re_string_properties[t];

		if (!all && strcmp(name, row->name) != 0)
			continue;
		found = true;
		p = re_string_data + row->at;
		for (i = 0; i < row->n; i++) {
			n = *p++;
			ASSERT(n <= RE_STRING_MAX);
			for (k = 0; k < n; k++)
				c[k] = varint(&p);
			each(arg, c, n);
		}
	}
	return found;
}
