#ifndef WORKER_LANG_REGEXP_PRIV_H
#define WORKER_LANG_REGEXP_PRIV_H

#include <stdbool.h>
#include <stdint.h>

/* The state of a check; shared by regexp_check.c and regexp_class.c. */
#define REGEXP_DEPTH_MAX 500U

struct lang_unit;

struct regexp {
	struct lang_unit *u;
	uint32_t node;
	const char *s; /* the source; a slash stands at END */
	uint32_t pos, end;
	bool unicode; /* u or v */
	bool v;
	bool has_names;
	bool quantifiable; /* of the last lookaround */
	uint32_t ngroups;
	unsigned int depth;
	uint32_t *names; /* atoms of the groups; their `scratch` is set */
	uint32_t nnames, cap_names;
	uint32_t *refs; /* atoms that \k names */
	uint32_t nrefs, cap_refs;
};

void regexp_fail(struct regexp *re, const char *what) __attribute__((noreturn));
/* The next character; step over it. */
uint32_t regexp_next(struct regexp *re);
/* [...]: the current character is the bracket. */
void regexp_class(struct regexp *re);
/* \p{...}: the current character is the backslash. */
bool regexp_property(struct regexp *re);
/* Any other escape; returns its character. */
uint32_t regexp_character_escape(struct regexp *re, bool in_class);
/*
 * The current character is the u. Reads the escape and returns true, or
 * leaves the position. PAIRS: \uD83D\uDE00 is one character.
 */
bool regexp_unicode_escape(struct regexp *re, bool pairs, uint32_t *c_out);

#endif
