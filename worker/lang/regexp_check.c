/*
 * Early errors of regular expression literals: the pattern grammar of
 * ECMA-262 with its Annex B forms, checked without building anything. The
 * classes of the v flag are in regexp_class.c.
 *
 * Runs in: worker, on a tenant's source text.
 */
#include "config.h"

#include "worker/lang/regexp_check.h"

#include <string.h>

#include "base/util.h"
#include "worker/lang/lex_table.h"
#include "worker/lang/regexp_names.h"
#include "worker/lang/regexp_priv.h"
#include "worker/lang/unicode.h"
#include "worker/lang/unit.h"

#define GROUPS_MAX 65535U

/* A name's `scratch`: of a group in this alternative, or in another one. */
#define NAME_TAKEN 1U
#define NAME_ELSEWHERE 2U

static void check_flags(struct regexp *re, uint32_t pos, uint32_t end);
static void scan_groups(struct regexp *re);
static void check_disjunction(struct regexp *re);
static void check_term(struct regexp *re);
static bool check_assertion(struct regexp *re);
static void check_group(struct regexp *re);
static void check_quantifier(struct regexp *re, bool allowed);
static bool quantifier_braces(struct regexp *re);
static void check_atom_escape(struct regexp *re);
static void check_named_reference(struct regexp *re);
static uint32_t group_name(struct regexp *re);

void
regexp_fail(struct regexp *re, const char *what)
{
	const struct ast_node *n = ast_node(&re->u->ast, re->node);
	uint32_t len = MIN(n->end - n->pos, 200);

	unit_fail(re->u, n->pos, n->end, "Invalid regular expression: %.*s: %s",
	    (int)len, re->u->src + n->pos, what);
}

void
regexp_check(struct lang_unit *unit, uint32_t node)
{
	const struct ast_node *n = ast_node(&unit->ast, node);
	struct regexp re = {.u = unit,
	    .node = node,
	    .s = unit->src,
	    .pos = n->pos + 1,
	    .end = n->b};
	uint32_t i;

	check_flags(&re, n->b + 1, n->end);
	scan_groups(&re);
	check_disjunction(&re);
	if (re.pos < re.end)
		regexp_fail(&re, "Unmatched ')'");
	for (i = 0; i < re.nrefs; i++)
		if (atom_get(&unit->atoms, re.refs[i])->scratch == 0)
			regexp_fail(&re, "Invalid named capture referenced");
	for (i = 0; i < re.nnames; i++)
		atom_get(&unit->atoms, re.names[i])->scratch = 0;
}

static void
check_flags(struct regexp *re, uint32_t pos, uint32_t end)
{
	static const char known[] = "dgimsuvy";
	const struct ast_node *n = ast_node(&re->u->ast, re->node);
	unsigned int seen = 0, bit;
	const char *at;
	uint32_t i;

	for (i = pos; i < end; i++) {
		at = memchr(known, re->s[i], sizeof known - 1);
		bit = at != NULL ? 1U << (at - known) : 0;
		if (bit == 0 || (seen & bit) != 0)
			unit_fail(re->u, n->pos, n->end,
			    "Invalid regular expression flags");
		seen |= bit;
	}
	re->v = (seen & 1U << 6) != 0;
	re->unicode = re->v || (seen & 1U << 5) != 0;
	if (re->v && (seen & 1U << 5) != 0)
		unit_fail(re->u, n->pos, n->end,
		    "Invalid regular expression flags");
}

/* How many groups there are, and whether any has a name. */
static void
scan_groups(struct regexp *re)
{
	unsigned int in_class = 0;
	uint32_t i;

	for (i = re->pos; i < re->end; i++) {
		switch (re->s[i]) {
		case '\\':
			i++;
			break;
		case '[':
			if (in_class == 0 || re->v)
				in_class++;
			break;
		case ']':
			if (in_class > 0)
				in_class--;
			break;
		case '(':
			if (in_class > 0)
				break;
			if (re->s[i + 1] != '?') {
				re->ngroups++;
			} else if (re->s[i + 2] == '<' && re->s[i + 3] != '=' &&
				   re->s[i + 3] != '!') {
				re->ngroups++;
				re->has_names = true;
			}
			break;
		default:
			break;
		}
	}
	if (re->ngroups > GROUPS_MAX)
		regexp_fail(re, "Too many captures");
}

/* Whether another group may have one of the names from FIRST on. */
static void
mark_names(struct regexp *re, uint32_t first, uint32_t how)
{
	uint32_t i;

	for (i = first; i < re->nnames; i++)
		atom_get(&re->u->atoms, re->names[i])->scratch = how;
}

static void
check_disjunction(struct regexp *re)
{
	uint32_t first = re->nnames, alternative = first;

	if (++re->depth > REGEXP_DEPTH_MAX)
		regexp_fail(re, "Regular expression too large");
	while (re->pos < re->end && re->s[re->pos] != ')') {
		if (re->s[re->pos] == '|') {
			re->pos++;
			mark_names(re, alternative, NAME_ELSEWHERE);
			alternative = re->nnames;
		} else {
			check_term(re);
		}
	}
	if (alternative != first)
		mark_names(re, first, NAME_TAKEN);
	re->depth--;
}

static void
check_term(struct regexp *re)
{
	bool quantifiable = true;

	switch (re->s[re->pos]) {
	case '^':
	case '$':
		re->pos++;
		quantifiable = false;
		break;
	case '(':
		if (!check_assertion(re)) {
			check_group(re);
			break;
		}
		quantifiable = re->quantifiable;
		break;
	case '*':
	case '+':
	case '?':
		regexp_fail(re, "Nothing to repeat");
	case '{':
		if (quantifier_braces(re))
			regexp_fail(re, "Nothing to repeat");
		if (re->unicode)
			regexp_fail(re, "Lone quantifier brackets");
		re->pos++;
		break;
	case '}':
	case ']':
		if (re->unicode)
			regexp_fail(re, "Lone quantifier brackets");
		re->pos++;
		break;
	case '[':
		regexp_class(re);
		break;
	case '\\':
		if (re->s[re->pos + 1] == 'b' || re->s[re->pos + 1] == 'B') {
			re->pos += 2;
			quantifiable = false;
			break;
		}
		check_atom_escape(re);
		break;
	default:
		regexp_next(re);
	}
	check_quantifier(re, quantifiable);
}

/* Whether a lookaround begins here; then it is read to its end. */
static bool
check_assertion(struct regexp *re)
{
	const char *s = re->s + re->pos;
	bool quantifiable;

	if (s[1] != '?')
		return false;
	if (s[2] == '=' || s[2] == '!') {
		re->pos += 3;
		re->quantifiable = !re->unicode;
	} else if (s[2] == '<' && (s[3] == '=' || s[3] == '!')) {
		re->pos += 4;
		re->quantifiable = false;
	} else {
		return false;
	}
	quantifiable = re->quantifiable;
	check_disjunction(re);
	re->quantifiable = quantifiable;
	if (re->pos >= re->end)
		regexp_fail(re, "Unterminated group");
	re->pos++;
	return true;
}

/* (?ims-ims: each letter once, at least one of them; up to and with ":". */
static void
check_modifiers(struct regexp *re)
{
	static const char letters[] = "ims";
	unsigned int seen = 0, bit;
	bool minus = false;
	const char *at;
	char c;

	for (;;) {
		c = re->pos < re->end ? re->s[re->pos++] : '\0';
		if (c == ':' && seen != 0)
			return;
		if (c == '-' && !minus) {
			minus = true;
			continue;
		}
		at = memchr(letters, c, sizeof letters - 1);
		bit = at != NULL ? 1U << (at - letters) : 0;
		if (bit == 0 || (seen & bit) != 0)
			regexp_fail(re, "Invalid group");
		seen |= bit;
	}
}

static void
check_group(struct regexp *re)
{
	struct atom *name;
	uint32_t atom;

	re->pos++;
	if (re->s[re->pos] == '?') {
		if (re->s[re->pos + 1] == ':') {
			re->pos += 2;
		} else if (re->s[re->pos + 1] == '<') {
			re->pos += 2;
			atom = group_name(re);
			name = atom_get(&re->u->atoms, atom);
			if (name->scratch == NAME_TAKEN)
				regexp_fail(re, "Duplicate capture group name");
			name->scratch = NAME_TAKEN;
			re->names = arena_grow(&re->u->arena, re->names,
			    re->nnames, &re->cap_names, sizeof *re->names);
			re->names[re->nnames++] = atom;
		} else {
			re->pos++;
			check_modifiers(re);
		}
	}
	check_disjunction(re);
	if (re->pos >= re->end)
		regexp_fail(re, "Unterminated group");
	re->pos++;
}

static void
check_quantifier(struct regexp *re, bool allowed)
{
	char c = re->pos < re->end ? re->s[re->pos] : '\0';

	if (c == '*' || c == '+' || c == '?') {
		re->pos++;
	} else if (c != '{' || !quantifier_braces(re)) {
		if (c == '{' && re->unicode)
			regexp_fail(re, "Incomplete quantifier");
		return;
	}
	if (!allowed)
		regexp_fail(re, "Nothing to repeat");
	if (re->pos < re->end && re->s[re->pos] == '?')
		re->pos++;
}

/* {n}, {n,} or {n,m}: read if it is one. */
static bool
quantifier_braces(struct regexp *re)
{
	uint32_t i = re->pos + 1, first, second;
	double low = 0, high;

	first = i;
	for (; i < re->end && lex_is((unsigned char)re->s[i], LC_DIGIT); i++)
		low = low * 10 + (re->s[i] - '0');
	if (i == first || i >= re->end)
		return false;
	high = low;
	if (re->s[i] == ',') {
		second = ++i;
		high = 0;
		for (; i < re->end && lex_is((unsigned char)re->s[i], LC_DIGIT);
		     i++)
			high = high * 10 + (re->s[i] - '0');
		if (i == second)
			high = low;
	}
	if (i >= re->end || re->s[i] != '}')
		return false;
	if (high < low)
		regexp_fail(re, "numbers out of order in {} quantifier");
	re->pos = i + 1;
	return true;
}

static void
check_back_reference(struct regexp *re)
{
	uint32_t n = 0, i = re->pos;

	for (; i < re->end && lex_is((unsigned char)re->s[i], LC_DIGIT); i++)
		n = MIN(n * 10 + (uint32_t)(re->s[i] - '0'), 1000000);
	if (n > re->ngroups) {
		if (re->unicode)
			regexp_fail(re, "Invalid escape");
		re->pos++; /* an octal escape, or a digit; so is the rest */
		return;
	}
	re->pos = i;
}

/* The current character is a backslash outside of a class. */
static void
check_atom_escape(struct regexp *re)
{
	unsigned char c;

	if (re->pos + 1 >= re->end)
		regexp_fail(re, "\\ at end of pattern");
	c = (unsigned char)re->s[re->pos + 1];
	if (c >= '1' && c <= '9') {
		re->pos++;
		check_back_reference(re);
		return;
	}
	if (c == 'k' && (re->unicode || re->has_names)) {
		re->pos += 2;
		check_named_reference(re);
		return;
	}
	if (memchr("dDsSwW", c, 6) != NULL) {
		re->pos += 2;
		return;
	}
	if ((c == 'p' || c == 'P') && re->unicode) {
		regexp_property(re);
		return;
	}
	regexp_character_escape(re, false);
}

static void
check_named_reference(struct regexp *re)
{
	if (re->pos >= re->end || re->s[re->pos] != '<')
		regexp_fail(re, "Invalid named reference");
	re->pos++;
	re->refs = arena_grow(&re->u->arena, re->refs, re->nrefs, &re->cap_refs,
	    sizeof *re->refs);
	re->refs[re->nrefs++] = group_name(re);
}

/* The name behind a "<", and its ">", as an atom. */
static uint32_t
group_name(struct regexp *re)
{
	const char *start = re->s + re->pos, *close;
	size_t len = 0;
	uint32_t c;
	char *name;
	bool ok;

	close = memchr(start, '>', re->end - re->pos);
	if (close == NULL || close == start)
		regexp_fail(re, "Invalid capture group name");
	/* No escape is shorter than what it stands for. */
	name = arena_alloc(&re->u->arena, (size_t)(close - start));
	while (re->s + re->pos < close) {
		if (re->s[re->pos] == '\\') {
			re->pos++;
			if (re->s[re->pos] != 'u' ||
			    !regexp_unicode_escape(re, true, &c))
				regexp_fail(re, "Invalid Unicode escape");
		} else {
			c = regexp_next(re);
		}
		if (c < 0x80)
			ok = lex_is((unsigned char)c,
			    len == 0 ? LC_ID_START : LC_ID_PART);
		else
			ok = len == 0 ? unicode_is_id_start(c)
				      : unicode_is_id_continue(c);
		if (!ok)
			regexp_fail(re, "Invalid capture group name");
		len += unicode_encode(name + len, c);
	}
	re->pos++;
	return atom_intern(&re->u->atoms, name, len);
}
