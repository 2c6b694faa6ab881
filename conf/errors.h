#ifndef CONF_ERRORS_H
#define CONF_ERRORS_H

#include <stdarg.h>

#include "conf/conf.h"

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
