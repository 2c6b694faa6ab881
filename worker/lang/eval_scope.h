#ifndef WORKER_LANG_EVAL_SCOPE_H
#define WORKER_LANG_EVAL_SCOPE_H

#include <stdbool.h>

#include "worker/lang/lang.h"

/*
 * What a direct eval sees of the text around it: the third argument of $ev, a
 * list of entries that each end in a line feed. Written where the call is
 * lowered, read where the eval code is. Names come first in their entry and
 * hold neither space nor line feed.
 */
enum eval_scope_key {
	EVAL_STRICT = '!',     /* the caller is strict */
	EVAL_THIS = 'T',       /* text of `this`, if not that */
	EVAL_ARGUMENTS = 'A',  /* text of `arguments`, if not that */
	EVAL_NEW_TARGET = 'N', /* text of new.target; absent: not allowed */
	EVAL_SUPER = 'S',      /* text of the home object; absent: none */
	EVAL_FIELD = 'F',      /* `arguments` is not allowed */
	EVAL_LEXICAL = 'X',    /* name that a var must not have */
	EVAL_PRIVATE = 'P',    /* name flags text set brand */
	EVAL_RENAMED = 'R',    /* name text */
};

/*
 * Find the first entry KEY of SCOPE (NULL: none has any), for those with a
 * name that of NAME. VALUE_OUT may be NULL; it is what follows the key, or
 * the name and a space.
 */
bool eval_scope_find(const char *scope, enum eval_scope_key key,
    const struct lang_str *name, struct lang_str *value_out);
/* Cut the first word off VALUE. */
struct lang_str eval_scope_word(struct lang_str *value);

#endif
