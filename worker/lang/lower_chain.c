/*
 * Lowering of member access, calls, tagged templates and optional chains: a
 * left spine of links, innermost first. Text that a link needs before its
 * object goes before the whole segment of the spine; an optional link cuts the
 * spine, and what was left of it is kept in a temp:
 *
 *	a.b?.c(d).e   ((t=a.b)==null?void 0:t.c(d).e)
 */
#include "config.h"

#include "worker/lang/lower.h"

#include <string.h>

#include "base/util.h"

/* struct spine of a link: */
/*   temp  the object of a member that is called with call helpers */
/*   cut   what an optional link begins with */

struct chain {
	uint32_t first; /* of its links in l->spine; innermost first */
	uint32_t n;
	uint32_t base; /* node */
	bool optional, is_delete;
	bool keep_last;    /* the last member's object is wanted */
	uint32_t base_obj; /* object of (a?.b)() */
};

static uint32_t chain_run(struct lower *l, uint32_t n, struct chain c);

static struct spine *
link_at(struct lower *l, const struct chain *c, uint32_t i)
{
	return &l->spine[c->first + i];
}

static const struct ast_node *
link_node(struct lower *l, const struct chain *c, uint32_t i)
{
	return N(l, link_at(l, c, i)->n);
}

static bool
is_member_kind(unsigned kind)
{
	return kind == AST_MEMBER || kind == AST_INDEX;
}

static bool
is_call_kind(unsigned kind)
{
	return kind == AST_CALL || kind == AST_TAGGED;
}

static void
chain_collect(struct lower *l, struct chain *c, uint32_t n)
{
	uint32_t i;

	c->first = l->nspine;
	for (;; n = N(l, n)->a) {
		const struct ast_node *node = N(l, n);

		if (!is_member_kind(node->kind) && !is_call_kind(node->kind))
			break;
		lo_push(l, n);
		c->n++;
	}
	c->base = n;
	for (i = 0; i < c->n / 2; i++) {
		struct spine s = l->spine[c->first + i];

		l->spine[c->first + i] = l->spine[c->first + c->n - 1 - i];
		l->spine[c->first + c->n - 1 - i] = s;
	}
}

static bool
link_is_optional(struct lower *l, const struct chain *c, uint32_t i)
{
	return c->optional && link_node(l, c, i)->kind != AST_TAGGED &&
	       (link_node(l, c, i)->flags & AF_OPTIONAL);
}

/* (a?.b)(): calls with a as this. Returns the chain, or 0. */
static uint32_t
paren_chain(struct lower *l, const struct chain *c)
{
	uint32_t n, last;

	if (N(l, c->base)->kind != AST_PAREN || c->n == 0 ||
	    link_node(l, c, 0)->kind != AST_CALL)
		return 0;
	n = ast_skip_parens(&l->u->ast, c->base);
	if (N(l, n)->kind != AST_OPT_CHAIN)
		return 0;
	last = N(l, n)->a;
	return is_member_kind(N(l, last)->kind) && !lo_is_super_member(l, last)
		   ? n
		   : 0;
}

/* Link I is called through $call or $ra, not by Duktape's own call. */
static bool
call_is_special(struct lower *l, const struct chain *c, uint32_t i)
{
	const struct ast_node *node = link_node(l, c, i);
	uint32_t callee;

	if (!is_call_kind(node->kind) ||
	    (i == 0 && N(l, c->base)->kind == AST_SUPER))
		return false;
	if (node->kind == AST_CALL && (node->flags & AF_HAS_SPREAD))
		return true;
	if (i == 0)
		return paren_chain(l, c) != 0;
	callee = link_at(l, c, i - 1)->n;
	if (!is_member_kind(N(l, callee)->kind))
		return false;
	return link_is_optional(l, c, i) || lo_is_super_member(l, callee) ||
	       lo_is_private_member(l, callee);
}

/* Link I's object must be kept for the call behind it. */
static bool
link_keeps_object(struct lower *l, const struct chain *c, uint32_t i)
{
	if (c->keep_last && i + 1 == c->n)
		return true;
	return i + 1 < c->n && is_member_kind(link_node(l, c, i)->kind) &&
	       call_is_special(l, c, i + 1) &&
	       !lo_is_super_member(l, link_at(l, c, i)->n);
}

static void
link_prefix(struct lower *l, const struct chain *c, uint32_t i)
{
	struct spine *s = link_at(l, c, i);
	const struct ast_node *node = N(l, s->n);

	if (call_is_special(l, c, i))
		lo_put(l, "%h(",
		    node->flags & AF_HAS_SPREAD && node->kind == AST_CALL
			? LANG_HELPER_REFLECT_APPLY
			: LANG_HELPER_CALL);
	else if (lo_is_private_member(l, s->n))
		s->priv = lo_private_get_begin(l, node->b);
	if (link_keeps_object(l, c, i)) {
		if (link_is_optional(l, c, i)) {
			s->temp = s->cut; /* starts its segment */
		} else {
			s->temp = lo_temp(l);
			s->own_temp = true;
			lo_put(l, "(%t=", s->temp);
		}
	}
}

/* The arguments of call link I as ",a,b" */
static void
put_arguments(struct lower *l, uint32_t n)
{
	const struct ast_node *node = N(l, n);
	uint32_t a;

	if (node->kind == AST_TAGGED) {
		lo_put(l, ",");
		lo_put_tagged_arguments(l, node->b);
		return;
	}
	for (a = node->b; a != 0; a = N(l, a)->next) {
		lo_put(l, ",");
		lo_at(l, a);
	}
}

static void
link_call_special(struct lower *l, const struct chain *c, uint32_t i)
{
	const struct ast_node *node = link_node(l, c, i);
	bool spread = node->kind == AST_CALL && (node->flags & AF_HAS_SPREAD);

	if (i != 0 && lo_is_super_member(l, link_at(l, c, i - 1)->n)) {
		lo_put(l, ",");
		lo_put_this(l);
	} else if (i != 0 && link_at(l, c, i - 1)->temp != 0) {
		lo_put(l, ",%t", link_at(l, c, i - 1)->temp);
	} else if (i == 0 && c->base_obj != 0) {
		lo_put(l, ",%t", c->base_obj);
	} else {
		lo_put(l, ",void 0");
	}
	if (spread) {
		lo_put(l, ",");
		lower_spread_array(l, node->b, true);
	} else {
		put_arguments(l, link_at(l, c, i)->n);
	}
	lo_put(l, ")");
	lo_skip(l, node->end);
}

static bool
is_named(const struct lower *l, uint32_t n, const char *text)
{
	struct lang_str s;

	if (N(l, n)->kind != AST_NAME)
		return false;
	s = unit_atom_str(l->u, N(l, n)->a);
	return lo_str_eq(s, lo_str(text));
}

static void
put_eval_argument(struct lower *l, uint32_t n, uint32_t a)
{
	lo_to(l, N(l, a)->pos);
	lo_put(l, "%h(eval,", LANG_HELPER_EVAL_TEXT);
	lower_node(l, a);
	lo_to(l, N(l, a)->end);
	lo_put(l, ",");
	lo_put_eval_scope(l, n);
	lo_put(l, ")");
}

static void
link_call(struct lower *l, const struct chain *c, uint32_t i)
{
	const struct ast_node *node = link_node(l, c, i);
	const struct ast_node *callee = N(l, node->a);
	bool apply =
	    callee->kind == AST_MEMBER && is_named(l, callee->b, "apply");
	bool rewrite = link_is_optional(l, c, i) || node->c != 0 ||
		       (node->flags & AF_TRAILING_COMMA);
	uint32_t a;

	if (rewrite)
		lo_put(l, "(");
	for (a = node->b; a != 0; a = N(l, a)->next) {
		if (rewrite) {
			if (a != node->b)
				lo_put(l, ",");
			lo_skip(l, N(l, a)->pos);
		}
		if (a == node->b && (node->flags & AF_DIRECT_EVAL))
			put_eval_argument(l, link_at(l, c, i)->n, a);
		else if (!(apply && a != node->b &&
			     lo_is_plain_arguments(l, a)))
			lower_node(l, a);
		if (rewrite)
			lo_to(l, N(l, a)->end);
	}
	if (rewrite) {
		lo_put(l, ")");
		lo_skip(l, node->end);
	}
}

static void
link_member(struct lower *l, const struct chain *c, uint32_t i)
{
	const struct spine *s = link_at(l, c, i);
	const struct ast_node *node = N(l, s->n);
	bool optional = link_is_optional(l, c, i);
	struct lang_str name;

	if (s->own_temp)
		lo_put(l, ")");
	if (lo_is_private_member(l, s->n)) {
		lo_private_get_end(l, node->b, s->priv);
		lo_skip(l, node->end);
	} else if (node->kind == AST_MEMBER) {
		name = unit_atom_str(l->u, N(l, node->b)->a);
		if ((N(l, node->b)->flags & AF_ESCAPED_NAME) ||
		    !lo_is_ascii(name)) {
			if (!optional)
				lo_to(l, N(l, node->a)->end);
			lo_put_member(l, name);
			lo_skip(l, node->end);
		} else if (optional) {
			lo_put(l, ".");
			lo_skip(l, N(l, node->b)->pos);
		}
	} else {
		if (optional) {
			lo_put(l, "[");
			lo_skip(l, N(l, node->b)->pos);
		}
		lower_node(l, node->b);
	}
}

/* Everything of link I behind its left side. */
static void
link_suffix(struct lower *l, const struct chain *c, uint32_t i)
{
	const struct ast_node *node = link_node(l, c, i);

	if (call_is_special(l, c, i)) {
		link_call_special(l, c, i);
	} else if (node->kind == AST_CALL) {
		link_call(l, c, i);
	} else if (node->kind == AST_TAGGED) {
		lo_put(l, "(");
		lo_put_tagged_arguments(l, node->b);
		lo_put(l, ")");
		lo_skip(l, node->end);
	} else {
		link_member(l, c, i);
	}
}

/* The base alone, or with its first link where both are one thing. */
static uint32_t
chain_base(struct lower *l, struct chain *c)
{
	const struct ast_node *base = N(l, c->base);
	const struct ast_node *first = link_node(l, c, 0);
	uint32_t inner = paren_chain(l, c);

	if (inner != 0) {
		lo_skip(l, N(l, inner)->pos);
		c->base_obj =
		    chain_run(l, inner, (struct chain){.keep_last = true});
		lo_skip(l, base->end);
		return 0;
	}

	if (base->kind == AST_SUPER) {
		uint32_t n = link_at(l, c, 0)->n;

		lo_to(l, base->pos);
		if (first->kind == AST_CALL) {
			lower_super_call(l, n);
		} else {
			lo_put(l, "%h(", LANG_HELPER_SUPER_GET);
			lo_put_super_ref(l, n, 0);
			lo_put(l, ")");
			lo_skip(l, first->end);
		}
		return 1;
	}
	if (lo_is_plain_arguments(l, c->base) &&
	    ((first->kind == AST_INDEX && !link_keeps_object(l, c, 0) &&
		 !(c->n > 1 && is_call_kind(link_node(l, c, 1)->kind))) ||
		(first->kind == AST_MEMBER && is_named(l, first->b, "length"))))
		return 0;
	if (base->kind == AST_IDENT && is_call_kind(first->kind))
		lower_callee_ident(l, c->base);
	else
		lower_node(l, c->base);
	return 0;
}

static bool
chain_is_untouched(struct lower *l, const struct chain *c)
{
	uint32_t i;

	if (c->optional)
		return false;
	for (i = 0; i < c->n; i++)
		if (call_is_special(l, c, i) ||
		    lo_is_private_member(l, link_at(l, c, i)->n))
			return false;
	return true;
}

/* Links FIRST..END-1, which hold no optional link but maybe the first. */
static void
chain_segment(struct lower *l, struct chain *c, uint32_t first, uint32_t end)
{
	bool cut = link_is_optional(l, c, first);
	uint32_t i;

	for (i = end; i > first; i--)
		link_prefix(l, c, i - 1);
	i = first;
	if (!cut) {
		lo_skip(l, N(l, c->base)->pos);
		i = chain_base(l, c);
		lo_to(l, i == 0 ? N(l, c->base)->end : link_node(l, c, 0)->end);
	} else {
		lo_put(l, "%t", link_at(l, c, first)->cut);
	}
	for (; i < end; i++) {
		if (i > first || !cut)
			lo_to(l, N(l, link_node(l, c, i)->a)->end);
		link_suffix(l, c, i);
		lo_to(l, link_node(l, c, i)->end);
	}
}

/* The end of the segment that begins at link FIRST. */
static uint32_t
segment_end(struct lower *l, const struct chain *c, uint32_t first)
{
	uint32_t i;

	for (i = first + 1; i < c->n; i++)
		if (link_is_optional(l, c, i))
			break;
	return i;
}

static void
chain_optional(struct lower *l, struct chain *c)
{
	uint32_t i, end;
	bool first = true;

	lo_put(l, "(");
	/* the base is a segment of its own when link 0 is optional */
	end = link_is_optional(l, c, 0) ? 0 : segment_end(l, c, 0);
	for (i = 0;; i = end, end = segment_end(l, c, i)) {
		bool last = !first && end == c->n;

		if (last) {
			lo_put(l, c->is_delete ? "||delete " : "?void 0:");
			chain_segment(l, c, i, end);
			break;
		}
		link_at(l, c, end)->cut = lo_temp(l);
		lo_put(l, first ? "(%t=" : "||(%t=", link_at(l, c, end)->cut);
		if (end == 0) {
			lo_skip(l, N(l, c->base)->pos);
			lower_node(l, c->base);
			lo_to(l, N(l, c->base)->end);
		} else {
			chain_segment(l, c, i, end);
		}
		lo_put(l, ")==null");
		first = false;
	}
	lo_put(l, ")");
}

/* Returns the temp of the last object if that was to be kept. */
static uint32_t
chain_run(struct lower *l, uint32_t n, struct chain c)
{
	uint32_t i, inner = n, kept = 0;

	if (N(l, n)->kind == AST_OPT_CHAIN) {
		c.optional = true;
		inner = N(l, n)->a;
	}
	chain_collect(l, &c, inner);
	if (chain_is_untouched(l, &c)) {
		i = chain_base(l, &c);
		for (; i < c.n; i++) {
			const struct ast_node *node = link_node(l, &c, i);

			if (node->kind == AST_TAGGED || node->c != 0 ||
			    (node->flags & AF_TRAILING_COMMA))
				lo_to(l, N(l, node->a)->end);
			link_suffix(l, &c, i);
		}
	} else {
		lo_to(l, N(l, n)->pos);
		if (c.optional)
			chain_optional(l, &c);
		else
			chain_segment(l, &c, 0, c.n);
		lo_skip(l, N(l, n)->end);
	}
	if (c.keep_last)
		kept = link_at(l, &c, c.n - 1)->temp;
	lo_temp_free(l, c.base_obj);
	for (i = 0; i < c.n; i++) {
		const struct spine *s = link_at(l, &c, i);

		if (s->cut != kept)
			lo_temp_free(l, s->cut);
		if (s->own_temp && s->temp != kept)
			lo_temp_free(l, s->temp);
	}
	l->nspine = c.first;
	return kept;
}

void
lower_chain(struct lower *l, uint32_t n)
{
	chain_run(l, n, (struct chain){.n = 0});
}

void
lower_chain_delete(struct lower *l, uint32_t n)
{
	chain_run(l, n, (struct chain){.is_delete = true});
}
