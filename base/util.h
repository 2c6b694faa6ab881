#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stddef.h>
#include <sys/param.h> /* MIN, MAX */

#include "base/log.h"

#define NELEMS(a) (sizeof(a) / sizeof((a)[0]))

/* States what the programmer guarantees; stays on in release builds. */
#define ASSERT(cond)                                                           \
	do {                                                                   \
		if (__builtin_expect(!(cond), 0))                              \
			log_assert_failed(#cond, __FILE__, __LINE__);          \
	} while (0)

/* The object of TYPE whose FIELD is at PTR. */
#define CONTAINER_OF(ptr, type, field)                                         \
	((type *)(void *)((char *)(ptr)-offsetof(type, field)))

#endif
