/*
 * Regular expressions: tree to program.
 *
 * Runs in: worker.
 */
#include "config.h"

#include "worker/builtins/re.h"

#include "worker/builtins/text.h"

#include <string.h>

#define CODE_MAX (1U << 22) /* words */

struct code {
	struct re_tree *t;
	duk_context *ctx;
	duk_idx_t idx; /* dynamic buffer */
	uint32_t *v;
	uint32_t n, cap;
	uint32_t nslots;
	bool unicode;
};

static void compile(struct code *k, const struct re_node *n, bool back);

static void
emit(struct code *k, uint32_t word)
{
	if (k->n == k->cap) {
		if (k->cap >= CODE_MAX)
			bi_throw_range(k->ctx, "Regular expression too large");
		k->cap *= 2;
		k->v = duk_resize_buffer(k->ctx, k->idx, k->cap * sizeof *k->v);
	}
	k->v[k->n++] = word;
}

/* An address to be filled in later: its place. */
static uint32_t
emit_hole(struct code *k)
{
	emit(k, 0);
	return k->n - 1;
}

static void
fill(struct code *k, uint32_t hole)
{
	k->v[hole] = k->n;
}

static bool
can_be_empty(const struct re_node *n)
{
	const struct re_node *c;

	switch (n->type) {
	case RE_CHAR:
	case RE_ANY:
	case RE_SET:
		return false;
	case RE_SEQ:
		for (c = n->child; c != NULL; c = c->next)
			if (!can_be_empty(c))
				return false;
		return true;
	case RE_ALT:
		for (c = n->child; c != NULL; c = c->next)
			if (can_be_empty(c))
				return true;
		return false;
	case RE_GROUP:
		return can_be_empty(n->child);
	case RE_REPEAT:
		return n->min == 0 || can_be_empty(n->child);
	case RE_EMPTY:
	case RE_BACKREF:
	case RE_START:
	case RE_END:
	case RE_WORD:
	case RE_LOOK:
		break;
	}
	return true;
}

static bool
ignores_case(const struct re_node *n)
{
	return (n->modifiers & RE_IGNORE_CASE) != 0;
}

/* The set as it is matched: closed under case, inverted. In place, once. */
static void
finish_set(struct code *k, struct re_node *n)
{
	if (ignores_case(n))
		re_set_close(&k->t->arena, n->set, k->unicode);
	if (n->negated)
		re_set_invert(&k->t->arena, n->set);
}

static void
prepare(struct code *k, struct re_node *n)
{
	struct re_node *c;

	bi_check_stack(k->ctx);
	if (n->type == RE_SET)
		finish_set(k, n);
	for (c = n->child; c != NULL; c = c->next)
		prepare(k, c);
}

static void
emit_set(struct code *k, const struct re_set *s)
{
	uint32_t bitmap[8] = {0}, c, i;

	for (c = 0; c < 256; c++)
		if (re_set_has(s, c))
			bitmap[c / 32] |= 1U << (c % 32);
	emit(k, s->n);
	for (i = 0; i < 8; i++)
		emit(k, bitmap[i]);
	for (i = 0; i < s->n; i++)
		emit(k, s->v[i]);
}

/* One character: true if N is such a node. */
static bool
compile_char(struct code *k, const struct re_node *n, bool back)
{
	uint32_t dir = back ? OP_BACK : 0, c;

	switch (n->type) {
	case RE_CHAR:
		c = n->c;
		if (ignores_case(n)) {
			emit(k, OP_CHAR_I | dir);
			emit(k, re_canonicalize(c, k->unicode));
		} else {
			emit(k, OP_CHAR | dir);
			emit(k, c);
		}
		return true;
	case RE_ANY:
		emit(k,
		    ((n->modifiers & RE_DOT_ALL) != 0 ? OP_ALL : OP_ANY) | dir);
		return true;
	case RE_SET:
		emit(k, OP_SET | dir);
		emit_set(k, n->set);
		return true;
	case RE_EMPTY:
	case RE_SEQ:
	case RE_ALT:
	case RE_GROUP:
	case RE_BACKREF:
	case RE_START:
	case RE_END:
	case RE_WORD:
	case RE_LOOK:
	case RE_REPEAT:
		break;
	}
	return false;
}

static bool
is_char(const struct re_node *n)
{
	return n->type == RE_CHAR || n->type == RE_ANY || n->type == RE_SET;
}

static void
compile_reset(struct code *k, const struct re_node *n)
{
	if (n->first >= n->last)
		return;
	emit(k, OP_RESET);
	emit(k, 2 * n->first);
	emit(k, 2 * n->last);
}

/* A counted loop, or one whose body can be empty. */
static void
compile_loop(struct code *k, const struct re_node *n, bool back)
{
	uint32_t count = k->nslots++, pos = RE_NONE, loop, exit;

	if (can_be_empty(n->child))
		pos = k->nslots++;
	emit(k, OP_SET_REG);
	emit(k, count);
	emit(k, 0);
	loop = k->n;
	emit(k, OP_LOOP);
	emit(k, count);
	emit(k, n->min);
	emit(k, n->max);
	emit(k, n->lazy);
	exit = emit_hole(k);
	if (pos != RE_NONE) {
		emit(k, OP_SET_POS);
		emit(k, pos);
	}
	compile_reset(k, n);
	compile(k, n->child, back);
	emit(k, OP_LOOP_END);
	emit(k, count);
	emit(k, pos);
	emit(k, n->min);
	emit(k, loop);
	fill(k, exit);
}

static void
compile_repeat(struct code *k, const struct re_node *n, bool back)
{
	const struct re_node *body = n->child;
	uint32_t loop, hole;

	if (n->max == 0)
		return;
	if (is_char(body)) {
		if (n->min == 1 && n->max == 1) {
			compile(k, body, back);
			return;
		}
		emit(k, OP_REPEAT);
		emit(k, n->min);
		emit(k, n->max);
		emit(k, n->lazy);
		hole = emit_hole(k);
		compile(k, body, back);
		fill(k, hole);
		return;
	}
	if (n->min != 0 || (n->max != 1 && n->max != RE_NONE) ||
	    can_be_empty(body)) {
		compile_loop(k, n, back);
		return;
	}
	loop = k->n;
	emit(k, n->lazy ? OP_SPLIT_LAZY : OP_SPLIT);
	hole = emit_hole(k);
	compile_reset(k, n);
	compile(k, body, back);
	if (n->max == RE_NONE) {
		emit(k, OP_JUMP);
		emit(k, loop);
	}
	fill(k, hole);
}

static void
compile_alt(struct code *k, const struct re_node *n, bool back)
{
	const struct re_node *c;
	uint32_t split, end = RE_NONE, prev;

	for (c = n->child; c->next != NULL; c = c->next) {
		emit(k, OP_SPLIT);
		split = emit_hole(k);
		compile(k, c, back);
		emit(k, OP_JUMP);
		emit(k, end); /* a chain of jumps to the end */
		end = k->n - 1;
		fill(k, split);
	}
	compile(k, c, back);
	while (end != RE_NONE) {
		prev = k->v[end];
		fill(k, end);
		end = prev;
	}
}

static void
compile_seq(struct code *k, const struct re_node *n, bool back)
{
	const struct re_node *c, **v;
	uint32_t i, count = 0;

	if (!back) {
		for (c = n->child; c != NULL; c = c->next)
			compile(k, c, false);
		return;
	}
	for (c = n->child; c != NULL; c = c->next)
		count++;
	v = re_alloc(&k->t->arena, (count + 1) * sizeof *v);
	for (c = n->child, i = 0; c != NULL; c = c->next)
		v[i++] = c;
	while (i > 0)
		compile(k, v[--i], true);
}

static void
compile_look(struct code *k, const struct re_node *n)
{
	uint32_t hole;

	emit(k, n->negated ? OP_NLOOK : OP_LOOK);
	hole = emit_hole(k);
	compile(k, n->child, n->behind);
	emit(k, n->negated ? OP_NLOOK_END : OP_LOOK_END);
	fill(k, hole);
}

static void
compile(struct code *k, const struct re_node *n, bool back)
{
	bool multi = (n->modifiers & RE_MULTILINE) != 0;
	uint32_t i;

	bi_check_stack(k->ctx);
	if (compile_char(k, n, back))
		return;
	switch (n->type) {
	case RE_EMPTY:
	case RE_CHAR:
	case RE_ANY:
	case RE_SET:
		break;
	case RE_SEQ:
		compile_seq(k, n, back);
		break;
	case RE_ALT:
		compile_alt(k, n, back);
		break;
	case RE_GROUP:
		if (n->c != RE_NONE) {
			emit(k, OP_SAVE);
			emit(k, 2 * n->c + (back ? 1 : 0));
		}
		compile(k, n->child, back);
		if (n->c != RE_NONE) {
			emit(k, OP_SAVE);
			emit(k, 2 * n->c + (back ? 0 : 1));
		}
		break;
	case RE_BACKREF:
		emit(k, OP_BACKREF | (back ? OP_BACK : 0) |
			    (ignores_case(n) ? OP_ICASE : 0));
		emit(k, n->c);
		for (i = 0; i < n->c; i++)
			emit(k, n->refs[i]);
		break;
	case RE_START:
		emit(k, multi ? OP_START_M : OP_START);
		break;
	case RE_END:
		emit(k, multi ? OP_END_M : OP_END);
		break;
	case RE_WORD:
		emit(k, (n->negated ? OP_NOT_WORD : OP_WORD) |
			    (ignores_case(n) ? OP_ICASE : 0));
		break;
	case RE_LOOK:
		compile_look(k, n);
		break;
	case RE_REPEAT:
		compile_repeat(k, n, back);
		break;
	}
}

/* ---- which bytes can start a match ------------------------------------- */

static void
first_bytes(uint32_t *first, uint32_t lo, uint32_t hi)
{
	uint32_t i;

	for (i = lo; i <= hi; i++)
		first[i / 32] |= 1U << (i % 32);
}

/* The first bytes of the characters LO to HI. */
static void
first_range(uint32_t *first, uint32_t lo, uint32_t hi)
{
	if (lo < 0x80)
		first_bytes(first, lo, MIN(hi, 0x7fU));
	if (hi >= 0x80 && lo < 0x800)
		first_bytes(first, 0xc0 | MAX(lo, 0x80U) >> 6,
		    0xc0 | MIN(hi, 0x7ffU) >> 6);
	if (hi >= 0x800 && lo < 0x10000)
		first_bytes(first, 0xe0 | MAX(lo, 0x800U) >> 12,
		    0xe0 | MIN(hi, 0xffffU) >> 12);
	if (hi >= 0x10000)
		first_bytes(first, 0xed, 0xed);
}

/*
 * Add what N can start with; true if it can be empty, so that what follows
 * counts too.
 */
static bool
first_of(struct code *k, const struct re_node *n, uint32_t *first)
{
	const struct re_node *c;
	struct re_set *s;
	uint32_t i;
	bool empty;

	switch (n->type) {
	case RE_CHAR:
		s = re_set_new(&k->t->arena);
		re_set_add(&k->t->arena, s, n->c, n->c);
		if (ignores_case(n))
			re_set_close(&k->t->arena, s, k->unicode);
		for (i = 0; i + 1 < s->n; i += 2)
			first_range(first, s->v[i], s->v[i + 1] - 1);
		return false;
	case RE_ANY:
		first_bytes(first, 0, 255);
		return false;
	case RE_SET:
		for (i = 0; i + 1 < n->set->n; i += 2)
			first_range(first, n->set->v[i], n->set->v[i + 1] - 1);
		return false;
	case RE_SEQ:
		for (c = n->child; c != NULL; c = c->next)
			if (!first_of(k, c, first))
				return false;
		return true;
	case RE_ALT:
		empty = false;
		for (c = n->child; c != NULL; c = c->next)
			if (first_of(k, c, first))
				empty = true;
		return empty;
	case RE_GROUP:
		return first_of(k, n->child, first);
	case RE_REPEAT:
		if (n->max == 0)
			return true;
		return first_of(k, n->child, first) || n->min == 0;
	case RE_BACKREF:
		first_bytes(first, 0, 255);
		return true;
	case RE_EMPTY:
	case RE_START:
	case RE_END:
	case RE_WORD:
	case RE_LOOK:
		break;
	}
	return true;
}

static bool
is_anchored(const struct re_node *n)
{
	while (n != NULL && (n->type == RE_SEQ || n->type == RE_GROUP))
		n = n->child;
	return n != NULL && n->type == RE_START &&
	       (n->modifiers & RE_MULTILINE) == 0;
}

void
re_compile(duk_context *ctx, struct re_tree *t)
{
	struct code k = {t, ctx, 0, NULL, 0, 64, 2 * t->ngroups, false};
	struct re_program *p;
	uint32_t first[8] = {0};
	bool empty;

	k.unicode = (t->flags & (RE_UNICODE | RE_UNICODE_SETS)) != 0;
	k.v = duk_push_dynamic_buffer(ctx, k.cap * sizeof *k.v);
	k.idx = duk_get_top(ctx) - 1;
	prepare(&k, t->root);
	emit(&k, OP_SAVE);
	emit(&k, 0);
	compile(&k, t->root, false);
	emit(&k, OP_SAVE);
	emit(&k, 1);
	emit(&k, OP_MATCH);
	empty = first_of(&k, t->root, first);
	p = duk_push_fixed_buffer(ctx, sizeof *p + k.n * sizeof *k.v);
	p->flags = t->flags;
	p->ngroups = t->ngroups;
	p->nslots = k.nslots;
	p->ncode = k.n;
	p->anchored = is_anchored(t->root);
	p->have_first = !empty;
	memcpy(p->first, first, sizeof first);
	memcpy(p->code, k.v, k.n * sizeof *k.v);
	duk_remove(ctx, -2);
}
