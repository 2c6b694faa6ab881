#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_FATAL };

/* How records leave the process. */
enum log_sink {
	LOG_SINK_TEXT, /* "level: text", for a person */
	LOG_SINK_JSON, /* one JSON object per line */
	LOG_SINK_PIPE, /* "<digit>text" to the supervisor, which adds the rest
			*/
	LOG_SINK_CONSOLE, /* other processes' text alone, to stdout up to
			     LOG_INFO, else to stderr; own from LOG_WARN on */
};

/*
 * Set up the process's log.
 *
 * fd         borrowed; written to with write(2), one call a record
 * threshold  records below this level are dropped
 */
void log_init(enum log_sink sink, int fd, enum log_level threshold);

bool log_is_on(enum log_level level);

/* One record. Text of peers is to be passed through log_escape() first. */
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A record for each line of TEXT on behalf of another process: WHO is "worker
 * chat[123]", TEXT is not trusted and is escaped here. Used by the supervisor.
 */
void log_from(enum log_level level, const char *who, const char *text,
    size_t len);

/*
 * Give every record to FN as well, which must not log; NULL: to nobody. WHO is
 * NULL in records of this process's own.
 */
typedef void log_tap_fn(void *arg, enum log_level level, const char *who,
    const char *text);
void log_set_tap(log_tap_fn *fn, void *arg);

/* The last record of this process: exits with code 1. */
void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

void log_assert_failed(const char *cond, const char *file, int line)
    __attribute__((noreturn));

/*
 * Escape LEN peer bytes of SRC into DST: control and non-ASCII bytes become
 * \xNN, text over DST_SIZE is cut and ends in "...". Always terminates DST;
 * DST_SIZE must be at least 8. Returns DST.
 */
char *log_escape(char *dst, size_t dst_size, const char *src, size_t len);

const char *log_level_name(enum log_level level);

/* Parse a level's name. Returns 0 or ERR_RANGE. */
int log_level_parse(const char *name, enum log_level *level_out);

#endif
