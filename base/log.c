/*
 * The log of a process: levelled, one line per record.
 *
 * Runs in: every process. Children write to their log pipe (descriptor 4) and
 *          the supervisor adds who they are, so that they cannot forge it.
 * Never:   blocks for long, allocates, or writes a peer's raw bytes.
 */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"

#define RECORD_MAX 4096

static struct {
	enum log_sink sink;
	enum log_level threshold;
	int fd;
	log_tap_fn *tap;
	void *tap_arg;
} sink = {.sink = LOG_SINK_TEXT, .threshold = LOG_INFO, .fd = 2};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARN] = "warn",
    [LOG_ERROR] = "error",
    [LOG_FATAL] = "fatal",
};

void
log_init(enum log_sink to, int fd, enum log_level threshold)
{
	sink.sink = to;
	sink.fd = fd;
	sink.threshold = threshold;
}

void
log_set_tap(log_tap_fn *fn, void *arg)
{
	sink.tap = fn;
	sink.tap_arg = arg;
}

bool
log_is_on(enum log_level level)
{
	return level >= sink.threshold;
}

const char *
log_level_name(enum log_level level)
{
	return level_names[level];
}

int
log_level_parse(const char *name, enum log_level *level_out)
{
	for (int i = LOG_DEBUG; i <= LOG_FATAL; i++) {
		if (strcmp(level_names[i], name) == 0) {
			*level_out = (enum log_level)i;
			return 0;
		}
	}
	return ERR_RANGE;
}

/* Append S as the inside of a JSON string; returns the new length. */
static size_t
put_json(char *dst, size_t len, size_t size, const char *s)
{
	for (; *s != '\0' && len + 8 < size; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			dst[len++] = '\\';
			dst[len++] = (char)c;
		} else if (c < 0x20) {
			len += (size_t)snprintf(dst + len, size - len,
			    "\\u%04x", c);
		} else {
			dst[len++] = (char)c;
		}
	}
	return len;
}

static size_t
format_json(char *out, size_t size, enum log_level level, const char *who,
    const char *t)
{
	struct timespec now;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	n = (size_t)snprintf(out, size,
	    "{\"timestamp\":%lld%03ld,\"level\":\"%s\",", (long long)now.tv_sec,
	    now.tv_nsec / 1000000, level_names[level]);
	if (who != NULL) {
		n += (size_t)snprintf(out + n, size - n, "\"source\":\"");
		n = put_json(out, n, size / 4, who);
		n += (size_t)snprintf(out + n, size - n, "\",");
	}
	n += (size_t)snprintf(out + n, size - n, "\"message\":\"");
	n = put_json(out, n, size - 8, t);
	n += (size_t)snprintf(out + n, size - n, "\"}\n");
	return n;
}

static void
write_record(enum log_level level, const char *who, const char *text)
{
	char line[RECORD_MAX + 512];
	size_t n;
	int saved_errno = errno, w = 0, fd = sink.fd;

	if (sink.tap != NULL)
		sink.tap(sink.tap_arg, level, who, text);
	switch (sink.sink) {
	case LOG_SINK_JSON:
		n = format_json(line, sizeof line, level, who, text);
		break;
	case LOG_SINK_PIPE:
		w = snprintf(line, sizeof line, "%d%s%s%s\n", (int)level,
		    who != NULL ? who : "", who != NULL ? ": " : "", text);
		n = (size_t)w;
		break;
	case LOG_SINK_CONSOLE:
		if (who != NULL) {
			w = snprintf(line, sizeof line, "%s\n", text);
			n = (size_t)w;
			fd = level <= LOG_INFO ? STDOUT_FILENO : STDERR_FILENO;
			break;
		}
		__attribute__((fallthrough));
	case LOG_SINK_TEXT:
	default:
		w = snprintf(line, sizeof line, "%s: %s%s%s\n",
		    level_names[level], who != NULL ? who : "",
		    who != NULL ? ": " : "", text);
		n = (size_t)w;
		break;
	}
	if (n >= sizeof line) {
		n = sizeof line;
		line[n - 1] = '\n';
	}
	for (size_t done = 0; done < n;) {
		ssize_t r = write(fd, line + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break; /* nobody can be told */
		done += (size_t)r;
	}
	errno = saved_errno;
}

static void vlog(enum log_level level, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
vlog(enum log_level level, const char *fmt, va_list ap)
{
	char text[RECORD_MAX];
	int saved_errno = errno;

	if (level < sink.threshold ||
	    (sink.sink == LOG_SINK_CONSOLE && level < LOG_WARN))
		return;
	errno = saved_errno; /* for %m */
	vsnprintf(text, sizeof text, fmt, ap);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	write_record(level, NULL, text);
	errno = saved_errno;
}

#define LOG_FUNCTION(name_, level_)                                            \
	void name_(const char *fmt, ...)                                       \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, fmt);                                             \
		vlog(level_, fmt, ap);                                         \
		va_end(ap);                                                    \
	}
/* clang-format off */
LOG_FUNCTION(log_debug, LOG_DEBUG)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_error, LOG_ERROR)
/* clang-format on */

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlog(LOG_FATAL, fmt, ap);
	va_end(ap);
	exit(1);
}

void
log_assert_failed(const char *cond, const char *file, int line)
{
	char text[512];

	snprintf(text, sizeof text, "%s:%d: assertion failed: %s", file, line,
	    cond);
	write_record(LOG_FATAL, NULL, text);
	abort();
}

/* One line of another process's text. */
static void
write_line(enum log_level level, const char *who, const char *text, size_t len)
{
	char safe[RECORD_MAX];
	size_t n = 0;

	/* UTF-8 passes, so that people can read their own messages. */
	for (size_t i = 0; i < len && n + 8 < sizeof safe; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20 && c != 0x7f)
			safe[n++] = (char)c;
		else if (c == '\t')
			safe[n++] = ' ';
		else
			n += (size_t)snprintf(safe + n, sizeof safe - n,
			    "\\x%02x", c);
	}
	safe[n] = '\0';
	write_record(level, who, safe);
}

void
log_from(enum log_level level, const char *who, const char *text, size_t len)
{
	if (level < sink.threshold)
		return;
	do {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl == NULL ? len : (size_t)(nl - text);

		write_line(level, who, text, n);
		n += nl != NULL;
		text += n;
		len -= n;
	} while (len > 0);
}

char *
log_escape(char *dst, size_t dst_size, const char *src, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)src[i];

		if (n + 8 > dst_size) {
			memcpy(dst + n, "...", 3);
			n += 3;
			break;
		}
		if (c >= 0x20 && c < 0x7f && c != '\\')
			dst[n++] = (char)c;
		else
			n += (size_t)snprintf(dst + n, dst_size - n, "\\x%02x",
			    c);
	}
	dst[n] = '\0';
	return dst;
}
