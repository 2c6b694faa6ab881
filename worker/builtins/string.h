#ifndef WORKER_BUILTINS_STRING_H
#define WORKER_BUILTINS_STRING_H

#include "worker/builtins/bi.h"
#include "worker/builtins/text.h"

/* UTF-16 units in the LEN bytes at S. */
size_t cesu8_count(const char *s, size_t len);
/* Bytes before unit N of the string. */
size_t cesu8_offset(const char *s, size_t len, size_t n);

/* [ ] -> [ string of this ] for method "String.prototype.<name>" */
const char *string_this(duk_context *ctx, const char *method, size_t *len_out);

/* One match, for a replacement text. Stack indexes are absolute. */
struct subst {
	const char *str; /* the string searched, as bytes */
	size_t str_len;
	size_t start, end;   /* of the match, in bytes; END may lie beyond */
	const char *matched; /* its text */
	size_t matched_len;
	duk_idx_t captures;  /* stack index of capture 1, or -1 */
	duk_idx_t ncaptures; /* strings or undefined */
	duk_idx_t groups;    /* object of named captures, or -1 */
};
/* GetSubstitution(): appends to the text at TEXT. */
void subst_expand(duk_context *ctx, duk_idx_t text, const char *tmpl,
    size_t tmpl_len, const struct subst *s);

/* Order of the strings at IDX and IDX + 1 for people: -1, 0 or 1. */
int string_collate(duk_context *ctx, duk_idx_t idx);

void string_install_case(duk_context *ctx, duk_idx_t proto);
void string_install_search(duk_context *ctx, duk_idx_t proto);

#endif
