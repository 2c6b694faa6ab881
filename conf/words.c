/*
 * The grammar of values: words, quotes, sources, options, comments.
 *
 * Runs in: supervisor.
 * Never:   looks at a file or at the environment: a source is only named
 *          here, conf/source.c fetches it.
 */
#include "config.h"

#include "conf/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/err.h"
#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/ini.h"

static const char *const source_names[] = {
    [WORD_EMBED] = "embed",
    [WORD_ENV] = "env",
    [WORD_CREDENTIAL] = "credential",
    [WORD_BASE64] = "base64",
};

/* What follows a backslash, and what it stands for. */
static const char escape_letters[] = "\"\\/bfnrt";
static const char escape_values[] = "\"\\/\b\f\n\r\t";

static int read_word(struct words *w, int depth, struct word *word_out);
static int read_quoted(struct words *w, struct word *word);
static int read_escape(struct words *w, char *dst, size_t *n);
static int read_unicode(struct words *w, char *dst, size_t *n);
static int read_raw(struct words *w, struct word *word);
static int read_source(struct words *w, size_t len, int depth,
    struct word *word);

static unsigned int
column_of(const struct words *w, const char *at)
{
	unsigned int column = w->column;
	const char *s;

	for (s = w->start; s < at; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			column++;
	return column;
}

/* Set the error; AT is where it is. */
__attribute__((format(printf, 3, 4))) static int
fail(struct words *w, const char *at, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(w->error, sizeof w->error - 20, fmt, ap);
	va_end(ap);
	n = strlen(w->error);
	snprintf(w->error + n, sizeof w->error - n, " (column %u)",
	    column_of(w, at));
	return ERR_SYNTAX;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A character that a bare word may contain. */
static bool
is_bare(char c)
{
	return c != '\0' && strchr(" \t;\"'()", c) == NULL;
}

void
words_init(struct words *words, struct conf_pool *pool, const char *value,
    unsigned int column)
{
	*words = (struct words){
	    .pool = pool, .p = value, .start = value, .column = column};
}

/* Skip white space, and a comment behind it. */
static void
skip(struct words *w)
{
	bool is_after_space = w->p == w->start;

	while (is_space(*w->p)) {
		is_after_space = true;
		w->p++;
	}
	if (*w->p == ';' && is_after_space)
		w->p += strlen(w->p);
}

bool
words_is_at_end(struct words *words)
{
	skip(words);
	return *words->p == '\0';
}

/* What follows a complete word. */
static int
check_end_of_word(struct words *w)
{
	if (*w->p == '\0' || is_space(*w->p))
		return 0;
	if (*w->p == ';')
		return fail(w, w->p,
		    "\";\" inside a word; quote the word, or put a space "
		    "before a comment");
	if (*w->p == '(' || *w->p == ')')
		return fail(w, w->p,
		    "unexpected \"%c\"; quote words with parentheses", *w->p);
	return fail(w, w->p,
	    "a word goes on behind its end; put a space between words, or "
	    "quote all of it");
}

int
words_next(struct words *words, struct word *word_out)
{
	int r;

	if (words_is_at_end(words))
		return ERR_NOENT;
	r = read_word(words, 0, word_out);
	return r != 0 ? r : check_end_of_word(words);
}

int
words_next_option(struct words *words, const char **key_out,
    struct word *word_out)
{
	const char *s, *key;
	int r;

	if (words_is_at_end(words))
		return ERR_NOENT;
	s = key = words->p;
	while (isalnum((unsigned char)*s) || *s == '_' ||
	       (*s == '.' && s > key && s[-1] != '.'))
		s++;
	if (!is_bare(*key) && *key != '"' && *key != '\'')
		return check_end_of_word(words);
	if (s == key || s[-1] == '.' || *s != '=') {
		while (*s != '\0' && !is_space(*s))
			s++;
		return fail(words, key,
		    "one word too many: \"%.*s\"; options are written "
		    "name=value",
		    (int)MIN(s - key, 60), key);
	}
	words->p = s + 1;
	if (*words->p == '\0' || is_space(*words->p))
		return fail(words, key,
		    "option \"%.*s\" has no value; write it right after the "
		    "\"=\"",
		    (int)MIN(s - key, 60), key);
	if ((r = read_word(words, 0, word_out)) != 0 ||
	    (r = check_end_of_word(words)) != 0)
		return r;
	*key_out = pool_memdup(words->pool, key, (size_t)(s - key));
	return 0;
}

const char *
words_source_name(enum word_source source)
{
	return source_names[source];
}

static int
read_word(struct words *w, int depth, struct word *word_out)
{
	struct word word = {.column = column_of(w, w->p)};
	size_t n = 0;
	int r = 0;

	if (*w->p == '"') {
		r = read_quoted(w, &word);
	} else if (*w->p == '\'') {
		r = read_raw(w, &word);
	} else {
		while (is_bare(w->p[n]))
			n++;
		if (w->p[n] == '(' && n > 0) {
			r = read_source(w, n, depth, &word);
		} else if (n > 0) {
			word.form = WORD_BARE;
			word.bytes = pool_memdup(w->pool, w->p, n);
			word.len = n;
			w->p += n;
			if (*w->p == '"' || *w->p == '\'')
				r = fail(w, w->p,
				    "a quote inside a word; quote all of it");
		} else {
			r = *w->p == '\0' ? fail(w, w->p, "a word is missing")
					  : check_end_of_word(w);
		}
	}
	if (r == 0)
		*word_out = word;
	return r;
}

/* The text between double quotes, with the escapes of JSON. */
static int
read_quoted(struct words *w, struct word *word)
{
	const char *open = w->p++;
	/* no escape is shorter than what it stands for */
	char *dst = pool_alloc(w->pool, strlen(w->p) + 1);
	size_t n = 0;
	int r;

	while (*w->p != '"') {
		if (*w->p == '\0')
			return fail(w, open, "the closing \" is missing");
		if (*w->p != '\\') {
			dst[n++] = *w->p++;
			continue;
		}
		if ((r = read_escape(w, dst, &n)) != 0)
			return r;
	}
	w->p++;
	word->form = WORD_QUOTED;
	word->bytes = dst;
	word->len = n;
	return 0;
}

static int
read_escape(struct words *w, char *dst, size_t *n)
{
	const char *which;

	if (w->p[1] == 'u')
		return read_unicode(w, dst, n);
	which = w->p[1] != '\0' ? strchr(escape_letters, w->p[1]) : NULL;
	if (which == NULL) {
		if (w->p[1] == '\0')
			return fail(w, w->p, "the closing \" is missing");
		return fail(w, w->p,
		    "\"\\%.*s\" is no escape; there are \\\" \\\\ \\/ \\b \\f "
		    "\\n \\r \\t \\uXXXX, and 'raw' text without any",
		    (int)ini_utf8_len(w->p + 1, strlen(w->p + 1)), w->p + 1);
	}
	dst[(*n)++] = escape_values[which - escape_letters];
	w->p += 2;
	return 0;
}

/* Four hexadecimal digits at S; -1 where there are none. */
static long
hex4(const char *s)
{
	long v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return -1;
		v = v * 16 + (isdigit((unsigned char)s[i])
				     ? s[i] - '0'
				     : tolower((unsigned char)s[i]) - 'a' + 10);
	}
	return v;
}

static int
read_unicode(struct words *w, char *dst, size_t *n)
{
	long v = hex4(w->p + 2), low;
	const char *at = w->p;

	if (v < 0)
		return fail(w, at, "\"\\u\" needs four hexadecimal digits");
	w->p += 6;
	if (v >= 0xd800 && v <= 0xdfff) {
		low = v < 0xdc00 && w->p[0] == '\\' && w->p[1] == 'u'
			  ? hex4(w->p + 2)
			  : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return fail(w, at,
			    "half of a surrogate pair; write both halves, or "
			    "the character itself");
		v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
		w->p += 6;
	}
	if (v < 0x80) {
		dst[(*n)++] = (char)v;
	} else if (v < 0x800) {
		dst[(*n)++] = (char)(0xc0 | v >> 6);
		dst[(*n)++] = (char)(0x80 | (v & 0x3f));
	} else if (v < 0x10000) {
		dst[(*n)++] = (char)(0xe0 | v >> 12);
		dst[(*n)++] = (char)(0x80 | (v >> 6 & 0x3f));
		dst[(*n)++] = (char)(0x80 | (v & 0x3f));
	} else {
		dst[(*n)++] = (char)(0xf0 | v >> 18);
		dst[(*n)++] = (char)(0x80 | (v >> 12 & 0x3f));
		dst[(*n)++] = (char)(0x80 | (v >> 6 & 0x3f));
		dst[(*n)++] = (char)(0x80 | (v & 0x3f));
	}
	return 0;
}

static int
read_raw(struct words *w, struct word *word)
{
	const char *open = w->p++, *end = strchr(w->p, '\'');

	if (end == NULL)
		return fail(w, open, "the closing ' is missing");
	word->form = WORD_RAW;
	word->len = (size_t)(end - w->p);
	word->bytes = pool_memdup(w->pool, w->p, word->len);
	w->p = end + 1;
	return 0;
}

/* A source, whose name is LEN bytes long, and the word in its parentheses. */
static int
read_source(struct words *w, size_t len, int depth, struct word *word)
{
	const char *name = w->p;
	struct word *inner;
	size_t i;
	int r;

	for (i = 0; i < NELEMS(source_names); i++)
		if (strlen(source_names[i]) == len &&
		    memcmp(source_names[i], name, len) == 0)
			break;
	if (i == NELEMS(source_names))
		return fail(w, name,
		    "\"%.*s(\" is no source; there are embed(), env(), "
		    "credential(), base64(); quote other words with "
		    "parentheses",
		    (int)MIN(len, 40), name);
	if (depth == WORD_DEPTH_MAX)
		return fail(w, name, "more than %d sources inside each other",
		    WORD_DEPTH_MAX);
	w->p += len + 1;
	while (is_space(*w->p))
		w->p++;
	if (*w->p == ')' || *w->p == '\0')
		return fail(w, w->p, "%s() needs a word in its parentheses",
		    source_names[i]);
	inner = pool_alloc(w->pool, sizeof *inner);
	if ((r = read_word(w, depth + 1, inner)) != 0)
		return r;
	while (is_space(*w->p))
		w->p++;
	if (*w->p != ')')
		return fail(w, w->p,
		    "%s(): expected \")\" after one word; quote words with "
		    "spaces",
		    source_names[i]);
	w->p++;
	word->form = WORD_SOURCE;
	word->source = (enum word_source)i;
	word->inner = inner;
	return 0;
}

static char *
quote_base64(struct conf_pool *pool, const void *text, size_t len)
{
	const int variant = sodium_base64_VARIANT_ORIGINAL;
	size_t size = sodium_base64_encoded_len(len, variant);
	char *s = pool_alloc(pool, size + 12);

	strcpy(s, "base64('");
	sodium_bin2base64(s + 8, size, text, len, variant);
	strcat(s, "')");
	return s;
}

static char *
quote_escaped(struct conf_pool *pool, const char *s, size_t len)
{
	char *dst = pool_alloc(pool, len * 6 + 3);
	const char *which;
	size_t i, n = 0;

	dst[n++] = '"';
	for (i = 0; i < len; i++) {
		which = s[i] != '\0' ? strchr(escape_values, s[i]) : NULL;
		if (which != NULL && s[i] != '/') {
			dst[n++] = '\\';
			dst[n++] = escape_letters[which - escape_values];
		} else if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f) {
			n += (size_t)snprintf(dst + n, 7, "\\u%04x",
			    (unsigned int)(unsigned char)s[i]);
		} else {
			dst[n++] = s[i];
		}
	}
	dst[n] = '"';
	return dst;
}

char *
words_quote(struct conf_pool *pool, const void *text, size_t len)
{
	bool is_plain = len > 0, is_raw = true;
	const char *s = text;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		if ((n = ini_utf8_len(s + i, len - i)) == 0)
			return quote_base64(pool, text, len);
		if (!is_bare(s[i]) || (unsigned char)s[i] < 0x20)
			is_plain = false;
		if (s[i] == '\'' || (unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			is_raw = is_plain = false;
	}
	if (is_plain)
		return pool_memdup(pool, s, len);
	return is_raw ? pool_printf(pool, "'%.*s'", (int)len, s)
		      : quote_escaped(pool, s, len);
}
