/*
 * Reading the description of a direct eval's surroundings.
 *
 * Runs in: worker, on text that lowering wrote.
 * Owns:    nothing.
 */
#include "config.h"

#include "worker/lang/eval_scope.h"

#include <string.h>

struct lang_str
eval_scope_word(struct lang_str *value)
{
	const char *end =
	    value->len != 0 ? memchr(value->s, ' ', value->len) : NULL;
	struct lang_str word = *value;

	if (end == NULL) {
		value->s += value->len;
		value->len = 0;
		return word;
	}
	word.len = (size_t)(end - value->s);
	value->s += word.len + 1;
	value->len -= word.len + 1;
	return word;
}

bool
eval_scope_find(const char *scope, enum eval_scope_key key,
    const struct lang_str *name, struct lang_str *value_out)
{
	const char *p = scope, *end;

	for (; p != NULL && *p != '\0'; p = end + 1) {
		struct lang_str value = {p + 1, 0}, word;

		end = strchr(p, '\n');
		if (end == NULL)
			break;
		if (*p != (char)key)
			continue;
		value.len = (size_t)(end - p - 1);
		if (name != NULL) {
			word = eval_scope_word(&value);
			if (word.len != name->len ||
			    memcmp(word.s, name->s, word.len) != 0)
				continue;
		}
		if (value_out != NULL)
			*value_out = value;
		return true;
	}
	return false;
}
