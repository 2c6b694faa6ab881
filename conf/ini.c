/*
 * INI text to sections and entries.
 *
 * Runs in: supervisor.
 *
 * inih splits the entries; the reader in front of it hands it one clean line
 * at a time, because inih alone would cut section names at 49 characters and
 * lines at 200, take an indented key as a continuation of the line before,
 * split at ":", end values at " ;", and tell neither line numbers nor sections
 * without keys. So headers are parsed here, keys are checked before inih sees
 * them, and what inih returns is compared with what it was given: nothing can
 * be cut silently.
 */
#include "config.h"

#include "conf/ini.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <ini.h>

#include "base/util.h"
#include "base/xmalloc.h"
#include "conf/errors.h"

/* Room for a line, its end and a NUL, as inih counts it. */
#define BUFFER_BYTES 65536
static_assert(INI_LINE_MAX + 3 <= BUFFER_BYTES, "a line fits inih's buffer");

struct reader {
	struct conf_pool *pool;
	struct conf_errors *errors;
	struct conf_at at; /* the line being read */
	const char *next;
	const char *end;
	struct ini_file *file;
	bool is_in_section; /* false: no header yet, or a bad one */
	bool is_skipping;   /* the entries of a bad header are left out */
	/* What inih was given, and has to give back. */
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
	unsigned int column;
};

static char *on_read(char *buffer, int size, void *arg);
static int on_entry(void *arg, const char *section, const char *name,
    const char *value);
static bool read_line(struct reader *r, const char *line, size_t len);
static bool check_text(struct reader *r, const char *line, size_t len);
static void read_header(struct reader *r, const char *p, const char *end);
static bool read_header_word(struct reader *r, const char **p, const char *end,
    const char **word_out);
static bool read_entry(struct reader *r, const char *line, const char *p,
    const char *end);

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

void
ini_read(struct conf_pool *pool, const char *name, const char *text, size_t len,
    struct conf_errors *errors, struct ini_file *file_out)
{
	struct reader r = {.pool = pool,
	    .errors = errors,
	    .at = {.file = name},
	    .next = text,
	    .end = text + len,
	    .file = file_out};

	*file_out = (struct ini_file){.nsections = 0};
	if (len > INI_FILE_MAX) {
		conf_errors_add(errors, &r.at,
		    "larger than %d MB; split it with \"include\"",
		    INI_FILE_MAX / (1024 * 1024));
		return;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.next += 3; /* a byte order mark */
	/*
	 * Variables of the library, which this process uses here only. Debian
	 * exports them; configure has checked that.
	 */
	ini_use_stack = false;
	ini_max_line = BUFFER_BYTES;
	ini_initial_alloc = BUFFER_BYTES;
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
	if (ini_parse_stream(on_read, &r, on_entry, &r) != 0)
		conf_errors_add(errors, &r.at, "the INI library failed");
}

size_t
ini_utf8_len(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n, i;

	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* too long, a surrogate, or beyond U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* fgets(3) for inih: the next line that holds an entry. */
static char *
on_read(char *buffer, int size, void *arg)
{
	struct reader *r = arg;
	const char *line, *eol;
	size_t len;

	while (r->next < r->end) {
		line = r->next;
		eol = memchr(line, '\n', (size_t)(r->end - line));
		r->next = eol != NULL ? eol + 1 : r->end;
		len = (size_t)((eol != NULL ? eol : r->end) - line);
		if (len > 0 && line[len - 1] == '\r')
			len--;
		r->at.line++;
		if (!read_line(r, line, len))
			continue;
		ASSERT(r->key_len + r->value_len + 3 <= (size_t)size);
		memcpy(buffer, r->key, r->key_len);
		buffer[r->key_len] = '=';
		memcpy(buffer + r->key_len + 1, r->value, r->value_len);
		buffer[r->key_len + 1 + r->value_len] = '\n';
		buffer[r->key_len + 2 + r->value_len] = '\0';
		return buffer;
	}
	return NULL;
}

static int
on_entry(void *arg, const char *section, const char *name, const char *value)
{
	struct reader *r = arg;
	struct ini_section *s;
	struct ini_entry *e;

	(void)section;
	if (name == NULL || value == NULL || strlen(name) != r->key_len ||
	    memcmp(name, r->key, r->key_len) != 0 ||
	    strlen(value) != r->value_len ||
	    memcmp(value, r->value, r->value_len) != 0) {
		conf_errors_add(r->errors, &r->at,
		    "the INI library did not return this line as it is; "
		    "install an inih with runtime options");
		return 1;
	}
	s = &r->file->sections[r->file->nsections - 1];
	s->entries = pool_grow(r->pool, s->entries, s->nentries, sizeof *e);
	e = &s->entries[s->nentries++];
	e->key = pool_strdup(r->pool, name);
	e->value = pool_strdup(r->pool, value);
	e->line = r->at.line;
	e->column = r->column;
	return 1;
}

/* Returns true when the line holds an entry, which is then in R. */
static bool
read_line(struct reader *r, const char *line, size_t len)
{
	const char *end = line + len, *p = skip_space(line, end);

	if (!check_text(r, line, len))
		return false;
	while (end > p && is_space(end[-1]))
		end--;
	if (p == end || *p == ';' || *p == '#')
		return false;
	if (*p == '[') {
		read_header(r, p + 1, end);
		return false;
	}
	return read_entry(r, line, p, end);
}

static bool
check_text(struct reader *r, const char *line, size_t len)
{
	size_t i, n;

	if (len > INI_LINE_MAX) {
		conf_errors_add(r->errors, &r->at,
		    "line of %zu bytes; the limit is %d, put large texts into "
		    "a file and write embed(FILE)",
		    len, INI_LINE_MAX);
		return false;
	}
	for (i = 0; i < len; i += n) {
		n = ini_utf8_len(line + i, len - i);
		if (n == 0) {
			conf_errors_add(r->errors, &r->at,
			    "byte %zu (0x%02x) is not UTF-8 text; save the "
			    "file as UTF-8",
			    i + 1, (unsigned int)(unsigned char)line[i]);
			return false;
		}
		if (line[i] == '\0') {
			conf_errors_add(r->errors, &r->at,
			    "byte %zu is NUL; this is not a text file, or it "
			    "is damaged",
			    i + 1);
			return false;
		}
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') ||
		    line[i] == 0x7f) {
			conf_errors_add(r->errors, &r->at,
			    "byte %zu is a control character; write it as an "
			    "escape in double quotes: \"\\u%04x\"",
			    i + 1, (unsigned int)(unsigned char)line[i]);
			return false;
		}
	}
	return true;
}

/* P is behind the "[". */
static void
read_header(struct reader *r, const char *p, const char *end)
{
	struct ini_section s = {.line = r->at.line};
	const char *word;

	r->is_in_section = false;
	r->is_skipping = true; /* until the header proves good */
	p = skip_space(p, end);
	if (!read_header_word(r, &p, end, &s.kind))
		return;
	p = skip_space(p, end);
	while (p < end && *p != ']') {
		if (s.npath > 0) {
			if (*p != '.') {
				conf_errors_add(r->errors, &r->at,
				    "section \"%s\": expected \".\" or \"]\", "
				    "found \"%.*s\"; quote names with spaces",
				    s.kind, (int)MIN(end - p, 20), p);
				return;
			}
			p = skip_space(p + 1, end);
		}
		if (!read_header_word(r, &p, end, &word))
			return;
		if (s.npath == INI_PATH_MAX) {
			conf_errors_add(r->errors, &r->at,
			    "section \"%s\": more than %d names", s.kind,
			    INI_PATH_MAX);
			return;
		}
		s.path[s.npath++] = word;
		p = skip_space(p, end);
	}
	if (p == end) {
		conf_errors_add(r->errors, &r->at,
		    "section \"%s\": the closing \"]\" is missing", s.kind);
		return;
	}
	p = skip_space(p + 1, end);
	if (p < end && *p != ';' && *p != '#') {
		conf_errors_add(r->errors, &r->at,
		    "section \"%s\": \"%.*s\" follows the \"]\"; put entries "
		    "on lines of their own",
		    s.kind, (int)MIN(end - p, 20), p);
		return;
	}
	if (r->file->nsections == INI_SECTIONS_MAX) {
		conf_errors_add(r->errors, &r->at,
		    "more than %d sections in a file; split it with "
		    "\"include\"",
		    INI_SECTIONS_MAX);
		r->next = r->end;
		return;
	}
	r->file->sections =
	    pool_grow(r->pool, r->file->sections, r->file->nsections, sizeof s);
	r->file->sections[r->file->nsections++] = s;
	r->is_in_section = true;
	r->is_skipping = false;
}

/* A bare word without dots, or one in quotes (without escapes but \" \\). */
static bool
read_header_word(struct reader *r, const char **p, const char *end,
    const char **word_out)
{
	const char *s = *p;
	char *word, quote;
	size_t n = 0;

	if (s < end && (*s == '"' || *s == '\'')) {
		quote = *s++;
		word = pool_alloc(r->pool, (size_t)(end - s) + 1);
		while (s < end && *s != quote) {
			if (quote == '"' && *s == '\\' && end - s > 1 &&
			    (s[1] == '"' || s[1] == '\\'))
				s++;
			word[n++] = *s++;
		}
		if (s == end || n == 0) {
			conf_errors_add(r->errors, &r->at,
			    s == end ? "section header: the closing quote is "
				       "missing"
				     : "section header: a name is empty");
			return false;
		}
		s++;
		*word_out = word;
		*p = s;
		return true;
	}
	while (s < end && strchr(" \t.;#\"'()[]", *s) == NULL)
		s++;
	if (s == *p) {
		conf_errors_add(r->errors, &r->at,
		    "section header: expected a name%s%.*s%s, such as [worker "
		    "hello]",
		    s < end ? ", found \"" : "", s < end ? 1 : 0, s,
		    s < end ? "\"" : "");
		return false;
	}
	*word_out = pool_memdup(r->pool, *p, (size_t)(s - *p));
	*p = s;
	return true;
}

/* The entry in P..END of LINE, checked as far as inih splits it. */
static bool
read_entry(struct reader *r, const char *line, const char *p, const char *end)
{
	const char *equals = memchr(p, '=', (size_t)(end - p)), *q, *s;

	if (r->is_skipping)
		return false;
	for (q = p; q < end && (isalnum((unsigned char)*q) || *q == '_'); q++)
		if (q + 1 < end && q[1] == '.')
			q++;
	s = skip_space(q, end);
	if (s < end && *s == ':') {
		conf_errors_add(r->errors, &r->at,
		    "%.*s: \":\" does not separate; write \"%.*s = ...\"",
		    (int)(q - p), p, (int)(q - p), p);
		return false;
	}
	if (equals == NULL) {
		conf_errors_add(r->errors, &r->at,
		    "\"%.*s\" is neither a section nor an entry; write \"key "
		    "= value\"",
		    (int)MIN(end - p, 40), p);
		return false;
	}
	if (s != equals || q == p || !isalpha((unsigned char)*p) ||
	    q[-1] == '.') {
		while (equals > p && is_space(equals[-1]))
			equals--;
		conf_errors_add(r->errors, &r->at,
		    "\"%.*s\" is not a key; keys are letters and digits, "
		    "joined by single dots",
		    (int)MIN(equals - p, 60), p);
		return false;
	}
	if (!r->is_in_section) {
		conf_errors_add(r->errors, &r->at,
		    "%.*s: no section yet; begin with one, such as [server]",
		    (int)(q - p), p);
		return false;
	}
	r->key = p;
	r->key_len = (size_t)(q - p);
	r->value = skip_space(equals + 1, end);
	r->value_len = (size_t)(end - r->value);
	r->column = 1;
	for (s = line; s < r->value; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			r->column++;
	return true;
}
