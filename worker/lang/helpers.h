#ifndef WORKER_LANG_HELPERS_H
#define WORKER_LANG_HELPERS_H

#include <stdbool.h>
#include <stdint.h>

/* The runtime helpers of helpers.def, by number. */

/* Scripts and evals call helpers by this prefix and the row's name. */
#define LANG_SCRIPT_PREFIX "$eider_"

/* `nargs` of rows that are no functions of fixed arity. */
#define HELPER_VARARGS (-1)
#define HELPER_VALUE (-2)

/* clang-format off */
enum lang_helper {
#define HELPER(id_, name_, nargs_, owner_, text_) LANG_HELPER_##id_,
#include "worker/lang/helpers.def"
#undef HELPER
	LANG_NHELPERS
};
/* clang-format on */

struct lang_helper_info {
	const char *name;
	int nargs;
};

/* ID is below LANG_NHELPERS. */
const struct lang_helper_info *lang_helper_info(uint32_t id);

#endif
