/*
 * Status codes, with status lines ready to be sent.
 */
#include "config.h"

#include "http/status.h"

#include "base/util.h"

#define STATUS_MIN 100
#define STATUS_MAX 511

struct row {
	const char *line;
	const char *reason;
	size_t line_len;
};

static const struct row rows[STATUS_MAX - STATUS_MIN + 1] = {
#define STATUS(code_, reason_)                                                 \
	[code_ - STATUS_MIN] = {"HTTP/1.1 " #code_ " " reason_ "\r\n",         \
	    reason_, sizeof "HTTP/1.1 " #code_ " " reason_ "\r\n" - 1},
#include "http/status.def"
#undef STATUS
};

static const struct row *
status_find(unsigned int status)
{
	if (status < STATUS_MIN || status > STATUS_MAX)
		return NULL;
	return rows[status - STATUS_MIN].line == NULL
		   ? NULL
		   : &rows[status - STATUS_MIN];
}

const char *
status_reason(unsigned int status)
{
	const struct row *row = status_find(status);

	return row == NULL ? "" : row->reason;
}

const char *
status_line(unsigned int status, size_t *len_out)
{
	const struct row *row = status_find(status);

	if (row == NULL)
		return NULL;
	*len_out = row->line_len;
	return row->line;
}
