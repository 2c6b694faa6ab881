/*
 * The compatibility flags of a worker.
 *
 * Runs in: supervisor.
 */
#include "config.h"

#include "conf/flags.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "conf/names.h"

/* clang-format off */
static const struct flag {
	const char *enable;
	const char *disable; /* NULL: none */
	bool is_experimental;
} flags[] = {
#define FLAG(enable_, disable_, is_experimental_)                              \
	{ enable_, disable_, is_experimental_ },
#include "conf/flags.def"
#undef FLAG
};
/* clang-format on */

enum flags_state
flags_find(const char *name, const char **nearest_out)
{
	struct names_nearest nearest = {NULL, 0};
	const struct flag *f;

	for (f = flags; f < flags + NELEMS(flags); f++) {
		if (strcmp(f->enable, name) == 0)
			return f->is_experimental ? FLAGS_EXPERIMENTAL
						  : FLAGS_GOOD;
		if (f->disable != NULL && strcmp(f->disable, name) == 0)
			return FLAGS_OLD;
	}
	if (nearest_out == NULL)
		return FLAGS_UNKNOWN;
	for (f = flags; f < flags + NELEMS(flags); f++)
		if (!f->is_experimental)
			names_offer(&nearest, name, f->enable);
	*nearest_out = nearest.name;
	return FLAGS_UNKNOWN;
}
