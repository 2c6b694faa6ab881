/*
 * The sources of words: files, environment, credentials, base64.
 *
 * Runs in: supervisor, while it loads a config.
 * Never:   waits for a writer, as for a pipe: only regular files are read.
 */
#include "config.h"

#include "conf/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/err.h"
#include "base/fd.h"
#include "conf/ini.h"
#include "conf/tenant.h"

/* O_NONBLOCK: opening a FIFO must not wait */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

const char *
source_path(struct load *l, const char *path)
{
	return *path == '/' ? path
			    : pool_printf(l->pool, "%s/%s", l->dir, path);
}

/* Read all of FD, whose size was SIZE a moment ago. */
static bool
read_all(int fd, char *dst, size_t size)
{
	size_t n = 0;
	ssize_t r;

	while (n < size) {
		r = read(fd, dst + n, size - n);
		if (r == -1 && errno == EINTR)
			continue;
		if (r == 0)
			errno = EIO; /* became shorter meanwhile */
		if (r <= 0)
			return false;
		n += (size_t)r;
	}
	return true;
}

bool
source_file(struct load *l, const char *what, const char *path,
    struct conf_bytes *out)
{
	struct stat st;
	bool ok = false;
	char *data;
	int fd;

	fd = l->reading != NULL ? tenant_open(l->reading, path)
				: open(path, OPEN_FLAGS);
	if (fd == -1 || fstat(fd, &st) == -1) {
		load_error(l, "%s: cannot open \"%s\": %s", what, path,
		    l->reading != NULL ? tenant_open_text(errno)
				       : strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		load_error(l, "%s: \"%s\" is not a regular file", what, path);
		goto out;
	}
	if (st.st_size > SOURCE_FILE_MAX ||
	    (size_t)st.st_size > SOURCE_TOTAL_MAX - l->embedded_bytes) {
		load_error(l,
		    "%s: \"%s\" is too large; the limit is %d MB a file and %d "
		    "MB in all",
		    what, path, SOURCE_FILE_MAX / (1024 * 1024),
		    SOURCE_TOTAL_MAX / (1024 * 1024));
		goto out;
	}
	data = pool_alloc(l->pool, (size_t)st.st_size + 1);
	if (!read_all(fd, data, (size_t)st.st_size)) {
		load_error(l, "%s: cannot read \"%s\": %s", what, path,
		    strerror(errno));
		goto out;
	}
	l->embedded_bytes += (size_t)st.st_size;
	out->data = (const uint8_t *)data;
	out->len = (size_t)st.st_size;
	ok = true;
out:
	fd_close(&fd);
	return ok;
}

static bool
get_embed(struct load *l, const char *path, struct conf_bytes *out)
{
	path = source_path(l, path);
	out->source = pool_printf(l->pool, "embed(%s)",
	    words_quote(l->scratch, path, strlen(path)));
	return source_file(l, "embed", path, out);
}

static bool
get_env(struct load *l, const char *name, struct conf_bytes *out)
{
	const char *value = getenv(name);

	if (value == NULL) {
		load_error(l,
		    "env: the environment variable \"%s\" is not set; set it, "
		    "or use a binding of the kind fromEnvironment, which is "
		    "null then",
		    name);
		return false;
	}
	out->len = strlen(value);
	out->data = (const uint8_t *)pool_memdup(l->pool, value, out->len);
	return true;
}

static bool
get_credential(struct load *l, const char *name, struct conf_bytes *out)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL) {
		load_error(l,
		    "credential: \"%s\" is not a credential's name; it has no "
		    "\"/\" and does not start with \".\"",
		    name);
		return false;
	}
	if (dir == NULL || *dir != '/') {
		load_error(l, "credential: no credentials were passed; use "
			      "LoadCredential= in the unit, or set "
			      "CREDENTIALS_DIRECTORY");
		return false;
	}
	return source_file(l, "credential",
	    pool_printf(l->scratch, "%s/%s", dir, name), out);
}

static bool
get_base64(struct load *l, const struct conf_bytes *in, struct conf_bytes *out)
{
	size_t size = in->len / 4 * 3 + 3, len;
	unsigned char *data = pool_alloc(l->pool, size + 1);
	const char *text = (const char *)in->data, *end = text;
	static const int variants[] = {sodium_base64_VARIANT_ORIGINAL,
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING};
	size_t i;

	for (i = 0; i < sizeof variants / sizeof *variants; i++)
		if (sodium_base642bin(data, size, text, in->len, " \t\r\n",
			&len, &end, variants[i]) == 0 &&
		    end == text + in->len)
			break;
	if (i == sizeof variants / sizeof *variants) {
		load_error(l,
		    "base64: not valid; expected A-Z a-z 0-9 + / and closing "
		    "\"=\"");
		return false;
	}
	data[len] = '\0';
	out->data = data;
	out->len = len;
	return true;
}

/* The bytes as a C string; false where they hold a NUL. */
static bool
is_c_string(const struct conf_bytes *bytes)
{
	return memchr(bytes->data, 0, bytes->len) == NULL;
}

static bool
get_source(struct load *l, const struct word *word, struct conf_bytes *out)
{
	const char *name = words_source_name(word->source);
	struct conf_bytes in;

	if (l->reading != NULL &&
	    (word->source == WORD_ENV || word->source == WORD_CREDENTIAL)) {
		load_error(l, "%s() is not allowed in a tenant's own file",
		    name);
		return false;
	}
	if (word->source != WORD_BASE64 && l->options != NULL &&
	    l->options->is_hermetic) {
		load_error(l, "%s() is not allowed here", name);
		return false;
	}
	if (!source_bytes(l, word->inner, &in))
		return false;
	*out = (struct conf_bytes){.data = NULL};
	if (word->source == WORD_BASE64) {
		out->source = pool_printf(l->pool, "base64(%s)", in.source);
		return get_base64(l, &in, out);
	}
	if (in.len == 0 || in.len > LOAD_TEXT_MAX || !is_c_string(&in)) {
		load_error(l, "%s: the name is empty, too long or has a NUL",
		    name);
		return false;
	}
	out->source = pool_printf(l->pool, "%s(%s)", name, in.source);
	if (word->source == WORD_EMBED)
		return get_embed(l, (const char *)in.data, out);
	return word->source == WORD_ENV
		   ? get_env(l, (const char *)in.data, out)
		   : get_credential(l, (const char *)in.data, out);
}

bool
source_bytes(struct load *l, const struct word *word, struct conf_bytes *out)
{
	struct conf_bytes bytes;

	if (word->form == WORD_SOURCE) {
		if (!get_source(l, word, &bytes))
			return false;
	} else {
		bytes.data = (const uint8_t *)pool_memdup(l->pool, word->bytes,
		    word->len);
		bytes.len = word->len;
		bytes.source = words_quote(l->pool, word->bytes, word->len);
	}
	*out = bytes;
	return true;
}

bool
source_check_utf8(struct load *l, const struct conf_bytes *bytes)
{
	const char *s = (const char *)bytes->data;
	size_t i, n;

	for (i = 0; i < bytes->len; i += n)
		if ((n = ini_utf8_len(s + i, bytes->len - i)) == 0) {
			load_error(l,
			    "byte %zu (0x%02x) is not UTF-8 text; use \"data\" "
			    "for bytes",
			    i + 1, (unsigned int)bytes->data[i]);
			return false;
		}
	return true;
}

bool
source_text(struct load *l, const struct word *word, struct conf_bytes *out)
{
	struct conf_bytes bytes;

	if (!source_bytes(l, word, &bytes) || !source_check_utf8(l, &bytes))
		return false;
	*out = bytes;
	return true;
}

bool
source_short_text(struct load *l, const struct word *word, const char **out)
{
	struct conf_bytes bytes;

	if (!source_text(l, word, &bytes))
		return false;
	if (!is_c_string(&bytes)) {
		load_error(l, "a NUL character is not possible here");
		return false;
	}
	if (bytes.len > LOAD_TEXT_MAX) {
		load_error(l, "text of %zu bytes; the limit here is %d",
		    bytes.len, LOAD_TEXT_MAX);
		return false;
	}
	*out = (const char *)bytes.data;
	return true;
}

const char *
source_embedded_path(struct load *l, const struct word *word)
{
	const char *path;

	if (word->form != WORD_SOURCE || word->source != WORD_EMBED ||
	    word->inner->form == WORD_SOURCE)
		return NULL;
	path = pool_memdup(l->pool, word->inner->bytes, word->inner->len);
	return source_path(l, path);
}
