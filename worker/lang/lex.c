/*
 * The lexer: names, punctuators, comments. Literals are in lex_lit.c.
 *
 * Runs in: worker, on a tenant's source text.
 * Never:   reads outside of the source; recurses.
 */
#include "config.h"

#include "worker/lang/lex.h"

#include <string.h>

#include "worker/lang/lex_lit.h"
#include "worker/lang/lex_table.h"
#include "worker/lang/unicode.h"
#include "worker/lang/unit.h"

#define HASHBANG_LEN 2

/* clang-format off */
const struct token_spec token_specs[TOK_NTYPES] = {
#define TOKEN(id_, text_, prec_, op_)                                          \
	[TOK_##id_] = { text_, prec_, OP_##op_ },
#include "worker/lang/tokens.def"
#undef TOKEN
};

#define A_ (LC_ID_START | LC_ID_PART)
#define X_ (LC_ID_START | LC_ID_PART | LC_HEX)
#define D_ (LC_ID_PART | LC_DIGIT | LC_HEX)
const uint8_t lex_classes[256] = {
	['\t'] = LC_SPACE, ['\v'] = LC_SPACE, ['\f'] = LC_SPACE,
	[' '] = LC_SPACE, ['\n'] = LC_EOL, ['\r'] = LC_EOL,
	['$'] = A_, ['_'] = A_, ['0' ... '9'] = D_,
	['A' ... 'F'] = X_, ['G' ... 'Z'] = A_,
	['a' ... 'f'] = X_, ['g' ... 'z'] = A_,
};
#undef A_
#undef X_
#undef D_
/* clang-format on */

static void lex_scan(struct lexer *lx, uint32_t pos);
static void lex_name(struct lexer *lx, uint32_t pos);
static void lex_name_slow(struct lexer *lx, uint32_t start, uint32_t at);
static uint32_t lex_name_escape(struct lexer *lx, uint32_t pos, bool first,
    uint32_t *next_out);
static void lex_punctuator(struct lexer *lx, uint32_t pos);
static uint32_t lex_line_comment(const struct lexer *lx, uint32_t pos);
static uint32_t lex_block_comment(struct lexer *lx, uint32_t pos,
    bool *newline_out);
static bool lex_html_comment(const struct lexer *lx, uint32_t pos,
    bool newline);

static inline unsigned char
lex_at(const struct lexer *lx, uint32_t pos)
{
	return pos < lx->len ? (unsigned char)lx->src[pos] : '\0';
}

void
lex_init(struct lexer *lx, struct lang_unit *unit)
{
	uint32_t pos = 0;

	memset(lx, 0, sizeof *lx);
	lx->unit = unit;
	lx->src = unit->src;
	lx->len = unit->len;
	lx->html_comments = unit->options.kind != LANG_MODULE;
	if (lx->len >= HASHBANG_LEN && memcmp(lx->src, "#!", HASHBANG_LEN) == 0)
		pos = lex_line_comment(lx, HASHBANG_LEN);
	lex_scan(lx, pos);
}

void
lex_next(struct lexer *lx)
{
	lx->prev_end = lx->tok.end;
	lex_scan(lx, lx->tok.end);
}

void
lex_continue(struct lexer *lx, uint32_t pos)
{
	lx->prev_end = pos;
	lex_scan(lx, pos);
}

void
lex_split_gt(struct lexer *lx)
{
	lx->tok.type = TOK_GT;
	lx->tok.end = lx->tok.pos + 1;
}

uint32_t
lex_skip(struct lexer *lx, uint32_t pos, bool *newline)
{
	unsigned char c;
	unsigned int n;
	uint32_t ch;

	for (;;) {
		c = lex_at(lx, pos);
		if (lex_is(c, LC_SPACE)) {
			pos++;
		} else if (lex_is(c, LC_EOL)) {
			*newline = true;
			pos++;
		} else if (c == '/' && lex_at(lx, pos + 1) == '/') {
			pos = lex_line_comment(lx, pos + 2);
		} else if (c == '/' && lex_at(lx, pos + 1) == '*') {
			pos = lex_block_comment(lx, pos, newline);
		} else if (c >= 0x80) {
			ch = unicode_decode(lx->src + pos, &n);
			if (ch == 0x2028 || ch == 0x2029)
				*newline = true;
			else if (!unicode_is_space(ch))
				break;
			pos += n;
		} else if (lx->html_comments && (c == '<' || c == '-') &&
			   lex_html_comment(lx, pos, *newline)) {
			pos = lex_line_comment(lx, pos);
		} else {
			break;
		}
	}
	return pos;
}

bool
lex_is_id_start(const struct lexer *lx, uint32_t pos, uint32_t *n_out)
{
	unsigned char c = lex_at(lx, pos);
	unsigned int n;
	uint32_t ch;

	*n_out = 1;
	if (c < 0x80)
		return lex_is(c, LC_ID_START);
	ch = unicode_decode(lx->src + pos, &n);
	*n_out = n;
	return unicode_is_id_start(ch);
}

bool
lex_is_id_part(const struct lexer *lx, uint32_t pos, uint32_t *n_out)
{
	unsigned char c = lex_at(lx, pos);
	unsigned int n;
	uint32_t ch;

	*n_out = 1;
	if (c < 0x80)
		return lex_is(c, LC_ID_PART);
	ch = unicode_decode(lx->src + pos, &n);
	*n_out = n;
	return unicode_is_id_continue(ch);
}

static void
lex_scan(struct lexer *lx, uint32_t pos)
{
	struct token *t = &lx->tok;
	unsigned char c;
	bool newline = pos == 0;

	c = lex_at(lx, pos);
	if (c == ' ') {
		pos++;
		c = lex_at(lx, pos);
	}
	if (lex_is(c, LC_SPACE | LC_EOL) || c == '/' || c >= 0x80 || c == '<' ||
	    c == '-') {
		pos = lex_skip(lx, pos, &newline);
		c = lex_at(lx, pos);
	}
	t->flags = newline ? TF_NEWLINE : 0;
	t->pos = pos;
	t->atom = 0;
	if (lex_is(c, LC_ID_START)) {
		t->type = TOK_NAME;
		lex_name(lx, pos);
	} else if (lex_is(c, LC_DIGIT) ||
		   (c == '.' && lex_is(lex_at(lx, pos + 1), LC_DIGIT))) {
		lex_lit_number(lx, pos);
	} else if (c == '"' || c == '\'') {
		lex_lit_string(lx, pos);
	} else if (c == '\\' || c >= 0x80) {
		t->type = TOK_NAME;
		lex_name_slow(lx, pos, pos);
	} else {
		lex_punctuator(lx, pos);
	}
}

/* A name that begins with an ASCII letter at POS. */
static void
lex_name(struct lexer *lx, uint32_t pos)
{
	const unsigned char *s = (const unsigned char *)lx->src;
	uint32_t at = pos, hash = ATOM_HASH_INIT;

	while (at < lx->len && lex_is(s[at], LC_ID_PART))
		hash = atom_hash_byte(hash, s[at++]);
	if (at < lx->len && (s[at] == '\\' || s[at] >= 0x80)) {
		lex_name_slow(lx, pos, pos);
		return;
	}
	lx->tok.end = at;
	lx->tok.atom =
	    atom_intern_hashed(&lx->unit->atoms, lx->src + pos, at - pos, hash);
}

/*
 * A name with escapes or characters beyond ASCII: START is where the token
 * begins, AT where the name does (behind a #).
 */
static void
lex_name_slow(struct lexer *lx, uint32_t start, uint32_t at)
{
	uint32_t pos = at, c, n;
	char *cooked = NULL;
	size_t len = 0;
	bool ok;

	(void)start;
	for (; pos < lx->len; pos += n) {
		if (lx->src[pos] == '\\') {
			if (cooked == NULL) {
				cooked = arena_alloc(&lx->unit->arena,
				    lx->len - at + 4 > 4096
					? lex_lit_name_room(lx, at)
					: lx->len - at + 4);
				len = pos - at;
				memcpy(cooked, lx->src + at, len);
			}
			c = lex_name_escape(lx, pos, pos == at, &n);
			len += unicode_encode(cooked + len, c);
			continue;
		}
		ok = pos == at ? lex_is_id_start(lx, pos, &n)
			       : lex_is_id_part(lx, pos, &n);
		if (!ok)
			break;
		if (cooked != NULL) {
			memcpy(cooked + len, lx->src + pos, n);
			len += n;
		}
	}
	if (pos == at) {
		unsigned int bad = 1;

		if (pos < lx->len)
			unicode_decode(lx->src + pos, &bad);
		unit_fail(lx->unit, pos, pos + bad,
		    "Invalid or unexpected token");
	}
	lx->tok.end = pos;
	if (cooked != NULL)
		lx->tok.flags |= TF_ESCAPE;
	lx->tok.atom = atom_intern(&lx->unit->atoms,
	    cooked != NULL ? cooked : lx->src + at,
	    cooked != NULL ? len : pos - at);
}

/* The character of a \u escape in a name; *NEXT_OUT is the escape's length. */
static uint32_t
lex_name_escape(struct lexer *lx, uint32_t pos, bool first, uint32_t *next_out)
{
	uint32_t end, c;
	bool ok;

	if (lex_at(lx, pos + 1) != 'u')
		unit_fail(lx->unit, pos, pos + 1,
		    "Invalid or unexpected token");
	if (!lex_lit_unicode_escape(lx, pos + 2, &c, &end))
		unit_fail(lx->unit, pos, end,
		    "Invalid Unicode escape sequence");
	if (c < 0x80)
		ok = lex_is((unsigned char)c, first ? LC_ID_START : LC_ID_PART);
	else
		ok = first ? unicode_is_id_start(c) : unicode_is_id_continue(c);
	if (!ok)
		unit_fail(lx->unit, pos, end,
		    "Invalid Unicode escape sequence");
	*next_out = end - pos;
	return c;
}

static void
lex_private(struct lexer *lx, uint32_t pos)
{
	unsigned char c = lex_at(lx, pos + 1);

	lx->tok.type = TOK_PRIVATE;
	if (lex_is(c, LC_ID_START)) {
		lex_name(lx, pos + 1);
		return;
	}
	if (c != '\\' && c < 0x80)
		unit_fail(lx->unit, pos, pos + 1,
		    "Invalid or unexpected token");
	lex_name_slow(lx, pos, pos + 1);
}

/*
 * Operators are found by their first byte and then by what follows; every
 * case yields a type and a length.
 */
static void
lex_punctuator(struct lexer *lx, uint32_t pos)
{
	unsigned char c = lex_at(lx, pos), d = lex_at(lx, pos + 1);
	unsigned char e = lex_at(lx, pos + 2), f = lex_at(lx, pos + 3);
	enum token_type type;
	uint32_t n = 1;

#define TOK(type_, n_)                                                         \
	do {                                                                   \
		type = TOK_##type_;                                            \
		n = (n_);                                                      \
	} while (0)
	/* clang-format off */
	switch (c) {
	case '(': TOK(LPAREN, 1); break;
	case ')': TOK(RPAREN, 1); break;
	case '{': TOK(LBRACE, 1); break;
	case '}': TOK(RBRACE, 1); break;
	case '[': TOK(LBRACKET, 1); break;
	case ']': TOK(RBRACKET, 1); break;
	case ';': TOK(SEMICOLON, 1); break;
	case ',': TOK(COMMA, 1); break;
	case ':': TOK(COLON, 1); break;
	case '~': TOK(TILDE, 1); break;
	case '@': TOK(AT, 1); break;
	case '`': TOK(TEMPLATE, 1); break;
	case '.':
		if (d == '.' && e == '.') TOK(ELLIPSIS, 3);
		else TOK(DOT, 1);
		break;
	case '?':
		if (d == '?') { if (e == '=') TOK(NULL_SET, 3); else TOK(NULLISH, 2); }
		else if (d == '.' && !lex_is(e, LC_DIGIT)) TOK(OPT_DOT, 2);
		else TOK(QUESTION, 1);
		break;
	case '=':
		if (d == '=') { if (e == '=') TOK(SEQ, 3); else TOK(EQ, 2); }
		else if (d == '>') TOK(ARROW, 2);
		else TOK(ASSIGN, 1);
		break;
	case '!':
		if (d == '=') { if (e == '=') TOK(SNE, 3); else TOK(NE, 2); }
		else TOK(NOT, 1);
		break;
	case '+':
		if (d == '+') TOK(INC, 2);
		else if (d == '=') TOK(ADD_SET, 2);
		else TOK(PLUS, 1);
		break;
	case '-':
		if (d == '-') TOK(DEC, 2);
		else if (d == '=') TOK(SUB_SET, 2);
		else TOK(MINUS, 1);
		break;
	case '*':
		if (d == '*') { if (e == '=') TOK(EXP_SET, 3); else TOK(EXP, 2); }
		else if (d == '=') TOK(MUL_SET, 2);
		else TOK(STAR, 1);
		break;
	case '/':
		if (d == '=') TOK(DIV_SET, 2);
		else TOK(SLASH, 1);
		break;
	case '%':
		if (d == '=') TOK(MOD_SET, 2);
		else TOK(PERCENT, 1);
		break;
	case '&':
		if (d == '&') { if (e == '=') TOK(LAND_SET, 3); else TOK(AND, 2); }
		else if (d == '=') TOK(AND_SET, 2);
		else TOK(BIT_AND, 1);
		break;
	case '|':
		if (d == '|') { if (e == '=') TOK(LOR_SET, 3); else TOK(OR, 2); }
		else if (d == '=') TOK(OR_SET, 2);
		else TOK(BIT_OR, 1);
		break;
	case '^':
		if (d == '=') TOK(XOR_SET, 2);
		else TOK(BIT_XOR, 1);
		break;
	case '<':
		if (d == '<') { if (e == '=') TOK(SHL_SET, 3); else TOK(SHL, 2); }
		else if (d == '=') TOK(LE, 2);
		else TOK(LT, 1);
		break;
	case '>':
		if (d == '>' && e == '>') { if (f == '=') TOK(USHR_SET, 4); else TOK(USHR, 3); }
		else if (d == '>') { if (e == '=') TOK(SHR_SET, 3); else TOK(SHR, 2); }
		else if (d == '=') TOK(GE, 2);
		else TOK(GT, 1);
		break;
	case '#':
		lex_private(lx, pos);
		return;
	default:
		if (pos < lx->len)
			unit_fail(lx->unit, pos, pos + 1,
			    "Invalid or unexpected token");
		TOK(EOF, 0);
		break;
	}
	/* clang-format on */
#undef TOK
	lx->tok.type = (uint8_t)type;
	lx->tok.end = pos + n;
}

/* The offset of the line terminator, or the end, from POS on. */
static uint32_t
lex_line_comment(const struct lexer *lx, uint32_t pos)
{
	const unsigned char *s = (const unsigned char *)lx->src;

	for (; pos < lx->len; pos++) {
		if (lex_is(s[pos], LC_EOL))
			break;
		if (s[pos] == 0xE2 && lx->len - pos >= 3 &&
		    s[pos + 1] == 0x80 && (s[pos + 2] | 1) == 0xA9)
			break;
	}
	return pos;
}

static uint32_t
lex_block_comment(struct lexer *lx, uint32_t pos, bool *newline_out)
{
	const unsigned char *s = (const unsigned char *)lx->src;
	uint32_t start = pos;

	for (pos += 2; pos + 1 < lx->len; pos++) {
		if (s[pos] == '*' && s[pos + 1] == '/')
			return pos + 2;
		if (lex_is(s[pos], LC_EOL))
			*newline_out = true;
		else if (s[pos] == 0xE2 && lx->len - pos >= 3 &&
			 s[pos + 1] == 0x80 && (s[pos + 2] | 1) == 0xA9)
			*newline_out = true;
	}
	unit_fail(lx->unit, start, lx->len, "Invalid or unexpected token");
}

/* Annex B.1.1: <!-- anywhere, --> at the start of a line. */
static bool
lex_html_comment(const struct lexer *lx, uint32_t pos, bool newline)
{
	const char *s = lx->src + pos;
	uint32_t left = lx->len - pos;

	if (left >= 4 && memcmp(s, "<!--", 4) == 0)
		return true;
	return newline && left >= 3 && memcmp(s, "-->", 3) == 0;
}
