/*
 * Regular expressions: the backtracking machine.
 *
 * Runs in: worker.
 * Never:   recurses: its stack is a buffer of the heap, which the memory cap
 *          counts; the kill flag is looked at as it runs.
 */
#include "config.h"

#include "worker/builtins/re.h"

#include "worker/builtins/text.h"

#include <string.h>

#define STACK_START 256U
#define STACK_MAX (1U << 26)
#define POLL_MASK 0x3ffU

/* What to do when a path fails, newest last. */
enum entry_kind {
	E_BRANCH, /* continue at a, position b */
	E_UNDO,   /* slot a was b */
	E_LOOK,   /* an assertion began: previous one a, position b */
	E_NLOOK,
	E_GREEDY, /* op at a, position now b, fewest c */
	E_LAZY    /* op at a, position b, c more allowed */
};

struct entry {
	uint32_t kind_a; /* kind << 28 | a */
	uint32_t b, c;
};

struct machine {
	duk_context *ctx;
	const struct re_program *p;
	const char *s;
	uint32_t len;
	bool unicode;
	uint32_t *slots;
	duk_idx_t stack_idx;
	struct entry *stack;
	uint32_t n, cap;
	uint32_t look; /* index of the innermost assertion's entry, or NONE */
	volatile sig_atomic_t *kill;
	uint32_t steps;
};

static void
push(struct machine *m, enum entry_kind kind, uint32_t a, uint32_t b,
    uint32_t c)
{
	struct entry *e;

	if (m->n == m->cap) {
		if (m->cap >= STACK_MAX)
			bi_throw_range(m->ctx,
			    "Regular expression too complex");
		m->stack = duk_resize_buffer(m->ctx, m->stack_idx,
		    (size_t)m->cap * 2 * sizeof *m->stack);
		m->cap *= 2;
	}
	e = &m->stack[m->n++];
	e->kind_a = (uint32_t)kind << 28 | a;
	e->b = b;
	e->c = c;
}

static void
set_slot(struct machine *m, uint32_t slot, uint32_t v)
{
	push(m, E_UNDO, slot, m->slots[slot], 0);
	m->slots[slot] = v;
}

static inline uint32_t
read_char(const struct machine *m, uint32_t *pos)
{
	uint32_t c = (unsigned char)m->s[*pos];

	if (c < 0x80) {
		++*pos;
		return c;
	}
	if (m->unicode)
		*pos += (uint32_t)cesu8_char(m->s + *pos, m->len - *pos, &c);
	else
		*pos += (uint32_t)cesu8_unit(m->s + *pos, m->len - *pos, &c);
	return c;
}

static uint32_t
unit_before(const struct machine *m, uint32_t *pos)
{
	uint32_t p = *pos - 1, c;

	while (p > 0 && ((unsigned char)m->s[p] & 0xc0) == 0x80)
		p--;
	cesu8_unit(m->s + p, m->len - p, &c);
	*pos = p;
	return c;
}

static uint32_t
read_back(const struct machine *m, uint32_t *pos)
{
	uint32_t c = (unsigned char)m->s[*pos - 1], hi, p;

	if (c < 0x80) {
		--*pos;
		return c;
	}
	c = unit_before(m, pos);
	if (!m->unicode || (c & 0xfffffc00) != 0xdc00 || *pos == 0)
		return c;
	p = *pos;
	hi = unit_before(m, &p);
	if ((hi & 0xfffffc00) != 0xd800)
		return c;
	*pos = p;
	return 0x10000 + ((hi & 0x3ff) << 10) + (c & 0x3ff);
}

static bool
is_line_end(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

static bool
set_has(const uint32_t *set, uint32_t c)
{
	uint32_t n = set[0], lo = 0, hi = n, mid;

	if (c < 256)
		return (set[1 + c / 32] >> (c % 32) & 1) != 0;
	set += 9;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (set[mid] <= c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo & 1) != 0;
}

/* One consuming op at CODE: does it match here? Moves *POS. */
static inline bool
match_char(const struct machine *m, const uint32_t *code, uint32_t *pos)
{
	uint32_t op = code[0], c, p = *pos;

	if ((op & OP_BACK) != 0) {
		if (p == 0)
			return false;
		c = read_back(m, &p);
	} else {
		if (p >= m->len)
			return false;
		c = read_char(m, &p);
	}
	switch (op & OP_MASK) {
	case OP_CHAR:
		if (c != code[1])
			return false;
		break;
	case OP_CHAR_I:
		if (c != code[1] && re_canonicalize(c, m->unicode) != code[1])
			return false;
		break;
	case OP_ANY:
		if (is_line_end(c))
			return false;
		break;
	case OP_SET:
		if (!set_has(code + 1, c))
			return false;
		break;
	default: /* OP_ALL */
		break;
	}
	*pos = p;
	return true;
}

static uint32_t
char_op_len(const uint32_t *code)
{
	switch (code[0] & OP_MASK) {
	case OP_CHAR:
	case OP_CHAR_I:
		return 2;
	case OP_SET:
		return 10 + code[1];
	default:
		return 1;
	}
}

static bool
is_word(uint32_t c, bool extra)
{
	if (c < 128)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		       (c >= 'A' && c <= 'Z') || c == '_';
	return extra && (c == 0x17f || c == 0x212a);
}

static bool
at_word_edge(const struct machine *m, uint32_t pos, bool extra)
{
	uint32_t p = pos;
	bool before = false, after = false;

	if (p > 0)
		before = is_word(read_back(m, &p), extra);
	p = pos;
	if (p < m->len)
		after = is_word(read_char(m, &p), extra);
	return before != after;
}

/* Match what group G matched: *POS moves. */
static bool
match_ref(struct machine *m, uint32_t g, bool back, bool icase, uint32_t *pos)
{
	uint32_t from = m->slots[2 * g], to = m->slots[2 * g + 1], p = *pos;
	uint32_t a, b;

	if (from == RE_NONE || to == RE_NONE)
		return true;
	if (!icase) {
		uint32_t n = to - from;

		if (back) {
			if (n > p || memcmp(m->s + p - n, m->s + from, n) != 0)
				return false;
			*pos = p - n;
			return true;
		}
		if (n > m->len - p || memcmp(m->s + p, m->s + from, n) != 0)
			return false;
		*pos = p + n;
		return true;
	}
	while (from < to) {
		if (back) {
			if (p == 0)
				return false;
			a = read_back(m, &to);
			b = read_back(m, &p);
		} else {
			if (p >= m->len)
				return false;
			a = read_char(m, &from);
			b = read_char(m, &p);
		}
		if (a != b && re_canonicalize(a, m->unicode) !=
				  re_canonicalize(b, m->unicode))
			return false;
	}
	*pos = p;
	return true;
}

static bool
match_refs(struct machine *m, const uint32_t *code, uint32_t *pos)
{
	uint32_t i, g;

	for (i = 0; i < code[1]; i++) {
		g = code[2 + i];
		if (m->slots[2 * g] == RE_NONE ||
		    m->slots[2 * g + 1] == RE_NONE)
			continue;
		return match_ref(m, g, (code[0] & OP_BACK) != 0,
		    (code[0] & OP_ICASE) != 0, pos);
	}
	return true;
}

/* A positive assertion holds: forget its branches, keep what to undo. */
static uint32_t
end_look(struct machine *m)
{
	uint32_t i, k = m->look, pos = m->stack[k].b;
	uint32_t prev = m->stack[k].kind_a & 0x0fffffff;

	for (i = k + 1; i < m->n; i++)
		if (m->stack[i].kind_a >> 28 == E_UNDO)
			m->stack[k++] = m->stack[i];
	m->n = k;
	m->look = prev == 0x0fffffff ? RE_NONE : prev;
	return pos;
}

/* A negated assertion's body matched: undo all of it. */
static void
end_nlook(struct machine *m)
{
	struct entry *e;
	uint32_t prev;

	while (m->n - 1 > m->look) {
		e = &m->stack[--m->n];
		if (e->kind_a >> 28 == E_UNDO)
			m->slots[e->kind_a & 0x0fffffff] = e->b;
	}
	prev = m->stack[m->look].kind_a & 0x0fffffff;
	m->n--;
	m->look = prev == 0x0fffffff ? RE_NONE : prev;
}

/* OP_REPEAT at PC: true if the path goes on, at *POS. */
static bool
start_repeat(struct machine *m, uint32_t pc, uint32_t *pos)
{
	const uint32_t *code = m->p->code + pc;
	uint32_t min = code[1], max = code[2], n, p = *pos, least;

	for (n = 0; n < min; n++)
		if (!match_char(m, code + 5, &p))
			return false;
	if (code[3] != 0) { /* lazy */
		if (max > min)
			push(m, E_LAZY, pc, p,
			    max == RE_NONE ? RE_NONE : max - min);
		*pos = p;
		return true;
	}
	least = p;
	for (; n < max; n++) {
		if ((n & POLL_MASK) == POLL_MASK && *m->kill)
			dx_check_stack(m->ctx);
		if (!match_char(m, code + 5, &p))
			break;
	}
	if (p != least)
		push(m, E_GREEDY, pc, p, least);
	*pos = p;
	return true;
}

/*
 * The path failed: take up the newest alternative. False if there is none;
 * else *PC and *POS say where to go on.
 */
static bool
backtrack(struct machine *m, uint32_t *pc, uint32_t *pos)
{
	const uint32_t *code;
	struct entry *e;
	uint32_t a;

	while (m->n > 0) {
		e = &m->stack[m->n - 1];
		a = e->kind_a & 0x0fffffff;
		switch ((enum entry_kind)(e->kind_a >> 28)) {
		case E_UNDO:
			m->slots[a] = e->b;
			m->n--;
			break;
		case E_BRANCH:
			*pc = a;
			*pos = e->b;
			m->n--;
			return true;
		case E_LOOK: /* failed: so does what it stands in */
			m->look = a == 0x0fffffff ? RE_NONE : a;
			m->n--;
			break;
		case E_NLOOK: /* did not match: holds */
			m->look = a == 0x0fffffff ? RE_NONE : a;
			*pos = e->b;
			*pc = e->c;
			m->n--;
			return true;
		case E_GREEDY:
			code = m->p->code + a;
			if ((code[5] & OP_BACK) != 0)
				read_char(m, &e->b);
			else
				read_back(m, &e->b);
			*pos = e->b;
			*pc = code[4];
			if (e->b == e->c)
				m->n--;
			return true;
		case E_LAZY:
			code = m->p->code + a;
			if (!match_char(m, code + 5, &e->b)) {
				m->n--;
				break;
			}
			*pos = e->b;
			*pc = code[4];
			if (e->c != RE_NONE && --e->c == 0)
				m->n--;
			return true;
		}
	}
	return false;
}

/* OP_LOOP: where to go on; *FAILED if nowhere. */
static uint32_t
step_loop(struct machine *m, uint32_t pc, uint32_t pos)
{
	const uint32_t *code = m->p->code + pc;
	uint32_t n = m->slots[code[1]], body = pc + 6, exit = code[5];

	if (n < code[2])
		return body;
	if (n >= code[3] && code[3] != RE_NONE)
		return exit;
	if (code[4] != 0) {
		push(m, E_BRANCH, body, pos, 0);
		return exit;
	}
	push(m, E_BRANCH, exit, pos, 0);
	return body;
}

/* Run from POS: did it match? */
static bool
run(struct machine *m, uint32_t pos)
{
	const uint32_t *code;
	uint32_t pc = 0, i, p;
	bool ok;

	for (;;) {
		if ((++m->steps & POLL_MASK) == 0 && *m->kill)
			dx_check_stack(m->ctx);
		code = m->p->code + pc;
		ok = true;
		switch ((enum re_op)(code[0] & OP_MASK)) {
		case OP_MATCH:
			return true;
		case OP_CHAR:
		case OP_CHAR_I:
		case OP_ANY:
		case OP_ALL:
		case OP_SET:
			ok = match_char(m, code, &pos);
			pc += char_op_len(code);
			break;
		case OP_JUMP:
			pc = code[1];
			break;
		case OP_SPLIT:
			push(m, E_BRANCH, code[1], pos, 0);
			pc += 2;
			break;
		case OP_SPLIT_LAZY:
			push(m, E_BRANCH, pc + 2, pos, 0);
			pc = code[1];
			break;
		case OP_SAVE:
			set_slot(m, code[1], pos);
			pc += 2;
			break;
		case OP_RESET:
			for (i = code[1]; i < code[2]; i++)
				if (m->slots[i] != RE_NONE)
					set_slot(m, i, RE_NONE);
			pc += 3;
			break;
		case OP_START:
			ok = pos == 0;
			pc++;
			break;
		case OP_START_M:
			p = pos;
			ok = pos == 0 || is_line_end(unit_before(m, &p));
			pc++;
			break;
		case OP_END:
			ok = pos == m->len;
			pc++;
			break;
		case OP_END_M:
			p = pos;
			ok = pos == m->len || is_line_end(read_char(m, &p));
			pc++;
			break;
		case OP_WORD:
		case OP_NOT_WORD:
			ok = at_word_edge(m, pos,
				 m->unicode && (code[0] & OP_ICASE) != 0) ==
			     ((code[0] & OP_MASK) == OP_WORD);
			pc++;
			break;
		case OP_BACKREF:
			ok = match_refs(m, code, &pos);
			pc += 2 + code[1];
			break;
		case OP_LOOK:
		case OP_NLOOK:
			i = m->n;
			push(m,
			    (code[0] & OP_MASK) == OP_LOOK ? E_LOOK : E_NLOOK,
			    m->look & 0x0fffffff, pos, code[1]);
			m->look = i;
			pc += 2;
			break;
		case OP_LOOK_END:
			pos = end_look(m);
			pc++;
			break;
		case OP_NLOOK_END:
			end_nlook(m);
			ok = false;
			break;
		case OP_SET_REG:
			set_slot(m, code[1], code[2]);
			pc += 3;
			break;
		case OP_SET_POS:
			set_slot(m, code[1], pos);
			pc += 2;
			break;
		case OP_LOOP:
			pc = step_loop(m, pc, pos);
			break;
		case OP_LOOP_END:
			i = m->slots[code[1]];
			ok = code[2] == RE_NONE || i < code[3] ||
			     m->slots[code[2]] != pos;
			set_slot(m, code[1], i + 1);
			pc = code[4];
			break;
		case OP_REPEAT:
			ok = start_repeat(m, pc, &pos);
			pc = code[4];
			break;
		}
		if (!ok && !backtrack(m, &pc, &pos))
			return false;
	}
}

/* The next position from POS on whose byte can start a match; LEN + 1: none */
static uint32_t
skip(const struct machine *m, uint32_t pos)
{
	const struct re_program *p = m->p;
	unsigned char c;

	if (!p->have_first)
		return pos;
	for (; pos < m->len; pos++) {
		c = (unsigned char)m->s[pos];
		if ((p->first[c / 32] >> (c % 32) & 1) != 0)
			return pos;
	}
	return m->len + 1;
}

const uint32_t *
re_run(duk_context *ctx, const struct re_program *p, const char *s, size_t len,
    size_t start, bool sticky)
{
	struct machine m;
	duk_idx_t base = duk_get_top(ctx);
	uint32_t pos = (uint32_t)start;

	memset(&m, 0, sizeof m);
	m.ctx = ctx;
	m.p = p;
	m.s = s;
	m.len = (uint32_t)len;
	m.unicode = (p->flags & (RE_UNICODE | RE_UNICODE_SETS)) != 0;
	m.look = RE_NONE;
	m.kill = bi_of(ctx)->kill;
	m.slots = duk_push_fixed_buffer(ctx, p->nslots * sizeof *m.slots);
	m.cap = STACK_START;
	m.stack = duk_push_dynamic_buffer(ctx, (size_t)m.cap * sizeof *m.stack);
	m.stack_idx = base + 1;
	for (;;) {
		if (!sticky)
			pos = skip(&m, pos);
		if (pos > m.len)
			break;
		memset(m.slots, 0xff, p->nslots * sizeof *m.slots);
		m.n = 0;
		m.look = RE_NONE;
		if (run(&m, pos)) {
			duk_pop(ctx);
			return m.slots;
		}
		if (sticky || p->anchored || pos >= m.len)
			break;
		read_char(&m, &pos);
	}
	duk_set_top(ctx, base);
	return NULL;
}
