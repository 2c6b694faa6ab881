/*
 * Error codes and their texts, from base/err.def.
 */
#include "config.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>

const char *
err_text(int code)
{
	if (code == ERR_SYS)
		return strerror(errno);
	switch (code) {
	case 0:
		return "success";
#define ERR(name_, number_, text_)                                             \
	case number_:                                                          \
		return text_;
#include "base/err.def"
#undef ERR
	default:
		return "unknown error";
	}
}
