#ifndef HTTP_METHOD_H
#define HTTP_METHOD_H

#include <stddef.h>

enum method {
#define METHOD(name_, text_) METHOD_##name_,
#include "http/method.def"
#undef METHOD
	METHOD_UNKNOWN,
};

/* Methods are case-sensitive. */
enum method method_find(const char *s, size_t len);

/* The text of a known method. */
const char *method_text(enum method m);

#endif
