#ifndef BASE_ERR_H
#define BASE_ERR_H

enum {
#define ERR(name_, number_, text_) ERR_##name_ = number_,
#include "base/err.def"
#undef ERR
};

/* What a reader of a descriptor reports. */
enum io_result { IO_OK, IO_AGAIN, IO_EOF, IO_ERR };

/*
 * The text of a code from err.def; strerror(errno) for ERR_SYS. The result is
 * valid until the next call.
 */
const char *err_text(int code);

#endif
