#ifndef CONF_ERRORS_H
#define CONF_ERRORS_H

#include <stdarg.h>
#include <stddef.h>

/* Where something was defined, for messages; line 0: not from a file. */
struct conf_at {
	const char *file;
	unsigned int line;
};

/*
 * The messages of one load, complete lines in the form
 * "file:line: where: what; what to do" without a newline. At most
 * CONF_ERRORS_MAX are kept; `n` counts all.
 */
#define CONF_ERRORS_MAX 20
struct conf_errors {
	char *lines[CONF_ERRORS_MAX]; /* owned */
	size_t n;
};

void conf_errors_init(struct conf_errors *errors);
void conf_errors_clear(struct conf_errors *errors);
/* Calls LINE for every message, and once for those that were not kept. */
void conf_errors_each(const struct conf_errors *errors,
    void (*line)(void *arg, const char *text), void *arg);

/*
 * Add a finding: "file:line: " before the text where AT names a line, "file: "
 * where its line is 0, nothing where AT is NULL. Control characters and
 * what is not UTF-8 become "?". Only the first CONF_ERRORS_MAX are kept; all
 * are counted.
 */
void conf_errors_add(struct conf_errors *errors, const struct conf_at *at,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void conf_errors_vadd(struct conf_errors *errors, const struct conf_at *at,
    const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

#endif
